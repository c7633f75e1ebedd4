import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/api/meta.ts';
import { createWorld, pod, type World } from '../world.ts';

const NONE = 'example.invalid/none:1';
const RESOURCE = 'statefulsets.apps';

const template = (container: Record<string, unknown> = {}) => ({
  metadata: { labels: { app: 'db' } },
  spec: { terminationGracePeriodSeconds: 5, containers: [{ name: 'app', image: 'nginx:1.27', ...container }] },
});
const set = (spec: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'default' },
  spec: { serviceName: 'db', replicas: 3, selector: { matchLabels: { app: 'db' } }, template: template(), ...spec },
});
const claims = {
  volumeClaimTemplates: [
    {
      metadata: { name: 'data', labels: { own: 'label' } },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'own' },
    },
  ],
};

async function world(spec?: Record<string, unknown>, seconds = 60): Promise<World> {
  const w = await createWorld();
  await w.client.create('storageclasses.storage.k8s.io', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'own' },
    provisioner: 'kctl.dev/simulated',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  await w.client.create(RESOURCE, set(spec));
  await w.run(seconds);
  return w;
}

const status = (w: World) => w.get(RESOURCE, 'db')['status'];
const names = (w: World) => w.pods().map((one) => one.metadata.name!);
const images = (w: World) => w.pods().map((one) => one['spec'].containers[0].image.split(':')[1]);
const edit = (w: World, change: (spec: KubeObject['spec']) => void) =>
  w.edit(RESOURCE, 'db', (object) => change(object['spec']));
const setImage = (w: World, image: string) =>
  edit(w, (spec) => {
    spec.template.spec.containers[0].image = image;
  });
const scale = (w: World, replicas: number) =>
  edit(w, (spec) => {
    spec.replicas = replicas;
  });
const revisions = (w: World) =>
  [...w.lister.list<KubeObject>('controllerrevisions.apps', 'default')].sort((a, b) => a['revision'] - b['revision']);
const fail = async (w: World, name: string, phase: string) => {
  const one = w.get('pods', name);
  await w.client.updateStatus('pods', { ...one, status: { ...one['status'], phase, conditions: [] } });
};
/** What befell pods while `during` ran: `+db-0` made, `-db-0` told to go, `xdb-0` gone. */
async function history(w: World, during: () => Promise<void>): Promise<string[]> {
  const seen: string[] = [];
  const stop = w.lister.subscribe('pods', ({ type, object, previous }) => {
    if (type === 'ADDED') seen.push(`+${object.metadata.name}`);
    if (type === 'DELETED') seen.push(`x${object.metadata.name}`);
    if (object.metadata.deletionTimestamp && previous && !previous.metadata.deletionTimestamp)
      seen.push(`-${object.metadata.name}`);
  });
  await during();
  stop();
  return seen;
}

