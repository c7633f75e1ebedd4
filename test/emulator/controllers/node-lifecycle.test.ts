import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { isReady } from '../../../src/emulator/controllers/pods.ts';
import { createWorld, deployment, type World } from './world.ts';

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
    expect(w.errors).toEqual([]);
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
