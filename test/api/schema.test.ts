import { describe, expect, test } from 'vitest';
import { typeTable } from '../../src/api/facts/types.ts';
import { builtinResources } from '../../src/api/resources.ts';
import { namedType, objectTypeOf, typeSchema, type ValueSchema } from '../../src/api/schema.ts';

const names = typeTable
  .split('\n')
  .filter(Boolean)
  .map((line) => line.split(' ')[0]!.replace('~', ''));

describe('typeSchema', () => {
  test('has every served kind, with apiVersion, kind and metadata', () => {
    const without = builtinResources.filter(
      ({ group, version, kind }) => !typeSchema(group ? `${group}/${version}` : version, kind)?.fields.has('metadata'),
    );
    expect(without).toEqual([]);
  });

  test('reaches only types that it has', () => {
    const missing: string[] = [];
    const check = (value: ValueSchema, where: string): void => {
      if (value.kind === 'array') check(value.items, where);
      else if (value.kind === 'map') check(value.values, where);
      else if (value.kind === 'object' && !namedType(value.type)) missing.push(where);
    };
    for (const name of names) {
      for (const field of namedType(name)!.fields.values()) check(field.value, `${name}.${field.name}`);
    }
    expect(missing).toEqual([]);
  });

  test('merge keys are fields of the items', () => {
    const wrong: string[] = [];
    for (const name of names) {
      for (const field of namedType(name)!.fields.values()) {
        const item = objectTypeOf(field.value);
        for (const key of [...(field.listMapKeys ?? []), ...(field.patchMergeKey ? [field.patchMergeKey] : [])]) {
          if (!item?.fields.has(key)) wrong.push(`${name}.${field.name} by ${key}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('knows the marks of well-known fields', () => {
    const pod = objectTypeOf(typeSchema('v1', 'Pod')!.fields.get('spec')!.value)!;
    expect(pod.fields.get('volumes')).toMatchObject({
      patchMerge: true,
      patchMergeKey: 'name',
      retainKeys: true,
      listType: 'map',
      listMapKeys: ['name'],
      required: false,
    });
    expect(pod.fields.get('containers')!.required).toBe(true);
    expect(pod.fields.get('tolerations')).toMatchObject({ patchMerge: false, listType: 'atomic' });
    expect(pod.fields.get('nodeSelector')!.atomic).toBe(true);
    const port = namedType('core/v1.ContainerPort')!;
    expect(port.fields.get('protocol')!.default).toBe('TCP');
    const probe = namedType('core/v1.Probe')!;
    expect([...probe.fields.keys()]).toContain('httpGet');
    expect(namedType('meta/v1.ObjectMeta')!.fields.get('finalizers')).toMatchObject({
      patchMerge: true,
      listType: 'set',
    });
    expect(namedType('core/v1.Secret')!.fields.get('data')!.value).toEqual({ kind: 'map', values: { kind: 'bytes' } });
  });

  test('a kind of a custom group is unknown', () => {
    expect(typeSchema('example.com/v1', 'Widget')).toBeUndefined();
    expect(typeSchema('example.com/v1', 'Deployment')).toBeUndefined();
  });
});