describe('names, labels and history', () => {
  test('a pod tells its set, its place and its revision; a revision its hash', async () => {
    const w = await world({ ordinals: { start: 4 }, replicas: 2 });
    const { currentRevision } = status(w);
    expect(w.get('pods', 'db-4')).toMatchObject({
      metadata: {
        labels: {
          app: 'db',
          'apps.kubernetes.io/pod-index': '4',
          'controller-revision-hash': currentRevision,
          'statefulset.kubernetes.io/pod-name': 'db-4',
        },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', controller: true, blockOwnerDeletion: true },
        ],
      },
      spec: { hostname: 'db-4', subdomain: 'db' },
    });
    expect(names(w)).toEqual(['db-4', 'db-5']);
    const [revision] = revisions(w);
    const hash = currentRevision.slice('db-'.length);
    expect(revision!.metadata).toMatchObject({
      name: `db-${hash}`,
      labels: { app: 'db', 'controller.kubernetes.io/hash': hash },
    });
    expect(revision!.metadata.labels!['controller-revision-hash']).toBeUndefined();
    expect(revision!['data'].spec.template).toMatchObject({ $patch: 'replace', metadata: { labels: { app: 'db' } } });
    expect(status(w)).toEqual({
      observedGeneration: 1,
      replicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      currentReplicas: 2,
      updatedReplicas: 2,
      currentRevision,
      updateRevision: currentRevision,
      collisionCount: 0,
    });
  });

  test('going back uses the old revision under the next number', async () => {
    const w = await world({ replicas: 1 });
    const { currentRevision } = status(w);
    await setImage(w, 'nginx:1.28');
    await w.run(30);
    await setImage(w, 'nginx:1.27');
    await w.run(30);
    expect(revisions(w).map((one) => one['revision'])).toEqual([2, 3]);
    expect(status(w)).toMatchObject({ currentRevision, updateRevision: currentRevision });
  });

  test('keeps as many revisions as it should, besides those in use', async () => {
    const w = await world({ replicas: 1, revisionHistoryLimit: 1, updateStrategy: { type: 'OnDelete' } });
    for (const tag of ['1.28', '1.29', '1.30']) await setImage(w, `nginx:${tag}`);
    // 1.27 runs, 1.30 is the newest, 1.29 is history.
    expect(revisions(w).map((one) => one['data'].spec.template.spec.containers[0].image)).toEqual([
      'nginx:1.27',
      'nginx:1.29',
      'nginx:1.30',
    ]);
  });

  test('takes over pods and revisions that were left behind, and gives them back their name label', async () => {
    const w = await world({ replicas: 2 });
    const before = w.pods().map(({ metadata }) => metadata.uid);
    await w.client.delete(RESOURCE, 'default', 'db', { propagationPolicy: 'Orphan' });
    await w.run(5);
    expect(revisions(w)[0]!.metadata.ownerReferences ?? []).toEqual([]);
    await w.edit('pods', 'db-1', (one) => {
      delete one.metadata.labels!['statefulset.kubernetes.io/pod-name'];
    });
    await w.client.create(RESOURCE, set({ replicas: 2 }));
    await w.run(30);
    expect(w.pods().map(({ metadata }) => metadata.uid)).toEqual(before);
    expect(w.get('pods', 'db-1').metadata.labels!['statefulset.kubernetes.io/pod-name']).toBe('db-1');
    expect(revisions(w)).toHaveLength(1);
    expect(w.events('db')).toContain('SuccessfulUpdate: Update Pod db-1 in StatefulSet db successful');
  });

  test('adopts only pods with a name of its own', async () => {
    const w = await world({ replicas: 1 }, 20);
    const stray = pod('db');
    await w.client.create('pods', { ...stray, metadata: { ...stray.metadata, name: 'db-x' } });
    await w.run(5);
    expect(w.get('pods', 'db-x').metadata.ownerReferences ?? []).toEqual([]);
  });

  test('releases a pod whose labels no longer match, and waits for its name', async () => {
    const w = await world({ replicas: 1 });
    await w.edit('pods', 'db-0', (one) => {
      one.metadata.labels!['app'] = 'other';
    });
    await w.run(20);
    expect(w.get('pods', 'db-0').metadata.ownerReferences ?? []).toEqual([]);
    await w.client.delete('pods', 'default', 'db-0', { gracePeriodSeconds: 0 });
    await w.run(60);
    expect(w.get('pods', 'db-0').metadata.labels!['app']).toBe('db');
  });
});

describe('in order', () => {
  test('the next pod waits until the one before has been ready for minReadySeconds', async () => {
    const w = await world({ minReadySeconds: 30 }, 25);
    expect(names(w)).toEqual(['db-0']);
    expect(status(w)).toMatchObject({ readyReplicas: 1, availableReplicas: 0 });
    await w.run(20);
    expect(names(w)).toEqual(['db-0', 'db-1']);
    expect(status(w)).toMatchObject({ availableReplicas: 1 });
  });

  test('goes down from the top, one fully gone before the next', async () => {
    const w = await world();
    const seen = await history(w, async () => {
      await scale(w, 0);
      await w.run(60);
    });
    expect(seen).toEqual(['-db-2', 'xdb-2', '-db-1', 'xdb-1', '-db-0', 'xdb-0']);
  });

  test('does not go down while a pod that stays is not up', async () => {
    const w = await world();
    await w.client.delete('pods', 'default', 'db-0');
    await scale(w, 2);
    expect(w.get('pods', 'db-2').metadata.deletionTimestamp).toBeUndefined();
    await w.run(60);
    expect(names(w)).toEqual(['db-0', 'db-1']);
  });

  test('of the pods beyond the set only the lowest that is down may go before those above are up', async () => {
    const w = await world({ replicas: 3 });
    await edit(w, (spec) => {
      spec.template.spec.containers[0].image = NONE;
      spec.updateStrategy = { type: 'OnDelete' };
    });
    for (const name of ['db-1', 'db-2']) {
      await w.client.delete('pods', 'default', name, { gracePeriodSeconds: 0 });
      await w.run(20);
    }
    // db-1 is back and cannot start; db-2 waits for it.
    expect(names(w)).toEqual(['db-0', 'db-1']);
    await scale(w, 1);
    await w.run(30);
    expect(names(w)).toEqual(['db-0']);
  });
});

