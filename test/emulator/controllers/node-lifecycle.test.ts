import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { ControlContext } from '../../../src/emulator/controllers/controller.ts';
import { Silence } from '../../../src/emulator/controllers/node-lifecycle/silence.ts';
import { isReady } from '../../../src/emulator/controllers/pods.ts';
import { createWorld, deployment, pod, START, type World } from './world.ts';

const NODE = 'kctl-worker-1';
const ready = (w: World, name = NODE) =>
  w.get('nodes', name)['status'].conditions.find(({ type }: { type: string }) => type === 'Ready');
const taints = (w: World) =>
  (w.get('nodes', NODE)['spec'].taints ?? []).map(
    ({ key, effect }: { key: string; effect: string }) => `${key} ${effect}`,
  );
const fail = (w: World, isDown: boolean, name = NODE) =>
  w.edit('nodes', name, (object) => {
    object.metadata.annotations = { 'kctl.dev/down': String(isDown) };
  });
const on = (w: World, node: string) => w.pods().filter((one: KubeObject) => one['spec'].nodeName === node);

async function failing(): Promise<World> {
  const w = await createWorld();
  await w.client.create('deployments.apps', deployment('web', { replicas: 4 }));
  await w.run(60);
  await fail(w, true);
  return w;
}

describe('a node that is down', () => {
  test('is noticed after its grace, tainted, and its pods count as not ready', async () => {
    const w = await failing();
    await w.run(45);
    expect(ready(w).status).toBe('True');
    await w.run(40);
    expect(ready(w)).toMatchObject({ status: 'Unknown', reason: 'NodeStatusUnknown' });
    expect(taints(w)).toEqual([
      'node.kubernetes.io/unreachable NoSchedule',
      'node.kubernetes.io/unreachable NoExecute',
    ]);
    expect(on(w, NODE)).toHaveLength(2);
    expect(on(w, NODE).some(isReady)).toBe(false);
    expect(w.get('deployments.apps', 'web')['status'].availableReplicas).toBe(2);
    expect(w.events(NODE)).toContain(`NodeNotReady: Node ${NODE} status is now: NodeNotReady`);
    const conditions: { type: string; status: string; message: string }[] = w.get('nodes', NODE)['status'].conditions;
    expect(conditions.map(({ type, status }) => `${type} ${status}`).sort()).toEqual([
      'DiskPressure Unknown',
      'MemoryPressure Unknown',
      'PIDPressure Unknown',
      'Ready Unknown',
    ]);
    expect(new Set(conditions.map(({ message }) => message))).toEqual(
      new Set(['Kubelet stopped posting node status.']),
    );
    const lost = on(w, NODE)[0]!;
    expect(w.events(lost.metadata.name!)).toContain('NodeNotReady: Node is not ready');
    expect(w.errors).toEqual([]);
  });

  test('is not known to be well fifty seconds after it was heard of last, seen at the next look', async () => {
    const w = await createWorld();
    await w.run(33);
    await fail(w, true);
    const renewed = w.get('leases.coordination.k8s.io', NODE, 'kube-node-lease')['spec'].renewTime;
    const due = Math.ceil((Date.parse(renewed) + 50_000) / 5000) * 5000;
    await w.run((due - w.clock.now()) / 1000 - 0.1);
    expect(ready(w).status).toBe('True');
    await w.run(0.2);
    expect(ready(w).status).toBe('Unknown');
  });

  test('that never said anything is given a minute from when it was made', async () => {
    const w = await createWorld();
    const silence = new Silence(w as unknown as ControlContext);
    const made = (status: object): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'mute', creationTimestamp: new Date(START - 10_000).toISOString() },
      ...status,
    });
    expect(silence.endsAt(made({})) - START).toBe(50_000);
    const told = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };
    expect(new Silence(w as unknown as ControlContext).endsAt(made(told)) - START).toBe(50_000);
    await w.run(5);
    expect(silence.endsAt(made({})) - START).toBe(50_000);
    expect(new Silence(w as unknown as ControlContext).endsAt(made(told)) - START).toBe(55_000);
  });

  test('gives each pod that it loses a reason', async () => {
    const w = await failing();
    await w.run(420);
    const stuck = w.pods().find((one) => one.metadata.deletionTimestamp)!;
    expect(stuck['status'].conditions).toContainEqual(
      expect.objectContaining({
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByTaintManager',
        message: 'Taint manager: deleting due to NoExecute taint',
      }),
    );
  });

  test('that is back in time has its evictions cancelled', async () => {
    const w = await failing();
    await w.run(120);
    const name = on(w, NODE)[0]!.metadata.name!;
    await fail(w, false);
    await w.run(5);
    expect(w.events(name)).toContain(`TaintManagerEviction: Cancelling deletion of Pod default/${name}`);
  });

  test('gives a pod that comes late its whole time', async () => {
    const w = await failing();
    await w.run(250);
    await w.client.create(
      'pods',
      pod('late', {
        nodeName: NODE,
        tolerations: [{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
      }),
    );
    await w.run(290);
    expect(w.get('pods', 'late').metadata.deletionTimestamp).toBeUndefined();
    await w.run(15);
    expect(w.get('pods', 'late').metadata.deletionTimestamp).toBeDefined();
  });

  test('has its terminating pods ended when it is said to be out of service', async () => {
    const w = await failing();
    await w.run(420);
    expect(w.pods().filter((one) => one.metadata.deletionTimestamp)).toHaveLength(2);
    await w.edit('nodes', NODE, (object) => {
      object['spec'].taints.push({
        key: 'node.kubernetes.io/out-of-service',
        value: 'nodeshutdown',
        effect: 'NoExecute',
      });
    });
    await w.run(21);
    expect(w.pods().filter((one) => one.metadata.deletionTimestamp)).toHaveLength(0);
  });

  test('loses its pods after 300 s: they stay terminating and are replaced elsewhere', async () => {
    const w = await failing();
    await w.run(300);
    expect(w.pods().filter((one) => one.metadata.deletionTimestamp)).toHaveLength(0);
    await w.run(120);
    const stuck = w.pods().filter((one) => one.metadata.deletionTimestamp);
    expect(stuck.map((one) => one['spec'].nodeName)).toEqual([NODE, NODE]);
    expect(on(w, 'kctl-worker-2').filter(isReady)).toHaveLength(4);
    expect(w.events(stuck[0]!.metadata.name!)).toContain(
      `TaintManagerEviction: Marking for deletion Pod default/${stuck[0]!.metadata.name}`,
    );
  });

  test('that comes back in time keeps its pods; one that comes back late ends them', async () => {
    const w = await failing();
    await w.run(120);
    await fail(w, false);
    await w.run(5);
    expect(ready(w).status).toBe('True');
    expect(taints(w)).toEqual([]);
    expect(on(w, NODE).filter(isReady)).toHaveLength(2);
    await w.run(600);
    expect(on(w, NODE).filter((one) => one['status'].containerStatuses[0].restartCount === 0)).toHaveLength(2);
    await fail(w, true);
    await w.run(500);
    await fail(w, false);
    await w.run(40);
    expect(w.pods()).toHaveLength(4);
    expect(w.pods().every((one) => !one.metadata.deletionTimestamp)).toBe(true);
  });

  test('evicts nothing when all are down', async () => {
    const w = await failing();
    for (const node of ['kctl-control-plane', 'kctl-worker-2']) await fail(w, true, node);
    await w.run(900);
    expect(w.pods().filter((one) => one.metadata.deletionTimestamp)).toHaveLength(0);
  });
});

