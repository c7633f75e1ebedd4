import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { isReady } from '../../../src/emulator/controllers/pods.ts';
import { createWorld, pod, type World } from './world.ts';

const names = (objects: readonly KubeObject[]): string[] => objects.map((one) => one.metadata.name!);
const template = (name: string, container: Record<string, unknown> = {}, spec: Record<string, unknown> = {}) => ({
  metadata: { labels: { app: name } },
  spec: { containers: [{ name: 'app', image: 'nginx:1.27', ...container }], ...spec },
});

describe('stateful set', () => {
  const set = (spec: Record<string, unknown> = {}): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'default' },
    spec: {
      serviceName: 'db',
      replicas: 3,
      selector: { matchLabels: { app: 'db' } },
      template: template('db'),
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: '1Gi' } },
            storageClassName: 'own',
          },
        },
      ],
      ...spec,
    },
  });
  const storageClass: KubeObject = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'own' },
    provisioner: 'kctl.dev/simulated',
    volumeBindingMode: 'WaitForFirstConsumer',
  };
  async function world(spec?: Record<string, unknown>): Promise<World> {
    const made = await createWorld();
    await made.client.create('storageclasses.storage.k8s.io', storageClass);
    await made.client.create('statefulsets.apps', set(spec));
    return made;
  }

  test('creates in order, each with its claim, labels and host name, and the next only when the last is ready', async () => {
    const w = await world();
    const order: string[] = [];
    let early = false;
    w.lister.subscribe('pods', ({ type, object }) => {
      if (type !== 'ADDED') return;
      order.push(object.metadata.name!);
      early ||= w
        .pods()
        .some(
          (one) => one !== object && one.metadata.name !== object.metadata.name && one['status'].phase !== 'Running',
        );
    });
    await w.run(60);
    expect(order).toEqual(['db-0', 'db-1', 'db-2']);
    expect(early).toBe(false);
    expect(w.get('statefulsets.apps', 'db')['status']).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
    });
    expect(names(w.lister.list('persistentvolumeclaims', 'default'))).toEqual(['data-db-0', 'data-db-1', 'data-db-2']);
    expect(w.lister.list('persistentvolumes').every((volume) => volume['status'].phase === 'Bound')).toBe(true);
    expect(w.get('pods', 'db-1')).toMatchObject({
      metadata: { labels: { 'statefulset.kubernetes.io/pod-name': 'db-1', 'apps.kubernetes.io/pod-index': '1' } },
      spec: { hostname: 'db-1', subdomain: 'db' },
    });
  });

  test('scales down from the top and keeps the claims', async () => {
    const w = await world();
    await w.run(60);
    await w.edit('statefulsets.apps', 'db', (object) => {
      object['spec'].replicas = 1;
    });
    expect(w.get('pods', 'db-2').metadata.deletionTimestamp).toBeDefined();
    expect(w.get('pods', 'db-1').metadata.deletionTimestamp).toBeUndefined();
    await w.run(30);
    expect(names(w.pods())).toEqual(['db-0']);
    expect(w.lister.list('persistentvolumeclaims', 'default')).toHaveLength(3);
  });

  test('its claims go with it, or with the pod that is scaled away, where the policy says so', async () => {
    const w = await world({ persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Delete' } });
    await w.run(60);
    const claims = () => w.lister.list('persistentvolumeclaims', 'default').map(({ metadata }) => metadata.name);
    expect(claims()).toEqual(['data-db-0', 'data-db-1', 'data-db-2']);
    await w.edit('statefulsets.apps', 'db', (object) => {
      object['spec'].replicas = 2;
    });
    await w.run(60);
    expect(claims()).toEqual(['data-db-0', 'data-db-1']);
    await w.client.delete('statefulsets.apps', 'default', 'db', { propagationPolicy: 'Background' });
    await w.run(60);
    expect(claims()).toEqual([]);
    expect(w.errors).toEqual([]);
  });

  test('rolls from the highest ordinal down to the partition', async () => {
    const w = await world({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } });
    await w.run(60);
    await w.edit('statefulsets.apps', 'db', (object) => {
      object['spec'].template.spec.containers[0].image = 'nginx:1.28';
    });
    await w.run(90);
    expect(w.pods().map((one) => one['spec'].containers[0].image)).toEqual(['nginx:1.27', 'nginx:1.28', 'nginx:1.28']);
    const { currentRevision, updateRevision } = w.get('statefulsets.apps', 'db')['status'];
    expect(currentRevision).not.toBe(updateRevision);
    await w.edit('statefulsets.apps', 'db', (object) => {
      object['spec'].updateStrategy.rollingUpdate.partition = 0;
    });
    await w.run(60);
    const status = w.get('statefulsets.apps', 'db')['status'];
    expect(status.currentRevision).toBe(status.updateRevision);
  });

  test('Parallel does not wait', async () => {
    const w = await world({ podManagementPolicy: 'Parallel' });
    await w.plane.idle();
    expect(names(w.pods())).toEqual(['db-0', 'db-1', 'db-2']);
  });
});