describe('in parallel', () => {
  test('makes and takes down all at once', async () => {
    const w = await world({ podManagementPolicy: 'Parallel' });
    const seen = await history(w, () => scale(w, 0));
    expect(seen.sort()).toEqual(['-db-0', '-db-1', '-db-2']);
    await w.run(60);
    expect(await history(w, () => scale(w, 3))).toEqual(['+db-0', '+db-1', '+db-2']);
  });

  test('rolls one at a time all the same', async () => {
    const w = await world({ podManagementPolicy: 'Parallel' });
    const seen = await history(w, async () => {
      await setImage(w, 'nginx:1.28');
      await w.run(90);
    });
    expect(seen).toEqual(['db-2', 'db-1', 'db-0'].flatMap((name) => [`-${name}`, `x${name}`, `+${name}`]));
  });

  test('replaces one that failed although others are not up', async () => {
    const w = await world({ podManagementPolicy: 'Parallel', replicas: 2 });
    await w.client.delete('pods', 'default', 'db-0');
    await fail(w, 'db-1', 'Failed');
    await w.run(1);
    expect(w.lister.get('pods', 'default', 'db-1')?.['status'].phase).not.toBe('Failed');
  });
});

describe('rolling', () => {
  test('from the top to the partition; below it pods come back as they were', async () => {
    const w = await world();
    await edit(w, (spec) => {
      spec.updateStrategy.rollingUpdate.partition = 1;
      spec.template.spec.containers[0].image = 'nginx:1.28';
    });
    await w.run(60);
    const { currentRevision, updateRevision } = status(w);
    expect(images(w)).toEqual(['1.27', '1.28', '1.28']);
    expect(status(w)).toMatchObject({ currentReplicas: 1, updatedReplicas: 2, readyReplicas: 3 });
    await w.client.delete('pods', 'default', 'db-0');
    await w.run(30);
    expect(images(w)).toEqual(['1.27', '1.28', '1.28']);
    expect(w.get('pods', 'db-0').metadata.labels!['controller-revision-hash']).toBe(currentRevision);
    await edit(w, (spec) => {
      spec.updateStrategy.rollingUpdate.partition = 0;
    });
    await w.run(30);
    expect(images(w)).toEqual(['1.28', '1.28', '1.28']);
    expect(status(w)).toMatchObject({
      currentRevision: updateRevision,
      updateRevision,
      currentReplicas: 3,
      updatedReplicas: 3,
    });
  });

  test('waits for each pod to have been ready for minReadySeconds', async () => {
    const w = await world({ replicas: 2, minReadySeconds: 20 }, 90);
    await setImage(w, 'nginx:1.28');
    await w.run(20);
    expect(images(w)).toEqual(['1.27', '1.28']);
    await w.run(60);
    expect(images(w)).toEqual(['1.28', '1.28']);
  });

  test('never touches a pod under OnDelete, and calls the roll not done', async () => {
    const w = await world({ updateStrategy: { type: 'OnDelete' } });
    const { currentRevision } = status(w);
    expect(
      await history(w, async () => {
        await setImage(w, 'nginx:1.28');
        await w.run(60);
      }),
    ).toEqual([]);
    for (const name of names(w)) {
      await w.client.delete('pods', 'default', name);
      await w.run(30);
    }
    expect(images(w)).toEqual(['1.28', '1.28', '1.28']);
    expect(status(w)).toMatchObject({ currentRevision, updatedReplicas: 3 });
    expect(status(w).currentReplicas).toBeUndefined();
  });

  test('a pod that a bad template broke blocks going back until it is deleted by hand', async () => {
    const w = await world();
    await setImage(w, NONE);
    await w.run(60);
    expect(images(w)).toEqual(['1.27', '1.27', '1']);
    await setImage(w, 'nginx:1.27');
    await w.run(600);
    expect(images(w)).toEqual(['1.27', '1.27', '1']);
    await w.client.delete('pods', 'default', 'db-2', { gracePeriodSeconds: 0 });
    await w.run(60);
    expect(images(w)).toEqual(['1.27', '1.27', '1.27']);
    expect(status(w)).toMatchObject({ readyReplicas: 3, updatedReplicas: 3 });
  });
});

