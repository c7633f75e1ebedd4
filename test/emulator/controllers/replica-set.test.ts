import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { slowStart } from '../../../src/emulator/controllers/pod-control.ts';
import { createWorld, deployment, pod, type World } from './world.ts';

const kinds = [
  ['ReplicaSet', 'apps/v1', 'replicasets.apps'],
  ['ReplicationController', 'v1', 'replicationcontrollers'],
] as const;

function replicaSet(kind: string, apiVersion: string, spec: Record<string, unknown> = {}): KubeObject {
  const { template } = deployment('web')['spec'];
  return {
    apiVersion,
    kind,
    metadata: { name: 'set', namespace: 'default' },
    spec: {
      replicas: 3,
      selector: kind === 'ReplicaSet' ? { matchLabels: { app: 'web' } } : { app: 'web' },
      template,
      ...spec,
    },
  };
}

const quota = (pods: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'few', namespace: 'default' },
  spec: { hard: { pods: String(pods) } },
});
const ofApp = (w: World, app: string) => w.pods().filter((one) => one.metadata.labels?.['app'] === app);
const eventsOf = (w: World, reason: string) =>
  w.lister
    .list('events', 'default')
    .filter((event) => event['reason'] === reason && event['involvedObject'].kind !== 'Pod');

describe.each(kinds)('%s', (kind, apiVersion, resource) => {
  const status = (w: World) => w.get(resource, 'set')['status'];

  test('makes its pods, each with a reference that controls and blocks, and tells of each', async () => {
    const w = await createWorld();
    await w.client.create(resource, replicaSet(kind, apiVersion));
    await w.run(20);
    for (const one of w.pods()) {
      expect(one.metadata.name).toMatch(/^set-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
      expect(one.metadata.ownerReferences).toEqual([
        {
          apiVersion,
          kind,
          name: 'set',
          uid: w.get(resource, 'set').metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ]);
    }
    expect(w.events('set').sort()).toEqual(
      w
        .pods()
        .map((one) => `SuccessfulCreate: Created pod: ${one.metadata.name}`)
        .sort(),
    );
    expect(status(w)).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
      ...(kind === 'ReplicaSet' ? { terminatingReplicas: 0 } : {}),
    });
  });

  test('gives up the cheapest pods, tells of each, and counts those that end', async () => {
    const w = await createWorld();
    await w.client.create(resource, replicaSet(kind, apiVersion));
    await w.run(20);
    const names = w.pods().map((one) => one.metadata.name!);
    for (const [at, name] of names.entries()) {
      await w.edit('pods', name, (one) => {
        one.metadata.annotations = { 'controller.kubernetes.io/pod-deletion-cost': String([5, -5, 0][at]) };
      });
    }
    await w.edit(resource, 'set', (set) => {
      set['spec'].replicas = 1;
    });
    const going = w.pods().filter((one) => one.metadata.deletionTimestamp);
    expect(going.map((one) => one.metadata.name).sort()).toEqual([names[1], names[2]].sort());
    expect(status(w)).toMatchObject({ replicas: 1, observedGeneration: 2 });
    expect(status(w).terminatingReplicas).toBe(kind === 'ReplicaSet' ? 2 : undefined);
    expect(
      w
        .events('set')
        .filter((line) => line.startsWith('SuccessfulDelete'))
        .sort(),
    ).toEqual([names[1], names[2]].map((name) => `SuccessfulDelete: Deleted pod: ${name}`).sort());
    await w.run(60);
    expect(status(w).terminatingReplicas ?? 0).toBe(0);
  });

  test('a pod is available once it has been ready for minReadySeconds, to the second', async () => {
    const w = await createWorld();
    await w.client.create(resource, replicaSet(kind, apiVersion, { replicas: 1, minReadySeconds: 30 }));
    await w.run(20);
    expect(status(w)).toMatchObject({ readyReplicas: 1 });
    expect(status(w).availableReplicas).toBeUndefined();
    const since = Date.parse(
      w.pods()[0]!['status'].conditions.find((one: { type: string }) => one.type === 'Ready').lastTransitionTime,
    );
    await w.run((since - w.clock.now()) / 1000 + 29);
    expect(status(w).availableReplicas).toBeUndefined();
    await w.run(1.1);
    expect(status(w)).toMatchObject({ readyReplicas: 1, availableReplicas: 1 });
  });

  test('says that a quota stops it, tries again, and forgets it when it may', async () => {
    const w = await createWorld();
    await w.client.create('resourcequotas', quota(2));
    await w.plane.idle();
    await w.client.create(resource, replicaSet(kind, apiVersion, { replicas: 30 }));
    await w.plane.idle();
    expect(w.pods()).toHaveLength(2);
    const [failure] = status(w).conditions;
    expect(failure).toEqual({
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: expect.stringMatching(
        /^pods "set-\w{5}" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2$/,
      ),
      lastTransitionTime: expect.any(String),
    });
    expect(eventsOf(w, 'FailedCreate')[0]!['message']).toBe(`Error creating: ${failure.message}`);
    await w.client.delete('resourcequotas', 'default', 'few');
    await w.run(60);
    expect(w.pods()).toHaveLength(30);
    expect(status(w).conditions).toBeUndefined();
  });

  test('adopts what matches, and nobody else owns, and that does not go already', async () => {
    const w = await createWorld();
    await w.client.create('pods', {
      ...pod('web'),
      metadata: { ...pod('web').metadata, finalizers: ['test/keep'], name: 'going' },
    });
    await w.client.create('pods', { ...pod('web'), metadata: { ...pod('web').metadata, name: 'free' } });
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'x', controller: true };
    await w.client.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', namespace: 'default' },
    });
    const { uid } = w.get('configmaps', 'x').metadata;
    await w.client.create('pods', {
      ...pod('web'),
      metadata: { ...pod('web').metadata, name: 'owned', ownerReferences: [{ ...owner, uid: uid! }] },
    });
    await w.client.delete('pods', 'default', 'going', { gracePeriodSeconds: 0 });
    await w.client.create(resource, replicaSet(kind, apiVersion));
    await w.run(5);
    const { uid: ours } = w.get(resource, 'set').metadata;
    const controlled = ofApp(w, 'web').filter((one) =>
      one.metadata.ownerReferences?.some((reference) => reference.uid === ours),
    );
    expect(controlled).toHaveLength(3);
    expect(controlled.map((one) => one.metadata.name)).toContain('free');
    expect(controlled.map((one) => one.metadata.name)).not.toContain('going');
    expect(w.get('pods', 'owned').metadata.ownerReferences).toHaveLength(1);
  });

  test('takes an orphan whose labels come to match, and gives up the pod that is one too many', async () => {
    const w = await createWorld();
    await w.client.create(resource, replicaSet(kind, apiVersion, { replicas: 1 }));
    await w.client.create('pods', pod('other'));
    await w.run(10);
    await w.edit('pods', 'other', (one) => {
      one.metadata.labels = { app: 'web' };
    });
    expect(w.get('pods', 'other').metadata.ownerReferences).toEqual([expect.objectContaining({ kind, name: 'set' })]);
    expect(ofApp(w, 'web').filter((one) => !one.metadata.deletionTimestamp)).toHaveLength(1);
  });

  test('releases a pod whose labels no longer match, only its own reference, and makes another', async () => {
    const w = await createWorld();
    await w.client.create(resource, replicaSet(kind, apiVersion, { replicas: 1 }));
    await w.run(10);
    const { name } = w.pods()[0]!.metadata;
    await w.client.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', namespace: 'default' },
    });
    const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: w.get('configmaps', 'x').metadata.uid! };
    await w.edit('pods', name!, (one) => {
      one.metadata.ownerReferences!.push(other);
      one.metadata.labels!['app'] = 'other';
    });
    await w.run(10);
    expect(w.get('pods', name!).metadata.ownerReferences).toEqual([other]);
    expect(ofApp(w, 'web')).toHaveLength(1);
  });

  test('neither adopts nor releases nor makes while it is being deleted', async () => {
    const w = await createWorld();
    const set = replicaSet(kind, apiVersion, { replicas: 2 });
    set.metadata.finalizers = ['test/keep'];
    await w.client.create(resource, set);
    await w.run(10);
    await w.client.delete(resource, 'default', 'set', { propagationPolicy: 'Background' });
    const [one, two] = w.pods().map(({ metadata }) => metadata.name!);
    await w.edit('pods', one!, (object) => {
      object.metadata.labels!['app'] = 'other';
    });
    await w.client.create('pods', { ...pod('web'), metadata: { ...pod('web').metadata, name: 'free' } });
    await w.client.delete('pods', 'default', two!);
    await w.run(60);
    expect(w.get('pods', one!).metadata.ownerReferences).toHaveLength(1);
    expect(w.get('pods', 'free').metadata.ownerReferences ?? []).toEqual([]);
    expect(w.pods()).toHaveLength(2);
  });

  test('counts pods that carry every label of the template as fully labelled', async () => {
    const w = await createWorld();
    const set = replicaSet(kind, apiVersion);
    set['spec'].template.metadata.labels.tier = 'front';
    await w.client.create(resource, set);
    await w.run(10);
    await w.edit('pods', w.pods()[0]!.metadata.name!, (one) => {
      delete one.metadata.labels!['tier'];
    });
    expect(status(w)).toMatchObject({ replicas: 3, fullyLabeledReplicas: 2 });
  });

  test('finished pods are no replicas', async () => {
    const w = await createWorld();
    await w.client.create(resource, replicaSet(kind, apiVersion, { replicas: 2 }));
    await w.run(10);
    const victim = w.pods()[0]!;
    await w.client.updateStatus('pods', {
      ...victim,
      status: { ...victim['status'], phase: 'Failed', reason: 'Evicted' },
    });
    await w.run(10);
    expect(w.pods()).toHaveLength(3);
    expect(status(w)).toMatchObject({ replicas: 2, readyReplicas: 2 });
  });
});

