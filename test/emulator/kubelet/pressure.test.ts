import { expect, test } from 'vitest';
import { bytesText } from '../../../src/emulator/kubelet/eviction.ts';
import { createWorld, pod, type World } from '../controllers/world.ts';

const NODE = 'kctl-worker-1';
const status = (world: World, name: string) => world.get('pods', name)['status'];
const pressure = (world: World) =>
  world.get('nodes', NODE)['status'].conditions.find(({ type }: { type: string }) => type === 'MemoryPressure');
const usage = (memory: string) => ({ 'kctl.dev/memory-usage': memory });
const asking = (memory: string) => ({
  containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests: { memory } } }],
});

test('a node whose memory is used up says so and sends pods away, one at a time, until it has enough', async () => {
  const world = await createWorld({ nodes: 2 });
  // The node has 7.76 GiB.
  await world.client.create('pods', pod('modest', asking('3Gi'), usage('2Gi')));
  await world.client.create('pods', pod('greedy', asking('1Gi'), usage('3Gi')));
  await world.client.create('pods', pod('careless', {}, usage('7Gi')));
  const order: string[] = [];
  world.lister.subscribe('pods', ({ object }) => {
    if (object['status'].reason === 'Evicted' && !order.includes(object.metadata.name!))
      order.push(object.metadata.name!);
  });
  await world.run(60);
  expect(order).toEqual(['careless']);
  const message =
    'The node was low on resource: memory. Threshold quantity: 100Mi, available: 0. ' +
    'Container app was using 7Gi, request is 0, has larger consumption of memory. ';
  expect(status(world, 'careless')).toMatchObject({ phase: 'Failed', reason: 'Evicted', message });
  expect(status(world, 'careless').containerStatuses[0].state.terminated).toMatchObject({ exitCode: 137 });
  expect(
    status(world, 'careless').conditions.find(({ type }: { type: string }) => type === 'DisruptionTarget'),
  ).toMatchObject({ status: 'True', reason: 'TerminationByKubelet', message });
  expect(world.events('careless')).toContain(`Evicted: ${message}`);
  expect(world.events(NODE)).toContain('EvictionThresholdMet: Attempting to reclaim memory');
  expect(world.events(NODE)).toContain(
    `NodeHasInsufficientMemory: Node ${NODE} status is now: NodeHasInsufficientMemory`,
  );
  expect(pressure(world)).toMatchObject({ status: 'True', reason: 'KubeletHasInsufficientMemory' });
  expect(world.get('nodes', NODE)['spec'].taints).toMatchObject([{ key: 'node.kubernetes.io/memory-pressure' }]);
  // Whoever takes the most beyond what it asked for is next.
  await world.edit('pods', 'modest', ({ metadata }) => {
    metadata.annotations!['kctl.dev/memory-usage'] = '6Gi';
  });
  await world.run(30);
  expect(order).toEqual(['careless', 'modest']);
  expect(status(world, 'greedy').phase).toBe('Running');
  expect(world.errors).toEqual([]);
});

test('pressure is told for five minutes more, and keeps those out that ask for nothing', async () => {
  const world = await createWorld({ nodes: 2 });
  await world.client.create('pods', pod('careless', {}, usage('9Gi')));
  await world.run(20);
  expect(status(world, 'careless').reason).toBe('Evicted');
  await world.client.create('pods', pod('bound', { nodeName: NODE }));
  await world.client.create('pods', pod('asking', { nodeName: NODE, ...asking('64Mi') }));
  await world.client.create('pods', pod('late'));
  await world.run(20);
  expect(status(world, 'bound')).toMatchObject({
    phase: 'Failed',
    reason: 'Evicted',
    message: 'Pod was rejected: The node had condition: [MemoryPressure]. ',
  });
  expect(status(world, 'asking').phase).toBe('Running');
  expect(status(world, 'late').phase).toBe('Pending');
  await world.run(200);
  expect(pressure(world).status).toBe('True');
  await world.run(120);
  expect(pressure(world)).toMatchObject({ status: 'False', reason: 'KubeletHasSufficientMemory' });
  expect(status(world, 'late').phase).toBe('Running');
});

test('who stays below what the node has is left alone, and who the cluster needs is never sent away', async () => {
  const world = await createWorld({ nodes: 2 });
  await world.client.create('pods', pod('one', {}, usage('7Gi')));
  await world.run(600);
  expect(status(world, 'one').phase).toBe('Running');
  const needed = pod('needed', { priorityClassName: 'system-node-critical' }, usage('9Gi'));
  await world.client.create('pods', { ...needed, metadata: { ...needed.metadata, namespace: 'kube-system' } });
  await world.run(60);
  expect(status(world, 'one').reason).toBe('Evicted');
  expect(world.get('pods', 'needed', 'kube-system')['status'].phase).toBe('Running');
});

test.each([
  [0, '0'],
  [1000, '1000'],
  [200 * 2 ** 20, '200Mi'],
  [2 ** 30 + 1024, '1048577Ki'],
])('%i bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));