describe('trouble', () => {
  test.each(['Failed', 'Succeeded'])('a pod that has %s is deleted and made again', async (phase) => {
    const w = await world();
    const { uid } = w.get('pods', 'db-1').metadata;
    const seen = await history(w, async () => {
      await fail(w, 'db-1', phase);
      await w.run(30);
    });
    expect(seen.filter((line) => !line.startsWith('-'))).toEqual(['xdb-1', '+db-1']);
    expect(w.get('pods', 'db-1').metadata.uid).not.toBe(uid);
    expect(w.events('db').at(-1)).toBe('SuccessfulDelete: Delete Pod db-1 in StatefulSet db successful');
  });

  test('a pod on a node that nobody reaches is never replaced, until it is deleted by force', async () => {
    const w = await world({ replicas: 1 });
    const before = w.get('pods', 'db-0');
    await w.edit('nodes', before['spec'].nodeName, (node) => {
      node.metadata.annotations = { 'kctl.dev/down': 'true' };
    });
    await w.run(3600);
    // It was told to go, and nobody can say whether it did.
    expect(w.get('pods', 'db-0').metadata).toMatchObject({
      uid: before.metadata.uid,
      deletionTimestamp: expect.any(String),
    });
    expect(status(w)).toMatchObject({ replicas: 1 });
    await w.client.delete('pods', 'default', 'db-0', { gracePeriodSeconds: 0 });
    await w.run(30);
    expect(w.get('pods', 'db-0').metadata.uid).not.toBe(before.metadata.uid);
  });

  test('says what it did and what it could not do', async () => {
    const w = await createWorld();
    await w.client.create('resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: 'default' },
      spec: { hard: { pods: '1' } },
    });
    await w.plane.idle();
    await w.client.create(RESOURCE, set({ ...claims, replicas: 2, podManagementPolicy: 'Parallel' }));
    await w.run(1);
    expect([...new Set(w.events('db'))]).toEqual([
      'SuccessfulCreate: Create Claim data-db-0 Pod db-0 in StatefulSet db success',
      'SuccessfulCreate: Create Pod db-0 in StatefulSet db successful',
      'SuccessfulCreate: Create Claim data-db-1 Pod db-1 in StatefulSet db success',
      'FailedCreate: Create Pod db-1 in StatefulSet db failed error: pods "db-1" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1',
    ]);
    await w.client.delete('resourcequotas', 'default', 'few');
    await w.run(90);
    expect(names(w)).toEqual(['db-0', 'db-1']);
  });

  test('says that a claim could not be made, and the pod therefore neither', async () => {
    const w = await createWorld();
    await w.client.create('resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: 'default' },
      spec: { hard: { persistentvolumeclaims: '0' } },
    });
    await w.plane.idle();
    await w.client.create(RESOURCE, set({ ...claims, replicas: 1 }));
    await w.run(1);
    const why =
      'persistentvolumeclaims "data-db-0" is forbidden: exceeded quota: few, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=0, limited: persistentvolumeclaims=0';
    expect([...new Set(w.events('db'))]).toEqual([
      `FailedCreate: Create Claim data-db-0 for Pod db-0 in StatefulSet db failed error: ${why}`,
      `FailedCreate: Create Pod db-0 in StatefulSet db failed error: failed to create PVC data-db-0: ${why}`,
    ]);
    expect(names(w)).toEqual([]);
  });

  test('while it is being deleted it only counts', async () => {
    const w = await world({ replicas: 2 });
    await w.edit(RESOURCE, 'db', (object) => {
      object.metadata.finalizers = ['test/keep'];
    });
    await w.client.delete(RESOURCE, 'default', 'db', { propagationPolicy: 'Background' });
    await w.client.delete('pods', 'default', 'db-1', { gracePeriodSeconds: 0 });
    await w.run(30);
    expect(names(w)).toEqual(['db-0']);
    expect(status(w)).toMatchObject({ replicas: 1, readyReplicas: 1 });
  });
});

