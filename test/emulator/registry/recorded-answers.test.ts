import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { applyDefaults } from '../../../src/api/defaults.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { apiVersionOf } from '../../../src/api/resource.ts';
import { validateObject } from '../../../src/api/validation/index.ts';
import { Catalog } from '../../../src/emulator/registry/catalog.ts';
import { toStored } from '../../../src/emulator/registry/convert.ts';
import { decodeObject } from '../../../src/emulator/registry/decode.ts';
import { normalize } from '../../../src/emulator/registry/normalize.ts';
import { prepareToStore } from '../../../src/emulator/registry/prepare.ts';

/**
 * What a kube-apiserver 1.36.0 answered to objects with one field changed: `at` is set to `to`, or taken
 * out where there is no `to`; `causes` are `[field, index into texts]`, a text being reason and message.
 */
interface Recording {
  texts: string[];
  kinds: Record<
    string,
    { object: KubeObject; cases: { at: (string | number)[]; to?: unknown; causes: [string, number][] }[] }
  >;
}

const recording = JSON.parse(
  readFileSync(new URL('../../fixtures/api/validation-1.36.json', import.meta.url), 'utf8'),
) as Recording;
const catalog = new Catalog();

function causesOf(sent: KubeObject): [string, string][] {
  const resource = catalog.all().find((one) => one.kind === sent.kind && apiVersionOf(one) === sent.apiVersion)!;
  const object = toStored(decodeObject(structuredClone(sent), resource, 'Ignore', undefined), resource);
  normalize(object, undefined);
  applyDefaults(object);
  prepareToStore(object, undefined, '2026-01-01T00:00:00Z');
  return validateObject(object, undefined, resource, undefined, 'json').map(({ field, reason, message }) => [
    field ?? '',
    `${reason} ${message}`,
  ]);
}

function changed(object: KubeObject, at: readonly (string | number)[], to: unknown): KubeObject {
  const copy = structuredClone(object);
  // biome-ignore lint/suspicious/noExplicitAny: a path into an object of any kind.
  let inner: any = copy;
  for (const step of at.slice(0, -1)) inner = inner[step];
  const last = at.at(-1)!;
  if (to !== undefined) inner[last] = to;
  else if (Array.isArray(inner)) inner.splice(last as number, 1);
  else delete inner[last];
  return copy;
}

describe('complains as a 1.36 server did, cause for cause and in its order', () => {
  test('of enough to mean something', () => {
    const count = Object.values(recording.kinds).reduce((sum, { cases }) => sum + cases.length, 0);
    expect(count).toBeGreaterThan(1500);
  });

  for (const [name, { object, cases }] of Object.entries(recording.kinds)) {
    test(`${name}: ${cases.length} changes`, () => {
      expect(causesOf(object)).toEqual([]);
      for (const { at, to, causes } of cases) {
        const wanted = causes.map(([field, text]) => [field, recording.texts[text]]);
        expect([at, to, causesOf(changed(object, at, to))]).toEqual([at, to, wanted]);
      }
    });
  }
});
