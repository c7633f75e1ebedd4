import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { catchUp } from '../../../src/emulator/clocks.ts';
import { startControlPlane } from '../../../src/emulator/control-plane.ts';
import { simulatedImage } from '../../../src/oci/simulated-images.ts';
import { createWorld, pod, type World } from '../controllers/world.ts';

const sized = (cpu: string, memory: string, more: Record<string, unknown> = {}) => ({
  containers: [
    {
      name: 'app',
      image: 'nginx:1.27',
      resources: { requests: { cpu, memory }, limits: { cpu, memory } },
      ...more,
    },
  ],
});
const status = (world: World, name = 'one') => world.get('pods', name)['status'];
const container = (world: World, name = 'one') => status(world, name).containerStatuses[0];
const condition = (world: World, type: string, name = 'one') =>
  status(world, name).conditions.find((one: { type: string }) => one.type === type);
const amounts = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { cpu, memory } });

const resizeOf = (world: World, name: string, resources: object) =>
  world.editPart('pods', name, 'resize', ({ spec }) => {
    spec.containers[0].resources = resources;
  });

/** Two nodes with 4 CPUs; the first takes no pods. */
async function world(...pods: KubeObject[]): Promise<World> {
  const made = await createWorld({ nodes: 2 });
  for (const one of pods) await made.client.create('pods', one);
  await made.run(20);
  return made;
}