describe('claims', () => {
  const claim = (w: World, ordinal: number) =>
    w.lister.get<KubeObject>('persistentvolumeclaims', 'default', `data-db-${ordinal}`);
  const owners = (w: World, ordinal: number) =>
    (claim(w, ordinal)!.metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind} ${name}`);
  const keep = (whenScaled: string, whenDeleted: string) => (spec: KubeObject['spec']) => {
    spec.persistentVolumeClaimRetentionPolicy = { whenScaled, whenDeleted };
  };

  test('carry the labels of their template and of the selector, and are found again by the next pod of the name', async () => {
    const w = await world({ ...claims, replicas: 2 });
    expect(claim(w, 1)!.metadata.labels).toEqual({ own: 'label', app: 'db' });
    expect(owners(w, 1)).toEqual([]);
    const { uid } = claim(w, 1)!.metadata;
    await scale(w, 1);
    await w.run(30);
    await scale(w, 2);
    await w.run(30);
    expect(claim(w, 1)!.metadata.uid).toBe(uid);
    expect(w.get('pods', 'db-1')['spec'].volumes[0]).toMatchObject({
      name: 'data',
      persistentVolumeClaim: { claimName: 'data-db-1' },
    });
  });

  test('change hands with the policy, which is told of the pod', async () => {
    const w = await world({ ...claims, replicas: 1 });
    await edit(w, keep('Delete', 'Delete'));
    expect(owners(w, 0)).toEqual(['StatefulSet db']);
    expect(w.events('db').at(-1)).toBe('SuccessfulUpdate: Update Pod db-0 in StatefulSet db successful');
    await edit(w, keep('Delete', 'Retain'));
    expect(owners(w, 0)).toEqual([]);
    expect(claim(w, 0)!.metadata.ownerReferences).toBeUndefined();
  });

  test('of a pod that has not begun change hands without a word', async () => {
    const { metadata, spec } = template();
    const nowhere = { metadata, spec: { ...spec, nodeSelector: { no: 'where' } } };
    const w = await world({ ...claims, replicas: 1, template: nowhere });
    const before = w.events('db');
    await edit(w, keep('Delete', 'Delete'));
    expect(owners(w, 0)).toEqual(['StatefulSet db']);
    expect(w.events('db')).toEqual(before);
  });

  test('go with the pod that is scaled away, and come back new after the old one is gone', async () => {
    const w = await world({ ...claims, replicas: 2 });
    await edit(w, keep('Delete', 'Retain'));
    const { uid } = claim(w, 1)!.metadata;
    await w.edit('persistentvolumeclaims', 'data-db-1', (object) => {
      object.metadata.finalizers = [...(object.metadata.finalizers ?? []), 'test/keep'];
    });
    await scale(w, 1);
    expect(owners(w, 1)).toEqual(['Pod db-1']);
    await w.run(30);
    await scale(w, 2);
    await w.run(30);
    expect([names(w), claim(w, 1)!.metadata.uid]).toEqual([['db-0'], uid]);
    await w.edit('persistentvolumeclaims', 'data-db-1', (object) => {
      object.metadata.finalizers = [];
    });
    await w.run(30);
    expect(names(w)).toEqual(['db-0', 'db-1']);
    expect(claim(w, 1)!.metadata.uid).not.toBe(uid);
  });

  test('that another controller has are left to it', async () => {
    const w = await world({ ...claims, replicas: 1 });
    await w.client.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', namespace: 'default' },
    });
    const other = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'x',
      uid: w.get('configmaps', 'x').metadata.uid!,
      controller: true,
    };
    await w.edit('persistentvolumeclaims', 'data-db-0', (object) => {
      object.metadata.ownerReferences = [other];
    });
    await edit(w, keep('Delete', 'Delete'));
    expect(claim(w, 0)!.metadata.ownerReferences).toEqual([other]);
  });

  test('that is being deleted holds up the pod, which is told', async () => {
    const w = await world({ ...claims, replicas: 1 });
    await w.edit('persistentvolumeclaims', 'data-db-0', (object) => {
      object.metadata.finalizers = [...(object.metadata.finalizers ?? []), 'test/keep'];
    });
    await w.client.delete('persistentvolumeclaims', 'default', 'data-db-0');
    await w.client.delete('pods', 'default', 'db-0', { gracePeriodSeconds: 0 });
    await w.run(2);
    expect(names(w)).toEqual([]);
    expect(w.events('db').at(-1)).toBe(
      'FailedCreate: Create Pod db-0 in StatefulSet db failed error: pvc data-db-0 is being deleted',
    );
    await w.edit('persistentvolumeclaims', 'data-db-0', (object) => {
      object.metadata.finalizers = [];
    });
    await w.run(90);
    expect(names(w)).toEqual(['db-0']);
  });
});
