import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, deployment, pod } from './world.ts';

const service = (spec: Record<string, unknown>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec,
});

describe('endpoints', () => {
  test('follow readiness, resolve named ports per pod, and drop a pod the moment it is told to stop', async () => {
    const w = await createWorld();
    const ports = [{ name: 'http', containerPort: 8080 }];
    await w.client.create('deployments.apps', deployment('web', { replicas: 2 }, { ports }));
    await w.client.create('services', service({ selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] }));
    await w.run(1.5);
    const slice = () =>
      w.lister
        .list('endpointslices.discovery.k8s.io', 'default')
        .find((one) => one.metadata.labels!['kubernetes.io/service-name'] === 'web')!;
    expect(slice()['endpoints'].every((one: { conditions: { ready: boolean } }) => !one.conditions.ready)).toBe(true);
    await w.run(20);
    expect(slice()).toMatchObject({
      ports: [{ port: 8080, protocol: 'TCP' }],
      endpoints: [{ conditions: { ready: true, serving: true, terminating: false } }, { conditions: { ready: true } }],
    });
    expect(w.get('endpoints', 'web')['subsets'][0]).toMatchObject({ addresses: [{}, {}], ports: [{ port: 8080 }] });
    const victim = w.pods()[0]!;
    await w.client.delete('pods', 'default', victim.metadata.name!);
    await w.plane.idle();
    const ended = slice()['endpoints'].find(
      (one: { targetRef: { name: string } }) => one.targetRef.name === victim.metadata.name,
    );
    expect(ended?.conditions).toEqual({ ready: false, serving: true, terminating: true });
    expect(w.get('endpoints', 'web')['subsets'][0].addresses).toHaveLength(1);
    // Once the pod is gone, so is what was known of it.
    await w.run(60);
    const names = slice()['endpoints'].map((one: { targetRef: { name: string } }) => one.targetRef.name);
    expect(names.sort()).toEqual(
      w
        .pods()
        .map((one) => one.metadata.name)
        .sort(),
    );
    await w.client.delete('services', 'default', 'web');
    await w.run(1);
    expect(w.lister.list('endpointslices.discovery.k8s.io', 'default')).toEqual([]);
    expect(w.lister.get('endpoints', 'default', 'web')).toBeUndefined();
  });

  test('a load balancer gets an address and gives it back', async () => {
    const w = await createWorld();
    await w.client.create(
      'services',
      service({ type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] }),
    );
    await w.run(1);
    expect(w.get('services', 'web')['status'].loadBalancer.ingress).toEqual([{ ip: '203.0.113.1', ipMode: 'VIP' }]);
    await w.edit('services', 'web', (object) => {
      object['spec'].type = 'ClusterIP';
    });
    await w.run(1);
    expect(w.get('services', 'web')['status'].loadBalancer).toEqual({});
  });
});

describe('garbage collector', () => {
  const owned = (name: string, owners: { name: string; uid: string; block?: boolean }[]): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: 'default',
      ownerReferences: owners.map(({ name: owner, uid, block }) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: owner,
        uid,
        ...(block ? { blockOwnerDeletion: true } : {}),
      })),
    },
  });
  const maps = (w: Awaited<ReturnType<typeof createWorld>>) =>
    w.lister
      .list('configmaps', 'default')
      .map((one) => one.metadata.name)
      .filter((name) => name !== 'kube-root-ca.crt');
  const plain = (name: string): KubeObject => owned(name, []);

  test.each([
    ['Background', []],
    ['Foreground', []],
    ['Orphan', ['child']],
  ] as const)('%s deletion leaves %j', async (propagationPolicy, left) => {
    const w = await createWorld();
    const { uid } = (await w.client.create('configmaps', plain('owner'))).metadata;
    await w.client.create('configmaps', owned('child', [{ name: 'owner', uid: uid!, block: true }]));
    const gone: string[] = [];
    w.lister.subscribe('configmaps', ({ type, object }) => {
      if (type === 'DELETED') gone.push(object.metadata.name!);
    });
    await w.client.delete('configmaps', 'default', 'owner', { propagationPolicy });
    await w.plane.idle();
    expect(maps(w)).toEqual(left);
    expect(gone).toEqual(
      { Background: ['owner', 'child'], Foreground: ['child', 'owner'], Orphan: ['owner'] }[propagationPolicy],
    );
    if (propagationPolicy === 'Orphan') expect(w.get('configmaps', 'child').metadata.ownerReferences ?? []).toEqual([]);
  });

  test('a namesake with another uid is no owner; one good owner is enough', async () => {
    const w = await createWorld();
    const { uid } = (await w.client.create('configmaps', plain('owner'))).metadata;
    await w.client.create('configmaps', owned('wrong', [{ name: 'owner', uid: 'another' }]));
    await w.client.create(
      'configmaps',
      owned('half', [
        { name: 'owner', uid: uid! },
        { name: 'gone', uid: 'gone' },
      ]),
    );
    await w.plane.idle();
    expect(maps(w)).toEqual(['half', 'owner']);
    expect(w.get('configmaps', 'half').metadata.ownerReferences).toHaveLength(1);
  });

  test('deleting a deployment takes its replica sets and pods along', async () => {
    const w = await createWorld();
    await w.client.create('deployments.apps', deployment('web'));
    await w.run(20);
    await w.client.delete('deployments.apps', 'default', 'web', { propagationPolicy: 'Foreground' });
    await w.run(30);
    expect([w.pods(), w.lister.list('replicasets.apps'), w.lister.list('deployments.apps')]).toEqual([[], [], []]);
  });
});

