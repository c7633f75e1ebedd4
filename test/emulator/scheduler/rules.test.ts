import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, deployment, pod, type World } from '../controllers/world.ts';

const nodeOf = (w: World, name: string): string | undefined => w.get('pods', name)['spec'].nodeName;
const scheduled = (w: World, name: string) =>
  w.get('pods', name)['status'].conditions.find(({ type }: { type: string }) => type === 'PodScheduled');
const sized = (cpu: string) => ({
  containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests: { cpu } } }],
});
const storageClass = (name: string, volumeBindingMode: string, provisioner = 'kctl.dev/simulated'): KubeObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name },
  provisioner,
  reclaimPolicy: 'Delete',
  volumeBindingMode,
});
const claim = (name: string, storageClassName: string, more = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'default' },
  spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more },
});
const mounting = (claimName: string) => ({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] });

describe('gates', () => {
  test('keep a pod out of the queue, without a word, until the last is gone', async () => {
    const w = await createWorld({ nodes: 2 });
    await w.client.create('pods', pod('gated', { schedulingGates: [{ name: 'example.com/wait' }] }));
    await w.run(400);
    expect(scheduled(w, 'gated')).toMatchObject({
      status: 'False',
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    });
    expect(w.events('gated')).toEqual([]);
    await w.edit('pods', 'gated', (one) => {
      delete one['spec'].schedulingGates;
    });
    expect(nodeOf(w, 'gated')).toBe('kctl-worker-1');
  });

  test('a claim for devices that is not there is one', async () => {
    const w = await createWorld({ nodes: 2 });
    const resourceClaims = [{ name: 'gpu', resourceClaimName: 'gpu' }];
    await w.client.create('pods', pod('device', { resourceClaims }));
    await w.run(60);
    expect(w.events('device')).toEqual([]);
    await w.client.create('resourceclaims.resource.k8s.io', {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      metadata: { name: 'gpu', namespace: 'default' },
      spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu' } }] } },
    });
    await w.plane.idle();
    expect(scheduled(w, 'device').message).toContain('1 cannot allocate all claims');
  });
});

describe('a pod that fits nowhere', () => {
  test('says so once for each try, and is tried when something may help it, not otherwise', async () => {
    const w = await createWorld({ nodes: 2 });
    await w.client.create('pods', pod('picky', { nodeSelector: { disk: 'ssd' } }));
    await w.plane.idle();
    const message =
      "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s). " +
      'no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.';
    expect(scheduled(w, 'picky')).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message,
      observedGeneration: 1,
    });
    expect(w.events('picky')).toEqual([`FailedScheduling: ${message}`]);
    const tries = () =>
      w.lister
        .list<KubeObject>('events')
        .filter((event) => event['involvedObject'].name === 'picky')
        .reduce((sum, event) => sum + (event['series']?.count ?? 1), 0);
    await w.client.create('pods', pod('other'));
    await w.run(30);
    await w.edit('nodes', 'kctl-worker-1', (node) => {
      node.metadata.labels!['rack'] = '7';
    });
    expect(tries()).toBe(1);
    await w.run(300);
    expect(tries()).toBe(2);
    await w.edit('nodes', 'kctl-worker-1', (node) => {
      node.metadata.labels!['disk'] = 'ssd';
    });
    expect(nodeOf(w, 'picky')).toBe('kctl-worker-1');
    expect(scheduled(w, 'picky')).toMatchObject({ status: 'True' });
    expect(w.events('picky')).toContain('Scheduled: Successfully assigned default/picky to kctl-worker-1');
  });

  test('waits for a place, and takes it when another pod ends', async () => {
    const w = await createWorld({ nodes: 2 });
    await w.client.create('pods', pod('first', sized('3')));
    await w.client.create('pods', pod('second', sized('3')));
    await w.run(5);
    expect(scheduled(w, 'second').message).toContain('1 Insufficient cpu');
    await w.client.delete('pods', 'default', 'first');
    await w.run(60);
    expect(nodeOf(w, 'second')).toBe('kctl-worker-1');
  });

  test('a cordoned node is no place, unless tolerated', async () => {
    const w = await createWorld({ nodes: 2 });
    await w.edit('nodes', 'kctl-worker-1', (node) => {
      node['spec'].unschedulable = true;
    });
    await w.client.create('pods', pod('waits'));
    await w.run(5);
    expect(scheduled(w, 'waits').message).toContain('node(s) were unschedulable');
    await w.edit('nodes', 'kctl-worker-1', (node) => {
      delete node['spec'].unschedulable;
    });
    await w.run(5);
    expect(nodeOf(w, 'waits')).toBe('kctl-worker-1');
  });

  test('host ports: 0.0.0.0 is in the way of every address', async () => {
    const w = await createWorld({ nodes: 2 });
    const port = (hostIP?: string) => ({
      containers: [
        {
          name: 'app',
          image: 'nginx:1.27',
          ports: [{ containerPort: 80, hostPort: 8080, ...(hostIP ? { hostIP } : {}) }],
        },
      ],
    });
    await w.client.create('pods', pod('one', port('10.0.0.1')));
    await w.client.create('pods', pod('two', port('10.0.0.2')));
    await w.client.create('pods', pod('all', port()));
    await w.run(5);
    expect(nodeOf(w, 'two')).toBe('kctl-worker-1');
    expect(scheduled(w, 'all').message).toContain("1 node(s) didn't have free ports for the requested pod ports");
  });
});

