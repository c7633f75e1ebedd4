import { describe, expect, test } from 'vitest';
import { createWorld, pod, type World } from '../controllers/world.ts';

const http = { httpGet: { path: '/healthz', port: 80 }, periodSeconds: 5 };
const ready = (world: World) => world.get('pods', 'one')['status'].containerStatuses[0].ready;
const event = (world: World, reason: string) =>
  world.lister.list('events', 'default').find((one) => one['reason'] === reason);
async function withPod(container: Record<string, unknown>, annotations: Record<string, string>, spec = {}) {
  const world = await createWorld();
  await world.client.create(
    'pods',
    pod('one', { ...spec, containers: [{ name: 'app', image: 'nginx:1.27', ...container }] }, annotations),
  );
  return world;
}

describe('probes', () => {
  test('a readiness probe that fails three times takes the pod out, without a restart', async () => {
    const world = await withPod({ readinessProbe: http }, { 'kctl.dev/unready-after': '60s' });
    await world.run(60);
    expect(ready(world)).toBe(true);
    await world.run(20);
    expect(ready(world)).toBe(false);
    expect(event(world, 'Unhealthy')).toMatchObject({
      type: 'Warning',
      message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
    });
    expect(event(world, 'Unhealthy')!['count']).toBeGreaterThanOrEqual(3);
    expect(world.get('pods', 'one')['status'].containerStatuses[0].restartCount).toBe(0);
  });

  test('a liveness probe that fails restarts the container', async () => {
    const world = await withPod({ livenessProbe: http }, { 'kctl.dev/unhealthy-after': '30s' });
    await world.run(50);
    const status = world.get('pods', 'one')['status'].containerStatuses[0];
    expect(status.restartCount).toBe(1);
    expect(event(world, 'Killing')!['message']).toBe('Container app failed liveness probe, will be restarted');
    expect(event(world, 'Unhealthy')).toMatchObject({
      message: 'Liveness probe failed: HTTP probe failed with statuscode: 500',
      count: 3,
    });
    await world.run(600);
    expect(world.get('pods', 'one')['status'].containerStatuses[0].restartCount).toBeGreaterThan(4);
  });

  test('an annotation on a running pod takes effect', async () => {
    const world = await withPod({ readinessProbe: http }, {});
    await world.run(30);
    expect(ready(world)).toBe(true);
    await world.edit('pods', 'one', (object) => {
      object.metadata.annotations = { 'kctl.dev/unready-after': '0s' };
    });
    await world.run(1);
    expect(ready(world)).toBe(false);
  });
});

describe('a pod that is told to stop', () => {
  const hook = (seconds: number) => ({ lifecycle: { preStop: { sleep: { seconds } } } });
  const end = async (seconds: number, gracePeriodSeconds = 30) => {
    const world = await withPod(hook(seconds), {}, { terminationGracePeriodSeconds: 30 });
    await world.run(20);
    await world.client.delete('pods', 'default', 'one', { gracePeriodSeconds });
    const from = world.clock.now();
    let took = 0;
    world.lister.subscribe('pods', ({ type }) => {
      if (type === 'DELETED') took = (world.clock.now() - from) / 1000;
    });
    await world.run(60);
    return took;
  };

  test('runs its hook first', async () => {
    const took = await end(10);
    expect(took).toBeGreaterThan(10);
    expect(took).toBeLessThan(12);
  });

  test('is killed when the hook takes longer than the grace', async () => {
    expect(await end(28, 20)).toBeCloseTo(20, 0);
  });

  test('is refused from the start with a hook longer than its own grace', async () => {
    await expect(withPod(hook(40), {}, { terminationGracePeriodSeconds: 20 })).rejects.toThrow(
      'must be non-negative and less than terminationGracePeriodSeconds (20)',
    );
  });
});

describe('a node', () => {
  test('refuses what was bound to it and does not fit', async () => {
    const world = await createWorld();
    const resources = { requests: { cpu: '3' } };
    const here = (name: string, more = {}) =>
      pod(name, { nodeName: 'kctl-worker-1', containers: [{ name: 'app', image: 'nginx:1.27', resources }], ...more });
    await world.client.create('pods', here('one'));
    await world.client.create('pods', here('two'));
    await world.client.create(
      'pods',
      here('three', { nodeSelector: { disk: 'ssd' }, containers: [{ name: 'app', image: 'nginx:1.27' }] }),
    );
    await world.run(20);
    expect(world.get('pods', 'one')['status'].phase).toBe('Running');
    expect(world.get('pods', 'two')['status']).toMatchObject({
      phase: 'Failed',
      reason: 'OutOfcpu',
      message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 3000, used: 3000, capacity: 4000",
    });
    expect(world.get('pods', 'three')['status'].reason).toBe('NodeAffinity');
    await world.client.delete('pods', 'default', 'one');
    await world.run(40);
    await world.client.create('pods', here('four'));
    await world.run(20);
    expect(world.get('pods', 'four')['status'].phase).toBe('Running');
  });
});

test('the addresses of pods that went are given again', async () => {
  const world = await createWorld({ nodes: 1 });
  for (let round = 0; round < 3; round++) {
    const names = Array.from({ length: 100 }, (_, at) => `p${round}-${at}`);
    for (const name of names) await world.client.create('pods', pod(name));
    await world.run(60);
    expect(world.pods().filter((one) => one['status'].phase === 'Running')).toHaveLength(100);
    for (const name of names) await world.client.delete('pods', 'default', name);
    await world.run(60);
    expect(world.pods()).toHaveLength(0);
  }
});