describe('daemon set', () => {
  const set: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'agent' } }, template: template('agent') },
  };

  test('one pod per node that its tolerations allow; a new node gets one; a roll replaces one at a time', async () => {
    const w = await createWorld();
    await w.client.create('daemonsets.apps', set);
    await w.run(20);
    expect(
      w
        .pods()
        .map((one) => one['spec'].nodeName)
        .sort(),
    ).toEqual(['kctl-worker-1', 'kctl-worker-2']);
    await w.client.create('nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'late', labels: {} },
      spec: {},
    });
    await w.run(20);
    expect(
      w
        .pods()
        .map((one) => one['spec'].nodeName)
        .sort(),
    ).toEqual(['kctl-worker-1', 'kctl-worker-2', 'late']);
    let least = 3;
    w.lister.subscribe('daemonsets.apps', ({ object }) => {
      least = Math.min(least, object['status'].numberAvailable ?? 0);
    });
    await w.edit('daemonsets.apps', 'agent', (object) => {
      object['spec'].template.spec.containers[0].image = 'nginx:1.28';
    });
    await w.run(90);
    expect(w.get('daemonsets.apps', 'agent')['status']).toMatchObject({
      desiredNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberAvailable: 3,
    });
    expect(least).toBe(2);
    await w.client.delete('nodes', undefined, 'late');
    // The pod of a node that is gone is the pod collector's.
    await w.run(90);
    expect(w.pods()).toHaveLength(2);
  });

  test('with a surge, the new pod is up before the old one goes', async () => {
    const w = await createWorld({ nodes: 4 });
    const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
    await w.client.create('daemonsets.apps', {
      ...set,
      spec: { ...set['spec'], updateStrategy: { type: 'RollingUpdate', rollingUpdate } },
    });
    await w.run(20);
    let least = 3;
    let most = 0;
    w.lister.subscribe('pods', () => {
      const ready = w.pods().filter((one) => !one.metadata.deletionTimestamp && isReady(one));
      least = Math.min(least, new Set(ready.map((one) => one['spec'].nodeName)).size);
      most = Math.max(most, w.pods().filter((one) => !one.metadata.deletionTimestamp).length);
    });
    await w.edit('daemonsets.apps', 'agent', (object) => {
      object['spec'].template.spec.containers[0].image = 'nginx:1.28';
    });
    await w.run(90);
    expect(w.get('daemonsets.apps', 'agent')['status']).toMatchObject({
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      updatedNumberScheduled: 3,
      numberAvailable: 3,
    });
    expect([least, most]).toEqual([3, 4]);
    expect(w.pods()).toHaveLength(3);
  });
});