describe('volumes', () => {
  test('a missing claim is waited for', async () => {
    const w = await createWorld({ nodes: 2 });
    await w.client.create('pods', pod('db', mounting('data')));
    await w.plane.idle();
    expect(scheduled(w, 'db').message).toBe(
      '0/2 nodes are available: persistentvolumeclaim "data" not found. not found',
    );
    await w.client.create('storageclasses.storage.k8s.io', storageClass('fast', 'Immediate'));
    await w.client.create('persistentvolumeclaims', claim('data', 'fast'));
    await w.run(5);
    expect(nodeOf(w, 'db')).toBe('kctl-worker-1');
  });

  test('a claim that waits for its first pod learns the node, and the pod waits for the volume', async () => {
    const w = await createWorld({ nodes: 2 });
    await w.client.create(
      'storageclasses.storage.k8s.io',
      storageClass('later', 'WaitForFirstConsumer', 'x.example.com'),
    );
    await w.client.create('persistentvolumeclaims', claim('data', 'later'));
    await w.client.create('pods', pod('db', mounting('data')));
    await w.run(5);
    expect(w.get('persistentvolumeclaims', 'data').metadata.annotations).toMatchObject({
      'volume.kubernetes.io/selected-node': 'kctl-worker-1',
    });
    expect(nodeOf(w, 'db')).toBeUndefined();
    await w.run(600);
    expect(scheduled(w, 'db')).toMatchObject({
      reason: 'SchedulerError',
      message: 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded',
    });
    await w.client.create('persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'made' },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'later',
        persistentVolumeReclaimPolicy: 'Delete',
        claimRef: { kind: 'PersistentVolumeClaim', namespace: 'default', name: 'data' },
        csi: { driver: 'x.example.com', volumeHandle: 'v1' },
      },
    });
    await w.run(30);
    expect(nodeOf(w, 'db')).toBe('kctl-worker-1');
  });

  test('a volume that is to be had on one node draws the pod there', async () => {
    const w = await createWorld({ nodes: 4 });
    await w.client.create(
      'storageclasses.storage.k8s.io',
      storageClass('local', 'WaitForFirstConsumer', 'kubernetes.io/no-provisioner'),
    );
    const nodeAffinity = (node: string) => ({
      required: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] }],
      },
    });
    await w.client.create('persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'disk' },
      spec: {
        capacity: { storage: '5Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'local',
        persistentVolumeReclaimPolicy: 'Retain',
        local: { path: '/mnt/disk' },
        nodeAffinity: nodeAffinity('kctl-worker-3'),
      },
    });
    await w.client.create('persistentvolumeclaims', claim('data', 'local'));
    await w.run(5);
    await w.client.create('pods', pod('db', mounting('data')));
    await w.run(10);
    expect(nodeOf(w, 'db')).toBe('kctl-worker-3');
    expect(w.get('persistentvolumeclaims', 'data')['spec'].volumeName).toBe('disk');
    expect(w.errors).toEqual([]);
  });
});

