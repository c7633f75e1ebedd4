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

type Part = 'update' | 'status' | 'approval';

/**
 * What a kube-apiserver 1.36 answered to objects with one field changed: `at` is set to `to`, or taken
 * out where there is no `to`; `causes` are `[field, index into texts]`, a text being reason and message.
 * `part`: the object replaces what is there, or this part of it does; `status` and `approval` are those parts
 * as they are right.
 */
interface Recording {
  texts: string[];
  kinds: Record<
    string,
    {
      object: KubeObject;
      status?: unknown;
      approval?: unknown;
      cases: { at: (string | number)[]; to?: unknown; part?: Part; causes: [string, number][] }[];
    }
  >;
}

const recordings = [
  'validation-1.36.json',
  'validation-groups-1.36.json',
  'validation-updates-1.36.json',
  'validation-changes-1.36.json',
].map((name) => JSON.parse(readFileSync(new URL(`../../fixtures/api/${name}`, import.meta.url), 'utf8')) as Recording);
const kinds = recordings.flatMap(({ texts, kinds }) =>
  Object.entries(kinds).map(([name, { cases, ...recorded }]) => ({
    name,
    ...recorded,
    cases: cases.map(({ causes, ...rest }) => ({
      ...rest,
      causes: causes.map(([field, text]) => [field, texts[text]]),
    })),
  })),
);
const catalog = new Catalog();

function causesOf(sent: KubeObject, part?: Part, from?: KubeObject): [string, string][] {
  const resource = catalog.all().find((one) => one.kind === sent.kind && apiVersionOf(one) === sent.apiVersion)!;
  const stored = (one: KubeObject, previous: KubeObject | undefined): KubeObject => {
    const object = toStored(decodeObject(structuredClone(one), resource, 'Ignore', undefined), resource);
    normalize(object, previous);
    applyDefaults(object);
    prepareToStore(object, previous, '2026-01-01T00:00:00Z');
    return object;
  };
  const previous = part && from ? stored(from, undefined) : undefined;
  const subresource = part === 'update' ? undefined : part;
  const object = stored(sent, previous);
  return validateObject(object, previous, resource, subresource, 'json').map(({ field, reason, message }) => [
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
    expect(kinds.reduce((sum, { cases }) => sum + cases.length, 0)).toBeGreaterThan(3000);
  });

  for (const { name, object, cases, ...parts } of kinds) {
    test(`${name}: ${cases.length} changes`, () => {
      expect(causesOf(object)).toEqual([]);
      for (const { at, to, part, causes } of cases) {
        const right = part && part !== 'update' ? { ...object, status: parts[part] } : object;
        expect([at, to, part, causesOf(changed(right, at, to), part, object)]).toEqual([at, to, part, causes]);
      }
    });
  }
});
