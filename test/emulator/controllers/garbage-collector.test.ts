import { describe, expect, test } from 'vitest';
import type { KubeObject, OwnerReference } from '../../../src/api/meta.ts';
import { createWorld, type World } from './world.ts';

const CRDS = 'customresourcedefinitions.apiextensions.k8s.io';
const ROLES = 'clusterroles.rbac.authorization.k8s.io';

const map = (name: string, owners: OwnerReference[] = [], namespace = 'default'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, ...(owners.length > 0 ? { ownerReferences: owners } : {}) },
});
const refTo = (owner: KubeObject, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name!,
  uid: owner.metadata.uid!,
  ...more,
});
const block = { blockOwnerDeletion: true };
const crd = (plural: string, kind: string): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.example.com` },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
});
const has = (w: World, name: string, namespace = 'default', resource = 'configmaps') =>
  w.lister.get(resource, namespace, name) !== undefined;
const make = async (w: World, object: KubeObject, resource = 'configmaps') => {
  const made = await w.client.create<KubeObject>(resource, object);
  await w.plane.idle();
  return made;
};
const remove = async (w: World, name: string, propagationPolicy: 'Background' | 'Foreground' | 'Orphan') => {
  await w.client.delete('configmaps', 'default', name, { propagationPolicy });
  await w.plane.idle();
};

describe('an owner that waits for its dependents', () => {
  test('waits only for those that block it; the others go all the same', async () => {
    const w = await createWorld();
    const owner = await make(w, map('owner'));
    const held = { finalizers: ['example.com/hold'] };
    const free = map('free', [refTo(owner)]);
    await make(w, { ...free, metadata: { ...free.metadata, ...held } });
    const tied = map('tied', [refTo(owner, block)]);
    await make(w, { ...tied, metadata: { ...tied.metadata, ...held } });
    await remove(w, 'owner', 'Foreground');
    expect(w.get('configmaps', 'free').metadata.deletionTimestamp).toBeDefined();
    expect(w.get('configmaps', 'owner').metadata.finalizers).toEqual(['foregroundDeletion']);
    await w.edit('configmaps', 'tied', ({ metadata }) => {
      metadata.finalizers = [];
    });
    expect([has(w, 'owner'), has(w, 'tied'), has(w, 'free')]).toEqual([false, false, true]);
  });

  test('who loses the last of its owners has no list of owners any more', async () => {
    const w = await createWorld();
    const owner = await make(w, map('owner'));
    await make(w, map('left', [refTo(owner)]));
    const other = await make(w, map('other'));
    await make(w, map('shared', [refTo(owner), refTo(other)]));
    await remove(w, 'owner', 'Orphan');
    expect(has(w, 'owner')).toBe(false);
    expect(w.get('configmaps', 'left').metadata).not.toHaveProperty('ownerReferences');
    expect(w.get('configmaps', 'shared').metadata.ownerReferences).toEqual([refTo(other)]);
  });

  test('goes when what blocked it no longer does', async () => {
    const w = await createWorld();
    const owner = await make(w, map('owner'));
    const tied = map('tied', [refTo(owner, block)]);
    await make(w, { ...tied, metadata: { ...tied.metadata, finalizers: ['example.com/hold'] } });
    await remove(w, 'owner', 'Foreground');
    expect(has(w, 'owner')).toBe(true);
    await w.edit('configmaps', 'tied', ({ metadata }) => {
      metadata.ownerReferences![0]!.blockOwnerDeletion = false;
    });
    expect(has(w, 'owner')).toBe(false);
  });

  test('waits for the dependents of its dependents', async () => {
    const w = await createWorld();
    const owner = await make(w, map('owner'));
    const child = await make(w, map('child', [refTo(owner, block)]));
    await make(w, map('grandchild', [refTo(child, block)]));
    const gone: string[] = [];
    w.lister.subscribe('configmaps', ({ type, object }) => {
      if (type === 'DELETED') gone.push(object.metadata.name!);
    });
    await remove(w, 'owner', 'Foreground');
    expect(gone).toEqual(['grandchild', 'child', 'owner']);
  });

  test('does not wait for ever in a circle', async () => {
    const w = await createWorld();
    const a = await make(w, map('a'));
    const b = await make(w, map('b', [refTo(a, block)]));
    await w.edit('configmaps', 'a', ({ metadata }) => {
      metadata.ownerReferences = [refTo(b, block)];
    });
    await remove(w, 'a', 'Foreground');
    expect([has(w, 'a'), has(w, 'b')]).toEqual([false, false]);
  });
});

test('a dependent with one good and one waiting owner loses the waiting one only', async () => {
  const w = await createWorld();
  const good = await make(w, map('good'));
  const bad = await make(w, map('bad'));
  await make(w, map('child', [refTo(good), refTo(bad, block)]));
  await remove(w, 'bad', 'Foreground');
  expect(has(w, 'bad')).toBe(false);
  expect(w.get('configmaps', 'child').metadata.ownerReferences).toEqual([refTo(good)]);
});

test('an owner in another namespace is none, and that is said', async () => {
  const w = await createWorld();
  await make(w, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } }, 'namespaces');
  const owner = await make(w, map('owner', [], 'other'));
  await make(w, map('child', [refTo(owner)]));
  expect(has(w, 'child')).toBe(false);
  expect(w.events('child')).toEqual([
    `OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: ${owner.metadata.uid}] does not exist in namespace "default"`,
  ]);
});

test('what is in no namespace and names an owner in one stays, and that is said', async () => {
  const w = await createWorld();
  const owner = await make(w, map('owner'));
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', rules: [] };
  await make(w, { ...role, metadata: { name: 'child', ownerReferences: [refTo(owner)] } }, ROLES);
  await w.run(60);
  expect(has(w, 'child', '', ROLES)).toBe(true);
  expect(w.events('child')[0]).toContain('does not exist in namespace ""');
});

test('an owner of a kind that nobody serves decides nothing until somebody does', async () => {
  const w = await createWorld();
  const reference = { apiVersion: 'example.com/v1', kind: 'Boat', name: 'one', uid: 'nobody' };
  await make(w, map('child', [reference]));
  await w.run(600);
  expect(has(w, 'child')).toBe(true);
  await make(w, crd('boats', 'Boat'), CRDS);
  await w.run(1);
  expect(has(w, 'child')).toBe(false);
});

test('custom objects own, and are owned', async () => {
  const w = await createWorld();
  await make(w, crd('boats', 'Boat'), CRDS);
  await w.run(1);
  const boat = (name: string, owners: OwnerReference[] = []): KubeObject => ({
    apiVersion: 'example.com/v1',
    kind: 'Boat',
    metadata: { name, namespace: 'default', ownerReferences: owners },
  });
  const owner = await make(w, boat('owner'), 'boats.example.com');
  await make(w, map('cargo', [refTo(owner)]));
  await make(w, boat('dinghy', [refTo(owner)]), 'boats.example.com');
  await w.client.delete('boats.example.com', 'default', 'owner', { propagationPolicy: 'Background' });
  await w.plane.idle();
  expect([has(w, 'cargo'), has(w, 'dinghy', 'default', 'boats.example.com')]).toEqual([false, false]);
});

test('what a custom object owned goes along with its definition', async () => {
  const w = await createWorld();
  await make(w, crd('boats', 'Boat'), CRDS);
  await w.run(1);
  const boat = { apiVersion: 'example.com/v1', kind: 'Boat', metadata: { name: 'owner', namespace: 'default' } };
  const owner = await make(w, boat, 'boats.example.com');
  await make(w, map('cargo', [refTo(owner)]));
  await w.client.delete(CRDS, undefined, 'boats.example.com');
  await w.run(5);
  expect([has(w, 'boats.example.com', '', CRDS), has(w, 'cargo')]).toEqual([false, false]);
});

test('events are left to their own end', async () => {
  const w = await createWorld();
  const event = {
    ...map('told', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'none', uid: 'none' }]),
    kind: 'Event',
    involvedObject: { kind: 'ConfigMap', name: 'none', namespace: 'default' },
  };
  await make(w, event, 'events');
  await w.run(10);
  expect(has(w, 'told', 'default', 'events')).toBe(true);
});

/* As kube-controller-manager 1.36.3 did it. */
test('what is in no namespace outlives the owner in one that it names', async () => {
  const w = await createWorld();
  const owner = await make(w, map('owner'));
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', rules: [] };
  await make(w, { ...role, metadata: { name: 'child', ownerReferences: [refTo(owner)] } }, ROLES);
  await remove(w, 'owner', 'Background');
  await w.run(60);
  expect(has(w, 'child', '', ROLES)).toBe(true);
});

test('who closes a circle goes after its owner, in the background', async () => {
  const w = await createWorld();
  const a = await make(w, map('a'));
  const b = await make(w, map('b', [refTo(a, block)]));
  await w.edit('configmaps', 'a', ({ metadata }) => {
    metadata.ownerReferences = [refTo(b, block)];
  });
  const seen: string[] = [];
  w.lister.subscribe('configmaps', ({ type, object: { metadata } }) => {
    seen.push(`${type} ${metadata.name} ${metadata.finalizers?.join() ?? '-'}`);
  });
  await remove(w, 'a', 'Foreground');
  expect(seen.map((line) => line.replace(/ $/, ' -'))).toEqual([
    'MODIFIED a foregroundDeletion',
    'MODIFIED b -',
    expect.stringMatching(/^DELETED a /),
    'DELETED b -',
  ]);
});