describe('making room', () => {
  test('the victim is told why, and a lesser pod that waited for the node gives it up', async () => {
    const w = await createWorld({ nodes: 2 });
    for (const [name, value] of [
      ['middle', 10],
      ['high', 100],
    ] as const) {
      const kind = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass' };
      await w.client.create('priorityclasses.scheduling.k8s.io', { ...kind, metadata: { name }, value });
    }
    for (const name of ['old-1', 'old-2']) await w.client.create('pods', pod(name, sized('1500m')));
    await w.run(10);
    await w.client.create('pods', pod('middle', { ...sized('1500m'), priorityClassName: 'middle' }));
    await w.plane.idle();
    expect(w.get('pods', 'middle')['status'].nominatedNodeName).toBe('kctl-worker-1');
    const isGoing = (name: string) => w.get('pods', name).metadata.deletionTimestamp !== undefined;
    const [victim, spared] = isGoing('old-1') ? ['old-1', 'old-2'] : ['old-2', 'old-1'];
    expect([isGoing(victim), isGoing(spared)]).toEqual([true, false]);
    expect(w.get('pods', victim)['status'].conditions).toContainEqual(
      expect.objectContaining({
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: 'default-scheduler: preempting to accommodate a higher priority pod',
      }),
    );
    expect(scheduled(w, 'middle').message).toBe(
      '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s).',
    );
    await w.client.create('pods', pod('high', { ...sized('3500m'), priorityClassName: 'high' }));
    await w.plane.idle();
    expect(w.get('pods', 'high')['status'].nominatedNodeName).toBe('kctl-worker-1');
    expect(w.get('pods', 'middle')['status'].nominatedNodeName).toBeUndefined();
    await w.run(60);
    expect([nodeOf(w, 'high'), nodeOf(w, 'middle')]).toEqual(['kctl-worker-1', undefined]);
    expect(w.events(victim).filter((event) => event.startsWith('Preempted'))).toHaveLength(1);
  });

  test('a place that is being made for a pod is not taken by one of its rank; it asks nobody else to go meanwhile', async () => {
    const w = await createWorld({ nodes: 2 });
    const kind = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass' };
    await w.client.create('priorityclasses.scheduling.k8s.io', { ...kind, metadata: { name: 'vip' }, value: 10 });
    for (const name of ['a', 'b']) await w.client.create('pods', pod(name, sized('1900m')));
    await w.run(10);
    const vip = { ...sized('1900m'), priorityClassName: 'vip' };
    await w.client.create('pods', pod('first', vip));
    await w.plane.idle();
    const before = scheduled(w, 'first').message;
    await w.edit('pods', 'first', (one) => {
      one.metadata.labels!['of'] = 'no-matter';
    });
    expect(scheduled(w, 'first').message).toBe(before);
    await w.edit('pods', 'first', (one) => {
      one['spec'].tolerations = [...(one['spec'].tolerations ?? []), { key: 'some', operator: 'Exists' }];
    });
    expect(scheduled(w, 'first').message).toContain(
      'no new claims to deallocate, preemption: not eligible due to a terminating pod on the nominated node.',
    );
    expect(w.pods().filter(({ metadata }) => metadata.deletionTimestamp)).toHaveLength(1);
    await w.run(60);
    expect(nodeOf(w, 'first')).toBe('kctl-worker-1');
    expect(w.pods()).toHaveLength(2);
  });
});

describe('many that wait', () => {
  test('replicas hear the same without every node being asked for each; a change is heard by all', async () => {
    const w = await createWorld({ nodes: 3 });
    const made = deployment('many', { replicas: 40 });
    made['spec'].template.spec.nodeSelector = { disk: 'ssd' };
    await w.client.create('deployments.apps', made);
    await w.run(20);
    const messages = new Set(w.pods().map((one) => scheduled(w, one.metadata.name!).message));
    expect([...messages]).toEqual([
      "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector. " +
        'no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    ]);
    await w.edit('nodes', 'kctl-worker-2', (node) => {
      node.metadata.labels!['disk'] = 'ssd';
    });
    await w.run(20);
    expect(new Set(w.pods().map((one) => one['spec'].nodeName))).toEqual(new Set(['kctl-worker-2']));
  });

  test('pods of one controller that differ are told apart', async () => {
    const w = await createWorld({ nodes: 3 });
    for (const [name, disk] of [
      ['one', 'ssd'],
      ['two', 'hdd'],
    ] as const)
      await w.client.create('pods', pod(name, { nodeSelector: { disk } }));
    await w.run(5);
    await w.edit('nodes', 'kctl-worker-1', (node) => {
      node.metadata.labels!['disk'] = 'hdd';
    });
    await w.run(15);
    expect([nodeOf(w, 'one'), nodeOf(w, 'two')]).toEqual([undefined, 'kctl-worker-1']);
  });
});