test('a process that slept does not take its nodes for dead', async () => {
  const w = await createWorld();
  await w.client.create('deployments.apps', deployment('web'));
  await w.run(60);
  let unknown = 0;
  w.lister.subscribe('nodes', ({ object }) => {
    if (object['status'].conditions?.some(({ status }: { status: string }) => status === 'Unknown')) unknown++;
  });
  // All that was due in eight hours is due now.
  w.clock.sleep(8 * 3_600_000);
  await w.run(120);
  expect(unknown).toBe(0);
  expect(w.pods().every(isReady)).toBe(true);
});

test('a cordoned node carries the taint, and loses it again', async () => {
  const w = await createWorld();
  const cordon = (unschedulable: boolean) =>
    w.edit('nodes', NODE, (object) => {
      object['spec'].unschedulable = unschedulable;
    });
  await cordon(true);
  expect(taints(w)).toEqual(['node.kubernetes.io/unschedulable NoSchedule']);
  await cordon(false);
  expect(taints(w)).toEqual([]);
});

describe('nodes that fail together', () => {
  const worker = (index: number) => `kctl-worker-${index}`;
  const evicting = (w: World) =>
    w.lister
      .list<KubeObject>('nodes')
      .filter(({ spec }) => spec.taints?.some(({ effect }: { effect: string }) => effect === 'NoExecute'))
      .map(({ metadata }) => metadata.name);
  const failAll = async (w: World, names: string[]) => {
    for (const name of names) await fail(w, true, name);
  };

  test('are given up one in ten seconds', async () => {
    const w = await createWorld({ nodes: 6 });
    await w.run(60);
    await failAll(w, [1, 2, 3].map(worker));
    const counts: number[] = [];
    for (let second = 0; second < 120; second++) {
      await w.run(1);
      counts.push(evicting(w).length);
    }
    const at = [1, 2, 3].map((count) => counts.indexOf(count));
    expect([at[1]! - at[0]!, at[2]! - at[1]!]).toEqual([10, 10]);
  });

  test('are not given up where they are most of a small cluster', async () => {
    const w = await createWorld({ nodes: 5 });
    await w.run(60);
    await failAll(w, [1, 2, 3].map(worker));
    await w.run(300);
    expect(ready(w, worker(3)).status).toBe('Unknown');
    expect(evicting(w)).toEqual([]);
  });

  test('are given up at the usual speed where they are a zone of their own', async () => {
    const w = await createWorld({ nodes: 5 });
    for (const name of [1, 2, 3].map(worker)) {
      await w.edit('nodes', name, ({ metadata }) => {
        metadata.labels!['topology.kubernetes.io/zone'] = 'b';
      });
    }
    await w.run(60);
    await failAll(w, [1, 2, 3].map(worker));
    await w.run(120);
    expect(evicting(w)).toEqual([1, 2, 3].map(worker));
  });

  test('lose the taint when no node is left, and get it again when one is back', async () => {
    const w = await createWorld({ nodes: 3 });
    await w.run(60);
    await fail(w, true, worker(1));
    await w.run(100);
    expect(evicting(w)).toEqual([worker(1)]);
    await failAll(w, ['kctl-control-plane', worker(2)]);
    await w.run(100);
    expect(evicting(w)).toEqual([]);
    expect(taints(w)).toEqual(['node.kubernetes.io/unreachable NoSchedule']);
    await fail(w, false, worker(2));
    await w.run(60);
    expect(evicting(w)).toEqual(['kctl-control-plane', worker(1)]);
  });
});

