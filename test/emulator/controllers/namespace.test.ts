import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, pod, type World } from './world.ts';

const map = (name: string, metadata: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'team', ...metadata },
});
async function team(finalizers?: string[]): Promise<World> {
  const w = await createWorld();
  await w.client.create('namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'team' },
    ...(finalizers ? { spec: { finalizers } } : {}),
  });
  await w.run(1);
  return w;
}
const conditions = (w: World) =>
  w
    .get('namespaces', 'team')
    ['status'].conditions.map(
      ({ type, status, reason, message }: Record<string, string>) => `${type} ${status} ${reason}: ${message}`,
    );

test('pods go first, in their own time, and what they may need stays as long', async () => {
  const w = await team();
  await w.client.create('configmaps', map('settings'));
  const slow = pod('slow', { terminationGracePeriodSeconds: 20 }, { 'kctl.dev/stop-after': 'never' });
  await w.client.create('pods', {
    ...slow,
    metadata: { ...slow.metadata, namespace: 'team', finalizers: ['example.com/hold'] },
  });
  await w.run(30);
  await w.client.delete('namespaces', undefined, 'team');
  await w.run(5);
  expect(w.get('pods', 'slow', 'team').metadata.deletionTimestamp).toBeDefined();
  expect(w.get('configmaps', 'settings', 'team').metadata.deletionTimestamp).toBeUndefined();
  expect(conditions(w)).toEqual([
    'NamespaceDeletionDiscoveryFailure False ResourcesDiscovered: All resources successfully discovered',
    'NamespaceDeletionGroupVersionParsingFailure False ParsedGroupVersions: All legacy kube types successfully parsed',
    'NamespaceDeletionContentFailure False ContentDeleted: All content successfully deleted, may be waiting on finalization',
    'NamespaceContentRemaining False ContentRemoved: All content successfully removed',
    'NamespaceFinalizersRemaining False ContentHasNoFinalizers: All content-preserving finalizers finished',
  ]);
  await w.run(60);
  const held = structuredClone(w.get('pods', 'slow', 'team'));
  await w.client.update('pods', { ...held, metadata: { ...held.metadata, finalizers: [] } });
  await w.run(30);
  expect(w.lister.get('namespaces', undefined, 'team')).toBeUndefined();
});

test('what remains is counted, kinds and finalizers in order', async () => {
  const w = await team();
  await w.client.create('configmaps', map('a', { finalizers: ['example.com/hold', 'example.com/a'] }));
  await w.client.create('configmaps', map('b', { finalizers: ['example.com/hold'] }));
  await w.client.create('leases.coordination.k8s.io', {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'l', namespace: 'team', finalizers: ['example.com/hold'] },
    spec: {},
  });
  await w.client.delete('namespaces', undefined, 'team');
  await w.run(1);
  expect(conditions(w).slice(3)).toEqual([
    'NamespaceContentRemaining True SomeResourcesRemain: Some resources are remaining: configmaps. has 2 resource instances, leases.coordination.k8s.io has 1 resource instances',
    'NamespaceFinalizersRemaining True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/a in 1 resource instances, example.com/hold in 3 resource instances',
  ]);
});

test('a namespace that somebody else holds too waits for both', async () => {
  const w = await team(['kubernetes', 'example.com/mine']);
  await w.client.delete('namespaces', undefined, 'team');
  await w.run(5);
  expect(w.get('namespaces', 'team')['spec'].finalizers).toEqual(['example.com/mine']);
});
