import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/api/meta.ts';
import type { ControlContext } from '../../../../src/emulator/controllers/controller.ts';
import { FailureDelays } from '../../../../src/emulator/controllers/daemon-set/failure-delays.ts';
import { judgeNodes } from '../../../../src/emulator/controllers/daemon-set/place.ts';
import { createWorld, pod, type World } from '../world.ts';

const NONE = 'example.invalid/none:1';
const RESOURCE = 'daemonsets.apps';
const [ONE, TWO, THREE] = ['kctl-worker-1', 'kctl-worker-2', 'kctl-worker-3'] as const;

function set(spec: Record<string, unknown> = {}, podSpec: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default', annotations: { mine: 'yes' } },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: {
        metadata: { labels: { app: 'agent' } },
        spec: { terminationGracePeriodSeconds: 5, containers: [{ name: 'app', image: 'nginx:1.27' }], ...podSpec },
      },
      ...spec,
    },
  };
}

/** Three workers, and the control plane's node, whose taint keeps daemons away. */
async function world(spec?: Record<string, unknown>, podSpec?: Record<string, unknown>): Promise<World> {
  const w = await createWorld({ nodes: 4 });
  await w.client.create(RESOURCE, set(spec, podSpec));
  await w.run(20);
  return w;
}

const status = (w: World) => w.get(RESOURCE, 'agent')['status'];
const edit = (w: World, change: (spec: KubeObject['spec']) => void) =>
  w.edit(RESOURCE, 'agent', (object) => change(object['spec']));
const setImage = (w: World, image: string) =>
  edit(w, (spec) => {
    spec.template.spec.containers[0].image = image;
  });
const living = (w: World) => w.pods().filter((one) => !one.metadata.deletionTimestamp);
const nodes = (w: World) =>
  living(w)
    .map((one) => one['spec'].nodeName)
    .sort();
const on = (w: World, node: string) => living(w).find((one) => one['spec'].nodeName === node)!;
const hash = (one: KubeObject) => one.metadata.labels!['controller-revision-hash'];
const taint = (w: World, node: string, effect?: string) =>
  w.edit('nodes', node, (object) => {
    object['spec'].taints = effect ? [{ key: 'test', effect }] : [];
  });
const revisions = (w: World) =>
  [...w.lister.list<KubeObject>('controllerrevisions.apps', 'default')].sort((a, b) => a['revision'] - b['revision']);
const finish = async (w: World, node: string, phase: string) => {
  const one = on(w, node);
  await w.client.updateStatus('pods', { ...one, status: { ...one['status'], phase, conditions: [] } });
  return one.metadata.name!;
};
const exists = (key: string, effect: string) => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect });
const usual = [
  exists('not-ready', 'NoExecute'),
  exists('unreachable', 'NoExecute'),
  exists('disk-pressure', 'NoSchedule'),
  exists('memory-pressure', 'NoSchedule'),
  exists('pid-pressure', 'NoSchedule'),
  exists('unschedulable', 'NoSchedule'),
];

test.each([
  ['NoSchedule', { mayStart: false, mayStay: true }],
  ['NoExecute', { mayStart: false, mayStay: false }],
  ['PreferNoSchedule', { mayStart: true, mayStay: true }],
])('a taint of effect %s', async (effect, verdict) => {
  const w = await createWorld({ nodes: 2 });
  await taint(w, ONE, effect);
  const judged = judgeNodes(w as unknown as ControlContext, set());
  expect(judged.find(({ name }) => name === ONE)).toEqual({ name: ONE, ...verdict });
});