describe('namespace', () => {
  test('is furnished, and ends with all it holds', async () => {
    const w = await createWorld();
    await w.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
    await w.plane.idle();
    expect(w.lister.get('serviceaccounts', 'team', 'default')).toBeDefined();
    expect(w.get('configmaps', 'kube-root-ca.crt', 'team')['data']).toEqual({ 'ca.crt': 'PEM' });
    const web = deployment('web');
    web.metadata.namespace = 'team';
    await w.client.create('deployments.apps', web);
    await w.run(20);
    await w.client.delete('namespaces', undefined, 'team');
    await w.run(5);
    const status = w.get('namespaces', 'team')['status'];
    expect(status.phase).toBe('Terminating');
    expect(status.conditions.find((one: { type: string }) => one.type === 'NamespaceContentRemaining').message).toBe(
      'All content successfully removed',
    );
    expect(w.pods('team')).toHaveLength(3);
    await w.run(40);
    expect(w.lister.get('namespaces', undefined, 'team')).toBeUndefined();
    expect(w.pods('team')).toEqual([]);
    expect(w.errors).toEqual([]);
  });
});

describe('replica set', () => {
  test('adopts what matches and releases what no longer does', async () => {
    const w = await createWorld();
    await w.client.create('pods', pod('stray'));
    await w.run(10);
    const { spec } = deployment('stray', { replicas: 2 });
    await w.client.create('replicasets.apps', {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'set', namespace: 'default' },
      spec: { replicas: 2, selector: spec.selector, template: spec.template },
    });
    await w.run(10);
    expect(w.pods()).toHaveLength(2);
    expect(w.get('pods', 'stray').metadata.ownerReferences![0]).toMatchObject({
      kind: 'ReplicaSet',
      name: 'set',
      controller: true,
    });
    await w.edit('pods', 'stray', (object) => {
      object.metadata.labels = { app: 'other' };
    });
    await w.run(10);
    expect(w.pods()).toHaveLength(3);
    expect(w.get('pods', 'stray').metadata.ownerReferences ?? []).toEqual([]);
  });
});

test('the pods of a node that is gone go too, and are replaced elsewhere', async () => {
  const w = await createWorld();
  await w.client.create('deployments.apps', deployment('web', { replicas: 4 }));
  await w.run(20);
  await w.client.delete('nodes', undefined, 'kctl-worker-1');
  await w.run(30);
  expect(w.pods().filter((one) => one['spec'].nodeName === 'kctl-worker-1')).toHaveLength(2);
  await w.run(50);
  expect(w.pods().map((one) => one['spec'].nodeName)).toEqual(Array(4).fill('kctl-worker-2'));
});

test('events live for an hour', async () => {
  const w = await createWorld();
  await w.client.create('pods', pod('one'));
  await w.run(3500);
  expect(w.events('one').length).toBeGreaterThan(3);
  await w.run(200);
  expect(w.events('one')).toEqual([]);
});