test('the API orphans the pods of a ReplicationController that is deleted without a word, not those of a ReplicaSet', async () => {
  for (const [kind, apiVersion, resource] of kinds) {
    const w = await createWorld();
    await w.client.create(resource, replicaSet(kind, apiVersion));
    await w.run(10);
    await w.client.delete(resource, 'default', 'set');
    await w.run(60);
    expect(w.pods().map((one) => one.metadata.ownerReferences ?? [])).toEqual(
      kind === 'ReplicaSet' ? [] : [[], [], []],
    );
  }
});

test('says that a pod may not be deleted, and why, until it may', async () => {
  const w = await createWorld();
  const group = 'admissionregistration.k8s.io';
  await w.client.create(`validatingadmissionpolicies.${group}`, {
    apiVersion: `${group}/v1`,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'keep' },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['pods'] }],
      },
      validations: [{ expression: 'false' }],
    },
  });
  await w.client.create(`validatingadmissionpolicybindings.${group}`, {
    apiVersion: `${group}/v1`,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'keep' },
    spec: { policyName: 'keep', validationActions: ['Deny'] },
  });
  await w.client.create('replicasets.apps', replicaSet('ReplicaSet', 'apps/v1', { replicas: 1 }));
  await w.run(10);
  await w.edit('replicasets.apps', 'set', (set) => {
    set['spec'].replicas = 0;
  });
  const why = `pods "${w.pods()[0]!.metadata.name}" is forbidden: ValidatingAdmissionPolicy 'keep' with binding 'keep' denied request: failed expression: false`;
  expect(w.get('replicasets.apps', 'set')['status'].conditions).toEqual([
    {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedDelete',
      message: `unable to delete pods: ${why}`,
      lastTransitionTime: expect.any(String),
    },
  ]);
  expect(w.events('set').at(-1)).toBe(`FailedDelete: Error deleting: ${why}`);
  await w.client.delete(`validatingadmissionpolicybindings.${group}`, undefined, 'keep');
  await w.run(90);
  expect(w.pods()).toEqual([]);
  expect(w.get('replicasets.apps', 'set')['status'].conditions).toBeUndefined();
});