describe('job', () => {
  const job = (
    spec: Record<string, unknown>,
    container: Record<string, unknown> = {},
    restartPolicy = 'Never',
  ): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'default' },
    spec: {
      template: {
        spec: {
          restartPolicy,
          containers: [{ name: 'app', image: 'busybox:1.37', command: ['sh', '-c', 'sleep 5'], ...container }],
        },
      },
      ...spec,
    },
  });
  const done = (w: World) => w.get('jobs.batch', 'work')['status'];

  test('runs to its completions, never more than its parallelism at once', async () => {
    const w = await createWorld();
    let most = 0;
    w.lister.subscribe('pods', () => {
      most = Math.max(most, w.pods().filter((one) => ['Pending', 'Running'].includes(one['status'].phase)).length);
    });
    await w.client.create('jobs.batch', job({ completions: 5, parallelism: 2 }));
    await w.run(90);
    expect(done(w)).toMatchObject({ succeeded: 5, completionTime: expect.any(String) });
    expect(done(w).conditions.map((one: { type: string }) => one.type)).toEqual(['SuccessCriteriaMet', 'Complete']);
    expect(most).toBe(2);
    expect(w.pods().every((one) => !one.metadata.finalizers?.length)).toBe(true);
    expect(w.events('work').at(-1)).toBe('Completed: Job completed');
  });

  test('gives up beyond its backoffLimit, with growing waits between tries', async () => {
    const w = await createWorld();
    await w.client.create('jobs.batch', job({ backoffLimit: 2 }, { command: ['sh', '-c', 'exit 1'] }));
    await w.run(25);
    expect(done(w).failed).toBe(2);
    await w.run(60);
    expect(done(w).failed).toBe(3);
    expect(done(w).conditions.at(-1)).toMatchObject({ type: 'Failed', reason: 'BackoffLimitExceeded' });
  });

  test('suspending deletes its pods without counting them; resuming completes it', async () => {
    const w = await createWorld();
    await w.client.create('jobs.batch', job({}, { command: ['sh', '-c', 'sleep 20'] }));
    await w.run(10);
    await w.edit('jobs.batch', 'work', (object) => {
      object['spec'].suspend = true;
    });
    await w.run(60);
    expect(w.pods()).toEqual([]);
    expect(done(w).failed).toBeUndefined();
    await w.edit('jobs.batch', 'work', (object) => {
      object['spec'].suspend = false;
    });
    await w.run(60);
    expect(done(w).succeeded).toBe(1);
  });

  test('indexed jobs give each pod its index and show the completed ones', async () => {
    const w = await createWorld();
    await w.client.create('jobs.batch', job({ completions: 3, parallelism: 3, completionMode: 'Indexed' }));
    await w.run(40);
    expect(done(w)).toMatchObject({ succeeded: 3, completedIndexes: '0-2' });
    expect(
      w
        .pods()
        .map((one) => one['spec'].hostname)
        .sort(),
    ).toEqual(['work-0', 'work-1', 'work-2']);
  });

  test('a deadline ends it, and its time to live removes it and its pods', async () => {
    const w = await createWorld();
    await w.client.create(
      'jobs.batch',
      job({ activeDeadlineSeconds: 10, ttlSecondsAfterFinished: 30 }, { command: ['sh', '-c', 'sleep 500'] }),
    );
    await w.run(12);
    expect(done(w).conditions.at(-1)).toMatchObject({ type: 'FailureTarget', reason: 'DeadlineExceeded' });
    // Over it is only when its pods are gone, and the time to live counts from there.
    await w.run(35);
    expect(done(w).conditions.at(-1)).toMatchObject({ type: 'Failed', reason: 'DeadlineExceeded' });
    await w.run(35);
    expect(w.lister.list('jobs.batch', 'default')).toEqual([]);
    await w.run(40);
    expect(w.pods()).toEqual([]);
  });
});

describe('cron job', () => {
  const cron = (spec: Record<string, unknown> = {}, line = 'sleep 5'): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'default' },
    spec: {
      schedule: '*/5 * * * *',
      jobTemplate: {
        spec: {
          template: {
            spec: {
              restartPolicy: 'Never',
              containers: [{ name: 'app', image: 'busybox:1.37', command: ['sh', '-c', line] }],
            },
          },
        },
      },
      ...spec,
    },
  });

  test('starts on time, names jobs by the minute, and keeps three', async () => {
    const w = await createWorld();
    await w.client.create('cronjobs.batch', cron());
    await w.run(31 * 60);
    const minute = Date.parse('2026-03-02T10:30:00Z') / 60_000;
    expect(names(w.lister.list('jobs.batch', 'default'))).toEqual(
      [minute - 10, minute - 5, minute].map((at) => `tick-${at}`),
    );
    expect(w.get('cronjobs.batch', 'tick')['status']).toMatchObject({
      lastScheduleTime: '2026-03-02T10:30:00Z',
      lastSuccessfulTime: expect.stringMatching(/^2026-03-02T10:30:/),
    });
    expect(w.get('cronjobs.batch', 'tick')['status'].active).toBeUndefined();
    expect(w.pods()).toHaveLength(3);
  });

  test('a job made by hand is none of its runs', async () => {
    const w = await createWorld();
    const template = cron({ concurrencyPolicy: 'Forbid' }, 'sleep 5000');
    const owner = await w.client.create('cronjobs.batch', template);
    await w.client.create('jobs.batch', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: 'by-hand',
        namespace: 'default',
        annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
        ownerReferences: [
          { apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', uid: owner.metadata.uid!, controller: true },
        ],
      },
      spec: template['spec'].jobTemplate.spec,
    });
    await w.run(60);
    expect(w.get('cronjobs.batch', 'tick')['status']?.active).toBeUndefined();
    await w.run(5 * 60);
    expect(w.get('cronjobs.batch', 'tick')['status'].active).toHaveLength(1);
    const events = w.lister.list('events', 'default').filter(({ reason }) => reason === 'UnexpectedJob');
    expect(events.map(({ type, message }) => [type, message])).toEqual([
      ['Warning', 'Saw a job that the controller did not create or forgot: by-hand'],
    ]);
  });

  test.each([
    ['Forbid', 1],
    ['Replace', 1],
    ['Allow', 3],
  ])('concurrencyPolicy %s has %i running', async (concurrencyPolicy, running) => {
    const w = await createWorld();
    await w.client.create('cronjobs.batch', cron({ concurrencyPolicy }, 'sleep 5000'));
    await w.run(17 * 60);
    const active = w.lister.list('jobs.batch', 'default');
    expect(active).toHaveLength(running);
    if (concurrencyPolicy === 'Forbid')
      expect(w.get('cronjobs.batch', 'tick')['status'].lastScheduleTime).toBe('2026-03-02T10:05:00Z');
  });

  test('schedules in its own time zone', async () => {
    const w = await createWorld();
    await w.client.create('cronjobs.batch', cron({ schedule: '30 19 * * *', timeZone: 'Asia/Seoul' }));
    await w.run(31 * 60);
    expect(w.get('cronjobs.batch', 'tick')['status'].lastScheduleTime).toBe('2026-03-02T10:30:00Z');
  });
});