describe('placing', () => {
  test('the scheduler binds each pod by the name of its node, which takes the place of the terms of the template', async () => {
    const affinity = {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } },
        ],
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [ONE] }] },
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [TWO] }] },
          ],
        },
      },
    };
    const w = await world({}, { affinity, tolerations: [{ key: 'a', operator: 'Exists' }, usual[2]] });
    expect(nodes(w)).toEqual([ONE, TWO]);
    const one = on(w, TWO);
    expect(one['spec'].affinity.nodeAffinity).toEqual({
      preferredDuringSchedulingIgnoredDuringExecution:
        affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution,
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [TWO] }] }],
      },
    });
    expect(one['spec'].tolerations).toEqual([
      { key: 'a', operator: 'Exists' },
      usual[2],
      ...usual.filter((_, at) => at !== 2),
    ]);
    expect(w.events(one.metadata.name!)[0]).toBe(
      `Scheduled: Successfully assigned default/${one.metadata.name} to ${TWO}`,
    );
  });

  test('a pod on the network of its node tolerates that there is no other yet', async () => {
    const w = await world({}, { hostNetwork: true });
    expect(on(w, ONE)['spec'].tolerations).toEqual([...usual, exists('network-unavailable', 'NoSchedule')]);
  });

  test('shows revision and template number on pods, hash and annotations on the revision', async () => {
    const w = await world();
    const [revision] = revisions(w);
    expect(on(w, ONE).metadata.labels).toEqual({
      app: 'agent',
      'controller-revision-hash': revision!.metadata.labels!['controller-revision-hash'],
      'pod-template-generation': '1',
    });
    expect(revision!.metadata).toMatchObject({
      name: `agent-${hash(on(w, ONE))}`,
      labels: { app: 'agent', 'controller-revision-hash': hash(on(w, ONE)) },
      annotations: { mine: 'yes', 'deprecated.daemonset.template.generation': '1' },
    });
    expect(w.events('agent').sort()).toEqual(
      w
        .pods()
        .map((one) => `SuccessfulCreate: Created pod: ${one.metadata.name}`)
        .sort(),
    );
    expect(status(w)).toEqual({
      currentNumberScheduled: 3,
      desiredNumberScheduled: 3,
      numberAvailable: 3,
      numberMisscheduled: 0,
      numberReady: 3,
      observedGeneration: 1,
      updatedNumberScheduled: 3,
    });
  });

  test('a node that no longer wants new pods keeps its one, as misscheduled', async () => {
    const w = await world();
    await taint(w, ONE, 'NoSchedule');
    await w.run(20);
    expect(nodes(w)).toEqual([ONE, TWO, THREE]);
    expect(status(w)).toMatchObject({
      desiredNumberScheduled: 2,
      currentNumberScheduled: 2,
      numberMisscheduled: 1,
      numberReady: 2,
    });
    await w.client.delete('pods', 'default', on(w, ONE).metadata.name!);
    await w.run(20);
    expect(nodes(w)).toEqual([TWO, THREE]);
    await taint(w, ONE);
    await w.run(20);
    expect(nodes(w)).toEqual([ONE, TWO, THREE]);
    expect(status(w).numberMisscheduled).toBe(0);
  });

  test('a node that bears no such pods loses its one', async () => {
    const w = await world();
    await taint(w, ONE, 'NoExecute');
    expect(nodes(w)).toEqual([TWO, THREE]);
    await w.run(20);
    expect(status(w)).toMatchObject({ desiredNumberScheduled: 2, numberMisscheduled: 0 });
  });

  test('a cordoned node gets its pod all the same', async () => {
    const w = await world();
    await w.edit('nodes', ONE, (node) => {
      node['spec'].unschedulable = true;
    });
    await w.client.delete('pods', 'default', on(w, ONE).metadata.name!);
    await w.run(20);
    expect(nodes(w)).toEqual([ONE, TWO, THREE]);
  });

  test('follows the labels of nodes, and nodes that come', async () => {
    const w = await world({}, { nodeSelector: { disk: 'ssd' } });
    expect(status(w)).toMatchObject({ desiredNumberScheduled: 0, numberReady: 0 });
    await w.edit('nodes', ONE, (node) => {
      node.metadata.labels!['disk'] = 'ssd';
    });
    await w.client.create('nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'late', labels: { disk: 'ssd' } },
      spec: {},
    });
    await w.run(20);
    expect(nodes(w)).toEqual([ONE, 'late']);
    await w.edit('nodes', ONE, (node) => {
      delete node.metadata.labels!['disk'];
    });
    await w.run(20);
    expect(nodes(w)).toEqual(['late']);
  });

  test('a pod that waits for a node which is gone goes too', async () => {
    const w = await world(
      {},
      { containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests: { cpu: '1000' } } }] },
    );
    expect(w.pods().map((one) => one['spec'].nodeName)).toEqual([undefined, undefined, undefined]);
    expect(status(w)).toMatchObject({ currentNumberScheduled: 3, numberReady: 0, numberUnavailable: 3 });
    await w.client.delete('nodes', undefined, THREE);
    await w.run(5);
    expect(w.pods()).toHaveLength(2);
  });

  test('of two pods for one node the younger goes', async () => {
    const w = await world();
    const { name } = on(w, ONE).metadata;
    const stray = pod('agent', { nodeName: ONE });
    await w.run(5);
    await w.client.create('pods', { ...stray, metadata: { ...stray.metadata, name: 'stray' } });
    await w.run(20);
    expect(on(w, ONE).metadata.name).toBe(name);
    expect(w.pods()).toHaveLength(3);
  });

  test('is available only after minReadySeconds', async () => {
    const w = await world({ minReadySeconds: 60 });
    expect(status(w)).toMatchObject({ numberReady: 3, numberUnavailable: 3 });
    await w.run(50);
    expect(status(w)).toMatchObject({ numberReady: 3, numberAvailable: 3 });
    expect(status(w).numberUnavailable).toBeUndefined();
  });
});

