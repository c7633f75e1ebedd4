import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/meta.ts';
import { createObjectPrinter, objectFormatNames, wrapList } from '../../src/output/print-objects.ts';

const object: KubeObject = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
  metadata: { name: 'web', labels: { b: '2', a: '1' }, managedFields: [{ manager: 'm' }] },
  spec: { replicas: 3, ports: [80, 443], nothing: null },
};
const other: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } };

const print = async (name: string, argument = '', options = {}) =>
  (await createObjectPrinter({ name, argument }, options))(object);

describe('formats', () => {
  test('json, without managed fields unless asked for', async () => {
    const text = await print('json');
    expect(text).toMatch(/^\{\n {4}"apiVersion": "apps\/v1",\n/);
    expect(text.endsWith('}\n')).toBe(true);
    expect(text).not.toContain('managedFields');
    expect(await print('json', '', { showManagedFields: true })).toContain('"manager": "m"');
    expect(object.metadata.managedFields).toHaveLength(1);
  });

  test('yaml, with a separator before every object but the first', async () => {
    const printer = await createObjectPrinter({ name: 'yaml' });
    expect(printer(other)).toBe('apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n');
    expect(printer(other)).toBe('---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n');
  });

  test('a list', async () => {
    const list = wrapList([object, other]);
    expect((await createObjectPrinter({ name: 'yaml' }))(list)).toBe(
      'apiVersion: v1\nitems:\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata:\n    labels:\n      a: "1"\n      b: "2"\n    name: web\n' +
        '  spec:\n    nothing: null\n    ports:\n    - 80\n    - 443\n    replicas: 3\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: p\nkind: List\nmetadata:\n  resourceVersion: ""\n',
    );
    expect((await createObjectPrinter({ name: 'name' }))(list)).toBe('deployment.apps/web\npod/p\n');
  });

  test('jsonpath and jsonpath-as-json', async () => {
    expect(await print('jsonpath', '{.metadata.name}{"\\n"}')).toBe('web\n');
    expect(await print('jsonpath-as-json', '{.spec.ports[*]}')).toBe('[\n    80,\n    443\n]\n');
    expect(await print('jsonpath-file', 'f', { readFile: () => '{.kind}' })).toBe('Deployment');
    await expect(print('jsonpath', '')).rejects.toThrow('template format specified but no template given');
    await expect(print('jsonpath', '{.nope}', { allowMissingKeys: false })).rejects.toThrow('nope is not found');
  });

  test('custom columns', async () => {
    const spec =
      'NAME:.metadata.name,Ports:.spec.ports,ONE:spec.ports[*],MAP:.metadata.labels,NO:.spec.no,NULL:.spec.nothing';
    expect(await print('custom-columns', spec)).toBe(
      'NAME   Ports      ONE      MAP            NO       NULL\nweb    [80 443]   80,443   map[a:1 b:2]   <none>   <nil>\n',
    );
    expect(await print('custom-columns', 'N:.metadata.name', { noHeaders: true })).toBe('web\n');
    expect(await print('custom-columns-file', 'f', { readFile: () => 'A  B\n.kind .metadata.name\n' })).toBe(
      'A            B\nDeployment   web\n',
    );
    await expect(print('custom-columns')).rejects.toThrow(
      'custom-columns format specified but no custom columns given',
    );
    await expect(print('custom-columns', 'NAME')).rejects.toThrow(
      'unexpected custom-columns spec: NAME, expected <header>:<json-path-expr>',
    );
  });

  test('an unknown format is refused', async () => {
    expect(objectFormatNames).toContain('yaml');
    await expect(print('toml')).rejects.toThrow('"toml"');
  });
});

test('managedFields are left out of JSON and YAML, and of nothing else', async () => {
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', managedFields: [{ manager: 'm' }] } } as never;
  const text = async (name: string, argument: string) => (await createObjectPrinter({ name, argument }))(object);
  expect(await text('yaml', '')).not.toContain('manager');
  expect(await text('jsonpath', '{.metadata.managedFields[0].manager}')).toBe('m');
  expect(await text('go-template', '{{len .metadata.managedFields}}')).toBe('1');
});
