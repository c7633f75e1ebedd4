import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { completeCustom, defaultedOnRead } from '../../../src/emulator/crd/complete.ts';
import type { StructuralSchema } from '../../../src/emulator/crd/custom-resource.ts';
import { validateCustom } from '../../../src/emulator/crd/validate.ts';

const object = (spec: unknown): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'w' },
  spec: spec as KubeObject['spec'],
});

const schemaOf = (spec: StructuralSchema): StructuralSchema => ({ type: 'object', properties: { spec } });

function complaints(value: unknown, spec: StructuralSchema, was?: unknown): string[] {
  const previous = was === undefined ? undefined : object(was);
  return validateCustom(object(value), previous, schemaOf(spec)).map(({ field, message }) => `${field}: ${message}`);
}

describe('what breaks a schema', () => {
  test.each([
    ['date-time', '2026-01-02T03:04:05Z', '2026-01-02'],
    ['date', '2026-01-02', '2026-13-02'],
    ['duration', '1h30m', 'soon'],
    ['ipv4', '10.0.0.1', '::1'],
    ['ipv6', '::1', '10.0.0.1'],
    ['cidr', '10.0.0.0/8', '10.0.0.0/33'],
    ['mac', '00:11:22:aa:BB:cc', '00:11:22'],
    ['uri', 'https://example.com/a', 'no uri'],
    ['email', 'a@example.com', 'a.example.com'],
    ['hostname', 'a.example.com', '-a.example.com'],
    ['byte', 'aGk=', 'a'],
    ['uuid', '0b0cbb1c-4a5f-4e3a-9f0e-2a3b4c5d6e7f', '0b0cbb1c'],
    ['uuid4', '0b0cbb1c-4a5f-4e3a-9f0e-2a3b4c5d6e7f', '0b0cbb1c-4a5f-1e3a-9f0e-2a3b4c5d6e7f'],
    ['hexcolor', '#fff', '#ggg'],
  ])('a text that is no %s', (format, good, bad) => {
    expect(complaints(good, { type: 'string', format })).toEqual([]);
    expect(complaints(bad, { type: 'string', format })).toEqual([
      `spec: Invalid value: "${bad}": spec in body must be of type ${format}: "${bad}"`,
    ]);
  });

  test('may stay where an update leaves it as it was', () => {
    const schema: StructuralSchema = {
      type: 'object',
      properties: {
        old: { type: 'integer', maximum: 1 },
        list: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
          items: { type: 'object', properties: { k: { type: 'string' }, v: { type: 'integer', maximum: 1 } } },
        },
      },
    };
    const was = { old: 5, list: [{ k: 'a', v: 5 }] };
    expect(complaints({ ...was, other: 1 }, schema, was)).toEqual([]);
    expect(complaints({ old: 6, list: [{ k: 'b', v: 7 }, ...was.list] }, schema, was)).toEqual([
      'spec.list[0].v: Invalid value: 7: spec.list[0].v in body should be less than or equal to 1',
      'spec.old: Invalid value: 6: spec.old in body should be less than or equal to 1',
    ]);
  });
});

describe('completing', () => {
  const spec: StructuralSchema = {
    type: 'object',
    properties: {
      free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'object' } } },
      template: {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        properties: { spec: { type: 'object', properties: { a: { type: 'integer' } } } },
      },
      any: { type: 'object', additionalProperties: { type: 'object', properties: { b: { type: 'integer' } } } },
      size: { type: 'integer', default: 3 },
      deep: { type: 'object', default: {}, properties: { mode: { type: 'string', default: 'fast' } } },
      list: { type: 'array', items: { type: 'object', properties: { n: { type: 'integer', default: 1 } } } },
    },
  };

  test('takes away what has no place, keeps what is free, and fills in defaults', () => {
    const widget = object({
      free: { x: { y: 1 }, known: { gone: 1 } },
      template: { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { l: '1' } }, spec: { a: 1, gone: 2 }, gone: 3 },
      any: { one: { b: 1, gone: 4 } },
      size: null,
      list: [{}, { n: 2, gone: 5 }],
      gone: 6,
    });
    const unknown: string[] = [];
    completeCustom(widget, schemaOf(spec), unknown);
    expect(unknown.toSorted()).toEqual([
      'spec.any.one.gone',
      'spec.free.known.gone',
      'spec.gone',
      'spec.list[1].gone',
      'spec.template.gone',
      'spec.template.spec.gone',
    ]);
    expect(widget.spec).toEqual({
      free: { x: { y: 1 }, known: {} },
      template: { apiVersion: 'v1', kind: 'Pod', metadata: { labels: { l: '1' } }, spec: { a: 1 } },
      any: { one: { b: 1 } },
      size: 3,
      deep: { mode: 'fast' },
      list: [{ n: 1 }, { n: 2 }],
    });
  });

  test('on read gives the defaults that came later, and leaves the stored object alone', () => {
    const stored = object({ list: [{}] });
    const read = defaultedOnRead(stored, schemaOf(spec));
    expect(read.spec).toEqual({ list: [{ n: 1 }], size: 3, deep: { mode: 'fast' } });
    expect(stored.spec).toEqual({ list: [{}] });
    expect(defaultedOnRead(read, schemaOf(spec))).toBe(read);
    expect(defaultedOnRead(stored, schemaOf({ type: 'object' }))).toBe(stored);
  });
});
