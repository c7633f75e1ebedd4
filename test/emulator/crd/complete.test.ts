import { describe, expect, test } from 'vitest';
import { completeCustom, prunedForVersion } from '../../../src/emulator/crd/complete.ts';

// biome-ignore lint/suspicious/noExplicitAny: objects of any shape are completed
type Json = any;

/** `spec` after it was completed by its schema, and what went. */
function complete(properties: Json, spec: Json): [Json, string[]] {
  const object: Json = { apiVersion: 'x/v1', kind: 'X', metadata: { name: 'a' }, spec };
  const unknown: string[] = [];
  completeCustom(object, { type: 'object', properties: { spec: { type: 'object', properties } } }, unknown);
  return [object.spec, unknown];
}

const keep = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

describe('custom objects', () => {
  test('lose fields that have no place, at any depth', () => {
    const list = { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } };
    expect(complete({ list }, { list: [{ a: 'x', b: 1 }], c: 1 })).toEqual([
      { list: [{ a: 'x' }] },
      ['spec.c', 'spec.list[0].b'],
    ]);
  });

  test('keep what is free, but for fields that have a schema', () => {
    const free = { ...keep, properties: { known: { type: 'object', properties: { a: { type: 'string' } } } } };
    expect(complete({ free }, { free: { any: { x: 1 }, known: { a: 'x', b: 1 } } })).toEqual([
      { free: { any: { x: 1 }, known: { a: 'x' } } },
      ['spec.free.known.b'],
    ]);
  });

  test('keep keys of maps that take anything, not what is below', () => {
    expect(complete({ map: { type: 'object', additionalProperties: true } }, { map: { a: { b: 1 }, c: 1 } })).toEqual([
      { map: { a: {}, c: 1 } },
      ['spec.map.a.b'],
    ]);
  });

  test('give what is embedded back, so that its metadata are read', () => {
    const embedded = { ...keep, 'x-kubernetes-embedded-resource': true };
    const value = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', odd: 1 }, spec: { x: 1 } };
    const object = { apiVersion: 'g/v1', kind: 'K', metadata: {}, spec: { list: [{}, { embedded: value }] } };
    const items = { type: 'object', properties: { embedded } };
    const spec = { type: 'object', properties: { list: { type: 'array', items } } };
    const unknown: string[] = [];
    const found = completeCustom(object as Json, { type: 'object', properties: { spec } }, unknown);
    expect(found).toEqual([{ object: value, path: 'spec.list[1].embedded' }]);
    expect(unknown).toEqual([]);
  });

  test('lose nulls that may not be, or get the default', () => {
    const properties = {
      plain: { type: 'string' },
      given: { type: 'string', default: 'x' },
      nullable: { type: 'string', nullable: true, default: 'y' },
    };
    expect(complete(properties, { plain: null, given: null, nullable: null })[0]).toEqual({
      given: 'x',
      nullable: null,
    });
    expect(complete(properties, {})[0]).toEqual({ given: 'x', nullable: 'y' });
  });
});

test('an object that was stored in another version is read without what a version has no place for', () => {
  const schema = { type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } } };
  const stored: Json = { apiVersion: 'g/v1', kind: 'K', metadata: { name: 'x' }, spec: { a: 'x', b: 1 }, extra: 1 };
  expect(prunedForVersion(stored, schema)).toEqual({
    apiVersion: 'g/v1',
    kind: 'K',
    metadata: { name: 'x' },
    spec: { a: 'x' },
  });
  expect(stored.spec).toEqual({ a: 'x', b: 1 });
});