test('what a kubelet says of itself keeps pods away, and a node that it calls not ready loses them', async () => {
  const w = await createWorld();
  const say = async (type: string, status: string) => {
    const node = structuredClone(w.get('nodes', NODE));
    const known = node['status'].conditions.find((condition: { type: string }) => condition.type === type);
    Object.assign(known, { status, lastTransitionTime: '2026-03-02T10:00:30Z' });
    await w.client.updateStatus('nodes', node);
    await w.run(1);
  };
  await w.run(60);
  await say('MemoryPressure', 'True');
  expect(taints(w)).toEqual(['node.kubernetes.io/memory-pressure NoSchedule']);
  await say('MemoryPressure', 'False');
  await say('Ready', 'False');
  expect(taints(w)).toEqual(['node.kubernetes.io/not-ready NoSchedule', 'node.kubernetes.io/not-ready NoExecute']);
  expect(w.get('nodes', NODE)['spec'].taints[1].timeAdded).toBe('2026-03-02T10:01:02Z');
});

test('a node is told of as it comes and goes', async () => {
  const w = await createWorld();
  await w.client.delete('nodes', undefined, NODE);
  await w.run(1);
  expect(w.events(NODE)).toEqual(
    expect.arrayContaining([
      `RegisteredNode: Node ${NODE} event: Registered Node ${NODE} in Controller`,
      `RemovingNode: Node ${NODE} event: Removing Node ${NODE} from Controller`,
    ]),
  );
});
