import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { encodeMessage } from '../../../src/api/protobuf/encode.ts';
import { closeEnvelope, decodeObject, openEnvelope } from '../../../src/api/protobuf/envelope.ts';
import { messageOfKind } from '../../../src/api/protobuf/messages.ts';
import { sharedReference } from '../../support/shared.ts';

// The same objects as a Go program of Kubernetes 1.36 writes them in both forms (k8s.io/api, testdata/HEAD,
// Apache License 2.0). More of them are compared where they lie beside the checkout; KCTL_PROTOBUF_PAIRS names
// another folder.
const folder =
  process.env.KCTL_PROTOBUF_PAIRS ??
  sharedReference('kubernetes-api', 'roundtrip') ??
  new URL('../../fixtures/api/protobuf/', import.meta.url).pathname;
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

describe.each(names)('%s', (name) => {
  const json = JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));
  const bytes = readFileSync(`${folder}/${name}.pb`);
  const envelope = openEnvelope(bytes);
  // A watch event does not say what it is.
  const apiVersion = envelope.apiVersion || 'v1';
  const kind = envelope.kind || name.split('.').at(-1)!;

  test('decodes to the same object', () => {
    const object = decodeObject({ raw: envelope.raw, apiVersion, kind });
    expect(object).toEqual({ ...json, apiVersion, kind });
  });

  test('encodes to the same bytes', () => {
    const raw = encodeMessage(json, messageOfKind(apiVersion, kind)!);
    const closed = closeEnvelope({ apiVersion: envelope.apiVersion ?? '', kind: envelope.kind ?? '' }, raw);
    expect(closed.toString('hex')).toBe(bytes.toString('hex'));
  });
});