describe('scheduler', () => {
  const failure = (w: World, name = 'one') => w.events(name).find((line) => line.startsWith('FailedScheduling'));
  const asking = (cpu: string, more: Record<string, unknown> = {}) => ({
    containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests: { cpu } } }],
    ...more,
  });

  test('says why nothing fits, and tries again when something changes', async () => {
    const w = await createWorld();
    await w.client.create('pods', pod('one', asking('16')));
    await w.run(1);
    expect(failure(w)).toBe(
      'FailedScheduling: 0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    );
    expect(w.get('pods', 'one')['status'].conditions[0]).toMatchObject({
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
    });
    await w.client.create('nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'big' },
      spec: {},
      status: { capacity: { cpu: '32', memory: '64Gi', pods: '110' } },
    });
    await w.run(15);
    expect(w.get('pods', 'one')['spec'].nodeName).toBe('big');
  });

  test.each([
    ['nodeSelector', { nodeSelector: { disk: 'ssd' } }, "2 node(s) didn't match Pod's node affinity/selector"],
    [
      'required affinity',
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }],
            },
          },
        },
      },
      "2 node(s) didn't match Pod's node affinity/selector",
    ],
  ])('%s is honoured', async (_name, spec, words) => {
    const w = await createWorld();
    await w.client.create('pods', pod('one', spec));
    await w.run(1);
    expect(failure(w)).toContain(words);
    await w.edit('nodes', 'kctl-worker-2', (node) => {
      node.metadata.labels!['disk'] = 'ssd';
    });
    await w.run(15);
    expect(w.get('pods', 'one')['spec'].nodeName).toBe('kctl-worker-2');
  });

  test('fills nodes up to what they have, spreads, and keeps host ports apart', async () => {
    const w = await createWorld();
    for (const name of ['a', 'b', 'c']) await w.client.create('pods', pod(name, asking('2500m')));
    await w.run(1);
    expect(
      w
        .pods()
        .flatMap((one) => one['spec'].nodeName ?? [])
        .sort(),
    ).toEqual(['kctl-worker-1', 'kctl-worker-2']);
    await w.client.delete('pods', 'default', 'a', { gracePeriodSeconds: 0 });
    await w.run(15);
    expect(w.pods().every((one) => one['spec'].nodeName)).toBe(true);
    const port = { containers: [{ name: 'app', image: 'nginx:1.27', ports: [{ containerPort: 80, hostPort: 80 }] }] };
    for (const name of ['x', 'y', 'z']) await w.client.create('pods', pod(name, port));
    await w.run(1);
    const refused = ['x', 'y', 'z'].filter((name) => !w.get('pods', name)['spec'].nodeName);
    expect(refused).toHaveLength(1);
    expect(failure(w, refused[0])).toContain("2 node(s) didn't have free ports for the requested pod ports");
  });

  test('the more important pod goes first', async () => {
    const w = await createWorld({ nodes: 1 });
    await w.client.create('priorityclasses.scheduling.k8s.io', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'high' },
      value: 1000,
    });
    await w.client.create('pods', pod('low', asking('3')));
    await w.client.create('pods', pod('high', asking('3', { priorityClassName: 'high' })));
    await w.run(1);
    expect(
      w
        .pods()
        .filter((one) => one['spec'].nodeName)
        .map((one) => one.metadata.name),
    ).toEqual(['high']);
  });
});
