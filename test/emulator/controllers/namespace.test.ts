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
  await w.run(5);
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

/* As kube-controller-manager 1.36.3 did it. */
test('nothing is done in the first five seconds, and what remains is told anew as it changes', async () => {
  const w = await team();
  await w.client.create('configmaps', map('a', { finalizers: ['example.com/hold'] }));
  await w.client.create('configmaps', map('b'));
  await w.client.delete('namespaces', undefined, 'team');
  await w.run(4);
  expect(w.get('namespaces', 'team')['status'].conditions).toBeUndefined();
  expect(w.lister.get('configmaps', 'team', 'b')).toBeDefined();
  await w.run(2);
  expect(w.lister.get('configmaps', 'team', 'b')).toBeUndefined();
  const remaining = (kinds: string) =>
    `NamespaceContentRemaining True SomeResourcesRemain: Some resources are remaining: ${kinds} has 1 resource instances`;
  expect(conditions(w)[3]).toBe(remaining('configmaps.'));
  const secret = { apiVersion: 'v1', kind: 'Secret' };
  const other = map('c', { finalizers: ['example.com/other'] });
  await expect(w.client.create('secrets', { ...secret, metadata: other.metadata })).rejects.toThrow('being terminated');
  const held = structuredClone(w.get('configmaps', 'a', 'team'));
  await w.client.update('configmaps', { ...held, metadata: { ...held.metadata, finalizers: [] } });
  await w.run(10);
  expect(w.lister.get('namespaces', undefined, 'team')).toBeUndefined();
});

test('pods that outlive their grace are told as a failure', async () => {
  const w = await team();
  const stuck = pod('stuck', { nodeName: 'nowhere', terminationGracePeriodSeconds: 1 });
  await w.client.create('pods', { ...stuck, metadata: { ...stuck.metadata, namespace: 'team' } });
  await w.client.delete('namespaces', undefined, 'team');
  await w.run(7);
  expect(conditions(w)[2]).toBe(
    'NamespaceDeletionContentFailure True ContentDeletionFailed: Failed to delete all resource types, 1 remaining: unexpected items still remain in namespace: team for gvr: /v1, Resource=pods',
  );
});
