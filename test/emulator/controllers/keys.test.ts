import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { keyOf, splitKey } from '../../../src/emulator/controllers/controller.ts';
import { createWorld, deployment } from './world.ts';

test.each([
  ['default', 'web'],
  ['', 'worker'],
  ['', 'x'],
])('the key of %j %j leads back to it', (namespace, name) => {
  expect(splitKey(keyOf({ metadata: { name, ...(namespace ? { namespace } : {}) } } as KubeObject))).toEqual([
    namespace,
    name,
  ]);
});

const service = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
});

test('what belongs into a namespace is not made in none, where its controllers would fail for ever', async () => {
  const w = await createWorld({ nodes: 1 });
  const { namespace: _namespace, ...metadata } = deployment('web').metadata;
  for (const [resource, object] of [
    ['services', service('s')],
    ['services', { ...service('web'), metadata: { name: 'web', namespace: '' } }],
    ['deployments.apps', { ...deployment('web'), metadata }],
  ] as const) {
    await expect(w.client.create(resource, object)).rejects.toThrow('is invalid: metadata.namespace: Required value');
  }
  await w.run(30);
  expect(w.lister.list('services').filter(({ metadata: { namespace } }) => !namespace)).toEqual([]);
  expect(w.errors).toEqual([]);
});