describe('a pod that is resized', () => {
  test('has what it asks for a moment later, in the container that runs', async () => {
    const w = await world(pod('one', sized('500m', '128Mi')));
    const { startedAt } = container(w).state.running;
    await resizeOf(w, 'one', amounts('1', '256Mi'));
    await w.plane.idle();
    expect(condition(w, 'PodResizeInProgress')).toMatchObject({ status: 'True', observedGeneration: 2 });
    expect(container(w)).toMatchObject({
      allocatedResources: { cpu: '1', memory: '256Mi' },
      resources: amounts('500m', '128Mi'),
    });
    await w.run(2);
    expect(condition(w, 'PodResizeInProgress')).toBeUndefined();
    expect(container(w)).toMatchObject({
      allocatedResources: { cpu: '1', memory: '256Mi' },
      resources: amounts('1', '256Mi'),
      restartCount: 0,
      state: { running: { startedAt } },
    });
    const resources = '{"limits":{"cpu":"1","memory":"256Mi"},"requests":{"cpu":"1","memory":"256Mi"}}';
    const told = `{"containers":[{"name":"app","resources":${resources}}],"generation":2}`;
    expect(w.events('one')).toContain(`ResizeStarted: Pod resize started: ${told}`);
    expect(w.events('one')).toContain(`ResizeCompleted: Pod resize completed: ${told}`);
    expect(w.errors).toEqual([]);
  });

  test('gets another run where its policy says so, without any back-off', async () => {
    const resizePolicy = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }];
    const w = await world(pod('one', sized('500m', '128Mi', { resizePolicy })));
    await resizeOf(w, 'one', amounts('1', '128Mi'));
    await w.run(3);
    expect(container(w).restartCount).toBe(0);
    await resizeOf(w, 'one', amounts('1', '256Mi'));
    await w.run(6);
    expect(container(w)).toMatchObject({ restartCount: 1, resources: amounts('1', '256Mi'), ready: true });
    expect(w.events('one')).toContain('Killing: Container app resize requires restart');
    expect(condition(w, 'PodResizeInProgress')).toBeUndefined();
    expect(w.events('one').filter((line) => line.startsWith('ResizeCompleted'))).toHaveLength(2);
  });

  test('waits for room, and grows when others leave', async () => {
    const w = await world(pod('one', sized('1', '128Mi')), pod('other', sized('2', '128Mi')));
    await resizeOf(w, 'one', amounts('3', '128Mi'));
    await w.run(5);
    const message = "Node didn't have enough resource: cpu, requested: 3000, used: 2000, capacity: 4000";
    expect(condition(w, 'PodResizePending')).toMatchObject({
      status: 'True',
      reason: 'Deferred',
      message,
      observedGeneration: 2,
    });
    expect(container(w)).toMatchObject({ allocatedResources: { cpu: '1' }, resources: { requests: { cpu: '1' } } });
    const deferred = w.events('one').filter((line) => line.startsWith('ResizeDeferred'));
    expect(deferred).toHaveLength(1);
    expect(deferred[0]).toMatch(/^ResizeDeferred: Pod resize OutOfcpu: \{"containers":/);
    expect(deferred[0]).toContain(`"generation":2,"error":${JSON.stringify(message)}}`);
    await w.client.delete('pods', 'default', 'other');
    await w.run(5);
    expect(condition(w, 'PodResizePending')).toBeUndefined();
    expect(container(w).resources.requests.cpu).toBe('3');
  });

  test('of those that wait the important one grows first', async () => {
    const spec = (priorityClassName?: string) => ({
      ...sized('1', '64Mi'),
      ...(priorityClassName && { priorityClassName }),
    });
    const w = await createWorld({ nodes: 2 });
    await w.client.create('priorityclasses.scheduling.k8s.io', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'high' },
      value: 1000,
    });
    for (const one of [pod('low', spec()), pod('high', spec('high')), pod('gone', spec())])
      await w.client.create('pods', one);
    await w.run(20);
    await resizeOf(w, 'low', amounts('2', '64Mi'));
    await resizeOf(w, 'high', amounts('2', '64Mi'));
    await w.run(2);
    // 3 of 4 CPUs are used: one of the two has grown already.
    expect(container(w, 'low').resources.requests.cpu).toBe('2');
    await resizeOf(w, 'low', amounts('3', '64Mi'));
    await w.run(2);
    await w.client.delete('pods', 'default', 'gone');
    await w.run(5);
    expect(container(w, 'high').resources.requests.cpu).toBe('2');
    expect(container(w, 'low').resources.requests.cpu).toBe('2');
    expect(condition(w, 'PodResizePending', 'low')).toBeDefined();
  });

  test('gives back what it waits for when the wish is taken back', async () => {
    const w = await world(pod('one', sized('1', '128Mi')));
    await resizeOf(w, 'one', amounts('9', '128Mi'));
    await w.run(2);
    expect(condition(w, 'PodResizePending').message).toBe(
      "Node didn't have enough resource: cpu, requested: 9000, used: 0, capacity: 4000",
    );
    await resizeOf(w, 'one', amounts('1', '128Mi'));
    await w.run(2);
    expect(condition(w, 'PodResizePending')).toBeUndefined();
    expect(w.events('one').some((line) => line.startsWith('ResizeStarted'))).toBe(false);
  });

  test('keeps its memory while it uses more than the new limit', async () => {
    const w = await createWorld({ nodes: 2 });
    await w.client.create('pods', pod('one', sized('1', '512Mi'), { 'kctl.dev/memory-usage': '200Mi' }));
    await w.run(20);
    await resizeOf(w, 'one', amounts('1', '100Mi'));
    await w.run(3);
    const [limit, used] = [100 * 2 ** 20, 200 * 2 ** 20];
    const message = `cannot decrease memory limits: attempting to set container "app" memory limit (${limit}) below current usage (${used})`;
    expect(condition(w, 'PodResizeInProgress')).toMatchObject({ reason: 'Error', message });
    expect(container(w)).toMatchObject({ restartCount: 0, resources: { limits: { memory: '512Mi' } } });
    expect(w.events('one').find((line) => line.startsWith('ResizeError'))).toContain('Pod resize error: ');
    await w.edit('pods', 'one', ({ metadata }) => {
      metadata.annotations!['kctl.dev/memory-usage'] = '50Mi';
    });
    await w.run(70);
    expect(container(w).resources.limits.memory).toBe('100Mi');
    expect(condition(w, 'PodResizeInProgress')).toBeUndefined();
  });

  test('counts with the larger of what it has and what it wants when others are placed', async () => {
    const w = await world(pod('one', sized('1', '64Mi')), pod('other', sized('2', '64Mi')));
    await resizeOf(w, 'one', amounts('3', '64Mi'));
    await w.run(2);
    await w.client.create('pods', pod('late', sized('1', '64Mi')));
    await w.run(5);
    // One CPU is free of those that were granted, and it is wanted.
    expect(status(w, 'late').phase).toBe('Pending');
    expect(condition(w, 'PodScheduled', 'late').message).toContain('1 Insufficient cpu');
    await resizeOf(w, 'one', amounts('500m', '64Mi'));
    await w.run(10);
    expect(status(w, 'late').phase).toBe('Running');
  });

  test('is taken up by a new process as it was granted', async () => {
    const w = await world(pod('one', sized('1', '128Mi')), pod('other', sized('2', '128Mi')));
    await resizeOf(w, 'one', amounts('3', '128Mi'));
    await w.run(3);
    await w.plane.stop();
    w.clock.advanceTo(w.clock.now() + 60_000);
    const { client, lister, clock } = w;
    const [random, images] = [() => 0.5, simulatedImage];
    const plane = startControlPlane({ client, lister, clock, random, nodes: 2, rootCa: 'PEM', images });
    await plane.idle();
    expect(container(w)).toMatchObject({ allocatedResources: { cpu: '1' }, resources: { requests: { cpu: '1' } } });
    expect(condition(w, 'PodResizePending')).toMatchObject({ reason: 'Deferred', observedGeneration: 2 });
    await client.delete('pods', 'default', 'other');
    await catchUp(clock, clock.now() + 10_000, () => plane.idle());
    expect(container(w)).toMatchObject({ resources: { requests: { cpu: '3' } }, restartCount: 0 });
    await plane.stop();
  });
});