test('a namespace that ends fails no replica set and is not told to anybody', async () => {
  const w = await createWorld();
  await w.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  await w.plane.idle();
  const set = replicaSet('ReplicaSet', 'apps/v1');
  set.metadata.namespace = 'team';
  set.metadata.finalizers = ['test/keep'];
  await w.client.create('replicasets.apps', set);
  await w.run(10);
  await w.client.delete('namespaces', undefined, 'team');
  await w.client.delete('pods', 'team', w.pods('team')[0]!.metadata.name!, { gracePeriodSeconds: 0 });
  await w.run(20);
  expect(w.get('replicasets.apps', 'set', 'team')['status'].conditions).toBeUndefined();
  expect(w.lister.list('events', 'team').filter((event) => event['reason'] === 'FailedCreate')).toEqual([]);
});

describe('slow start', () => {
  test.each([
    [1, 1],
    [2, 3],
    [3, 3],
    [4, 7],
    [100, 100],
  ])('when the pod number %i is refused, %i are tried', async (refused, tried) => {
    const made: number[] = [];
    const run = slowStart(100, async (index) => {
      made.push(index);
      if (index + 1 === refused && refused < 100) throw new Error('no');
    });
    if (refused < 100) await expect(run).rejects.toThrow('no');
    else await run;
    expect(made).toHaveLength(tried);
  });

  test('a set makes no more than 500 pods in one go', async () => {
    const w = await createWorld();
    const ofOneGo: number[] = [];
    let made = 0;
    w.lister.subscribe('pods', ({ type }) => {
      if (type === 'ADDED') made++;
    });
    w.lister.subscribe('replicasets.apps', ({ type }) => {
      if (type === 'MODIFIED') ofOneGo.push(made);
    });
    const set = replicaSet('ReplicaSet', 'apps/v1', { replicas: 520 });
    // Pods that nobody looks after are cheap.
    set['spec'].template.spec.schedulingGates = [{ name: 'test/never' }];
    await w.client.create('replicasets.apps', set);
    await w.run(2);
    expect([ofOneGo[0], made]).toEqual([500, 520]);
  });
});