describe('pods that finish', () => {
  test('are replaced, and told of', async () => {
    const w = await world();
    const failed = await finish(w, ONE, 'Failed');
    const succeeded = await finish(w, TWO, 'Succeeded');
    await w.run(20);
    expect(nodes(w)).toEqual([ONE, TWO, THREE]);
    const events = w.events('agent');
    expect(events).toContain(
      `FailedDaemonPod: Found failed daemon pod default/${failed} on node ${ONE}, will try to kill it`,
    );
    expect(events).toContain(
      `SucceededDaemonPod: Found succeeded daemon pod default/${succeeded} on node ${TWO}, will try to delete it`,
    );
    expect(events).toContain(`SuccessfulDelete: Deleted pod: ${failed}`);
  });

  test('by failing are left for twice as long each time', async () => {
    const w = await world();
    const lasted: number[] = [];
    for (let time = 0; time < 5; time++) {
      const name = await finish(w, ONE, 'Failed');
      const from = w.clock.now();
      while (on(w, ONE)?.metadata.name === name) await w.run(0.5);
      lasted.push(Math.floor((w.clock.now() - from) / 1000));
      while (on(w, ONE)?.['status'].phase !== 'Running') await w.run(0.1);
    }
    // The time that the next pod took to come up counts.
    expect(lasted[0]).toBe(0);
    expect(lasted[4]!).toBeGreaterThan(2);
    expect(lasted[4]!).toBeLessThanOrEqual(8);
  });

  test('a node that refuses all is asked ever less often, at most every quarter of an hour, and forgets in half an hour', () => {
    const delays = new FailureDelays();
    const one = { ...set(), metadata: { name: 'agent', uid: 'u' } };
    const waits: number[] = [];
    let now = 0;
    for (let time = 0; time < 13; time++) {
      delays.failed(one, ONE, now);
      const wait = delays.untilNext(one, ONE, now);
      waits.push(wait / 1000);
      now += wait;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    expect(delays.untilNext(one, TWO, now)).toBe(0);
    expect(delays.untilNext({ ...one, status: { observedGeneration: 2 } }, ONE, now)).toBe(0);
    delays.failed(one, ONE, now + 1_800_001);
    expect(delays.untilNext(one, ONE, now + 1_800_001)).toBe(1000);
  });
});

describe('rolling', () => {
  /** The least number of ready nodes and the greatest of living pods while `during` ran. */
  async function bounds(w: World, during: () => Promise<void>): Promise<[least: number, most: number]> {
    let [least, most] = [99, 0];
    const stop = w.lister.subscribe('pods', () => {
      const ready = living(w).filter((one) =>
        one['status']?.conditions?.some(
          (c: { type: string; status: string }) => c.type === 'Ready' && c.status === 'True',
        ),
      );
      least = Math.min(least, new Set(ready.map((one) => one['spec'].nodeName)).size);
      most = Math.max(most, living(w).length);
    });
    await during();
    stop();
    return [least, most];
  }
  const rolled = (w: World) => async () => {
    await setImage(w, 'nginx:1.28');
    await w.run(120);
  };

  test.each([
    [undefined, [2, 3]],
    [{ maxUnavailable: 2 }, [1, 3]],
    [{ maxUnavailable: '50%' }, [1, 3]],
    [{ maxUnavailable: '1%' }, [2, 3]],
    [{ maxUnavailable: 0, maxSurge: 1 }, [3, 4]],
    [{ maxUnavailable: 0, maxSurge: '34%' }, [3, 5]],
  ])('by %o stays in its bounds', async (rollingUpdate, expected) => {
    const w = await world(rollingUpdate ? { updateStrategy: { type: 'RollingUpdate', rollingUpdate } } : {});
    expect(await bounds(w, rolled(w))).toEqual(expected);
    expect(status(w)).toMatchObject({
      updatedNumberScheduled: 3,
      numberAvailable: 3,
      currentNumberScheduled: 3,
      observedGeneration: 2,
    });
    expect(living(w).map((one) => one.metadata.labels!['pod-template-generation'])).toEqual(['2', '2', '2']);
  });

  test('stops at the first pod that does not come up, and replaces it when there is a better template', async () => {
    const w = await world();
    await setImage(w, NONE);
    await w.run(60);
    expect(status(w)).toMatchObject({ updatedNumberScheduled: 1, numberUnavailable: 1, numberAvailable: 2 });
    await setImage(w, 'nginx:1.28');
    await w.run(120);
    expect(status(w)).toMatchObject({ updatedNumberScheduled: 3, numberAvailable: 3 });
  });

  test('going back does not restart the pods that are of that template still', async () => {
    const w = await world();
    const before = new Set(w.pods().map(({ metadata }) => metadata.uid));
    await setImage(w, NONE);
    await w.run(60);
    await setImage(w, 'nginx:1.27');
    await w.run(60);
    expect(living(w).filter(({ metadata }) => before.has(metadata.uid))).toHaveLength(2);
    expect(new Set(living(w).map(hash)).size).toBe(1);
    expect(revisions(w).map((one) => one['revision'])).toEqual([2, 3]);
    expect(status(w)).toMatchObject({ updatedNumberScheduled: 3, numberAvailable: 3 });
  });

  test('OnDelete waits for somebody to delete', async () => {
    const w = await world({ updateStrategy: { type: 'OnDelete' } });
    await setImage(w, 'nginx:1.28');
    await w.run(60);
    expect(status(w).updatedNumberScheduled).toBeUndefined();
    await w.client.delete('pods', 'default', on(w, TWO).metadata.name!);
    await w.run(20);
    expect(status(w)).toMatchObject({ updatedNumberScheduled: 1, numberAvailable: 3 });
  });

  test('with a surge, a pod that serves nobody is doubled at once, and the new one kept', async () => {
    const w = await world({
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
    await setImage(w, NONE);
    await w.run(60);
    expect(living(w)).toHaveLength(4);
    await setImage(w, 'nginx:1.28');
    await w.run(120);
    expect(living(w)).toHaveLength(3);
    expect(status(w)).toMatchObject({ updatedNumberScheduled: 3, numberAvailable: 3 });
  });

  test('keeps as many old revisions as it should, and those that pods are of', async () => {
    const w = await world({ revisionHistoryLimit: 1, updateStrategy: { type: 'OnDelete' } });
    for (const tag of ['1.28', '1.29', '1.30']) await setImage(w, `nginx:${tag}`);
    const image = (one: KubeObject) => one['data'].spec.template.spec.containers[0].image;
    // The one in use counts as history, too.
    expect(revisions(w).map(image)).toEqual(['nginx:1.27', 'nginx:1.30']);
  });
});

describe('owning', () => {
  test('takes over pods and revisions that were left behind, without a restart', async () => {
    const w = await world();
    const before = w.pods().map(({ metadata }) => metadata.uid);
    await w.client.delete(RESOURCE, 'default', 'agent', { propagationPolicy: 'Orphan' });
    await w.run(5);
    await w.client.create(RESOURCE, set());
    await w.run(60);
    expect(w.pods().map(({ metadata }) => metadata.uid)).toEqual(before);
    expect(revisions(w)).toHaveLength(1);
    expect(status(w)).toMatchObject({ updatedNumberScheduled: 3, numberAvailable: 3 });
  });

  test('says that a quota stops it, and goes on when it may', async () => {
    const w = await createWorld({ nodes: 4 });
    await w.client.create('resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: 'default' },
      spec: { hard: { pods: '1' } },
    });
    await w.plane.idle();
    await w.client.create(RESOURCE, set());
    await w.plane.idle();
    expect(w.events('agent').find((line) => line.startsWith('FailedCreate'))).toMatch(
      /^FailedCreate: Error creating: pods "agent-\w{5}" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1$/,
    );
    expect(status(w)).toMatchObject({ desiredNumberScheduled: 3, currentNumberScheduled: 1, observedGeneration: 1 });
    await w.client.delete('resourcequotas', 'default', 'few');
    await w.run(90);
    expect(nodes(w)).toEqual([ONE, TWO, THREE]);
  });

  test('makes no more than 250 pods in one go', async () => {
    const w = await createWorld({ nodes: 1 });
    for (let at = 0; at < 260; at++)
      await w.client.create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: `n${at}` }, spec: {} });
    const ofOneGo: number[] = [];
    let made = 0;
    w.lister.subscribe('pods', ({ type }) => {
      if (type === 'ADDED') made++;
    });
    w.lister.subscribe(RESOURCE, ({ type }) => {
      if (type === 'MODIFIED') ofOneGo.push(made);
    });
    await w.client.create(RESOURCE, set({}, { schedulingGates: [{ name: 'test/never' }] }));
    await w.run(3);
    expect(ofOneGo[0]).toBe(250);
    expect(made).toBeGreaterThanOrEqual(260);
  });

  test('while it is being deleted nothing is made', async () => {
    const w = await world();
    await w.edit(RESOURCE, 'agent', (object) => {
      object.metadata.finalizers = ['test/keep'];
    });
    await w.client.delete(RESOURCE, 'default', 'agent', { propagationPolicy: 'Background' });
    await w.client.delete('pods', 'default', on(w, ONE).metadata.name!, { gracePeriodSeconds: 0 });
    await w.run(30);
    expect(nodes(w)).toEqual([TWO, THREE]);
  });
});
