import { describe, expect, test } from 'vitest';
import { podRange, rangeIndex } from '../../../src/emulator/kubelet/node-facts.ts';
import type { Json, TestCluster } from '../server/cluster.ts';
import { steered } from './steered.ts';

const { start: begin } = steered();

async function start(options: Parameters<typeof begin>[0] = {}): Promise<TestCluster> {
  const cluster = await begin(options);
  await cluster.emulator.idle();
  return cluster;
}

const post = async (cluster: TestCluster, path: string, body: unknown) => {
  const answer = await cluster.call('POST', `/kctl/v1/${path}`, { body });
  await cluster.emulator.idle();
  return answer;
};
const jump = (cluster: TestCluster, seconds: number) => post(cluster, 'clock/jump', { ms: seconds * 1000 });
const nodeOf = (cluster: TestCluster, name: string) => cluster.emulator.lister.get('nodes', undefined, name)!;
const readyOf = (node: Json) => node.status.conditions.find((one: Json) => one.type === 'Ready').status;

describe('nodes', () => {
  test('are added with labels, capacity, taints and zones, and get ready', async () => {
    const cluster = await start();
    const { body } = await post(cluster, 'nodes', {
      count: 3,
      name: 'gpu',
      labels: { tier: 'fast' },
      capacity: { cpu: '32', 'nvidia.com/gpu': '4' },
      taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }],
      zones: ['a', 'b'],
    });
    expect(body).toEqual({ nodes: ['gpu-1', 'gpu-2', 'gpu-3'] });
    const nodes = body.nodes.map((name: string) => nodeOf(cluster, name));
    expect(nodes.map((one: Json) => one.metadata.labels['topology.kubernetes.io/zone'])).toEqual(['a', 'b', 'a']);
    expect(new Set(nodes.map((one: Json) => one.spec.podCIDR)).size).toBe(3);
    for (const node of nodes) {
      expect(readyOf(node)).toBe('True');
      expect(node.metadata.labels).toMatchObject({ tier: 'fast', 'kubernetes.io/hostname': node.metadata.name });
      expect(node.spec.taints).toEqual([{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }]);
      expect(node.status.capacity).toMatchObject({ cpu: '32', 'nvidia.com/gpu': '4', pods: '110' });
      expect(node.status.allocatable).toMatchObject({ cpu: '32', 'nvidia.com/gpu': '4' });
    }
    // Further ones take the next numbers; one with a name has that name.
    expect((await post(cluster, 'nodes', { count: 1, name: 'gpu' })).body.nodes).toEqual(['gpu']);
    expect((await post(cluster, 'nodes', { count: 2, name: 'gpu' })).body.nodes).toEqual(['gpu-4', 'gpu-5']);
    expect((await post(cluster, 'nodes', {})).body.nodes).toEqual(['kctl-worker-1']);
  });

  test('what cannot be is refused', async () => {
    const cluster = await start();
    expect((await post(cluster, 'nodes', { count: 0 })).status).toBe(400);
    expect((await post(cluster, 'nodes', { capacity: { cpu: 'lots' } })).body.message).toBe(
      '"lots" is no quantity of cpu',
    );
    expect((await post(cluster, 'nodes', { name: 'kctl-control-plane' })).status).toBe(409);
    expect((await post(cluster, 'nodes/fail', { names: ['none'] })).body.message).toBe('nodes "none" not found');
    expect((await post(cluster, 'nodes/fail', {})).status).toBe(400);
    expect((await post(cluster, 'nodes/burn', { names: ['kctl-control-plane'] })).status).toBe(404);
  });

  test('ten thousand have ranges of their own, apart from the addresses of Services', () => {
    const ranges = Array.from({ length: 10_000 }, (_, index) => podRange(index));
    expect(new Set(ranges).size).toBe(10_000);
    expect(ranges.map(rangeIndex)).toEqual(ranges.map((_, index) => index));
    for (const range of ranges) {
      const [, second = 0, third = 0] = range.split('.').map(Number);
      expect(Math.max(second, third)).toBeLessThan(256);
      expect(second >= 96 && second < 112).toBe(false);
    }
  });

  test('a thousand are added quickly', async () => {
    const cluster = await start();
    // Nothing but the nodes themselves: no daemons for each of them.
    await post(cluster, 'components', { names: ['controller-manager', 'scheduler'], running: false });
    const began = process.cpuUsage();
    const { status, body } = await cluster.call('POST', '/kctl/v1/nodes', { body: { count: 1000 } });
    expect(status).toBe(200);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1e6).toBeLessThan(5);
    expect(body.nodes).toHaveLength(1000);
    await cluster.emulator.idle();
    const nodes = cluster.emulator.lister.list('nodes');
    expect(nodes.filter((node) => readyOf(node) === 'True')).toHaveLength(1001);
    expect(new Set(nodes.map((node) => node['spec'].podCIDR)).size).toBe(1001);
  });

  test('pull as fast as they are told, and tell of it layer by layer', async () => {
    const cluster = await start({ nodes: 1 });
    // What every cluster runs is pulled first.
    await jump(cluster, 30);
    const names = ['kctl-control-plane'];
    const rate = (body: object) => post(cluster, 'nodes/pull-rate', { names, ...body });
    expect((await rate({ rate: '1M' })).body.nodes).toEqual([{ name: 'kctl-control-plane', changed: true }]);
    expect((await rate({ rate: 'fast' })).body).toMatchObject({ code: 400 });
    const spec = { containers: [{ name: 'app', image: 'nginx:1.27' }] };
    await cluster.call('POST', '/api/v1/namespaces/default/pods', { body: { metadata: { name: 'a' }, spec } });
    await cluster.emulator.idle();
    await jump(cluster, 10);
    const { body } = await cluster.call('GET', '/api/v1/nodes/kctl-control-plane/proxy/kctl/v1/pulls');
    const pull = body.pulls.find(({ pod }: Json) => pod === 'a');
    expect(pull).toMatchObject({ container: 'app', image: 'nginx:1.27', bytesPerSecond: 1_000_000 });
    expect(pull.layers.map((one: Json) => one.state)).toContain('pulling');
    const done = pull.layers.reduce((sum: number, one: Json) => sum + one.doneBytes, 0);
    // Ten seconds, less what the registry takes to answer.
    expect(done).toBeGreaterThan(7_000_000);
    expect(done).toBeLessThan(10_000_000);
    expect((await rate({})).body.nodes[0].changed).toBe(true);
    expect((await rate({})).body.nodes[0].changed).toBe(false);
  });

  test('fail, and come back; cordoned ones take no pods', async () => {
    const cluster = await start({ nodes: 3 });
    const done = await post(cluster, 'nodes/fail', { names: ['kctl-worker-1', 'kctl-worker-1'] });
    expect(done.body.nodes).toEqual([
      { name: 'kctl-worker-1', changed: true },
      { name: 'kctl-worker-1', changed: false },
    ]);
    await jump(cluster, 60);
    expect(readyOf(nodeOf(cluster, 'kctl-worker-1'))).toBe('Unknown');
    await post(cluster, 'nodes/recover', { names: ['kctl-worker-1'] });
    await jump(cluster, 40);
    expect(readyOf(nodeOf(cluster, 'kctl-worker-1'))).toBe('True');
    expect(nodeOf(cluster, 'kctl-worker-1').metadata.annotations).not.toHaveProperty('kctl.dev/down');

    await post(cluster, 'nodes/cordon', { selector: 'kubernetes.io/hostname in (kctl-worker-1)' });
    const { body } = await cluster.call('GET', '/kctl/v1/nodes');
    expect(body.nodes.find((one: Json) => one.name === 'kctl-worker-1').status).toBe('Ready,SchedulingDisabled');
    for (const name of ['a', 'b', 'c']) {
      const spec = { containers: [{ name: 'app', image: 'nginx:1.27' }] };
      await cluster.call('POST', '/api/v1/namespaces/default/pods', { body: { metadata: { name }, spec } });
    }
    await cluster.emulator.idle();
    const used = cluster.emulator.lister.list('pods', 'default').map((pod) => pod['spec'].nodeName);
    expect(used).toEqual(['kctl-worker-2', 'kctl-worker-2', 'kctl-worker-2']);
    await post(cluster, 'nodes/uncordon', { names: ['kctl-worker-1'] });
    expect(nodeOf(cluster, 'kctl-worker-1')['spec'].unschedulable).toBeUndefined();
  });

  test('removed, they are gone at once, and their pods are found missing', async () => {
    const cluster = await start({ nodes: 2 });
    const spec = { nodeName: 'kctl-worker-1', containers: [{ name: 'app', image: 'nginx:1.27' }] };
    await cluster.call('POST', '/api/v1/namespaces/default/pods', { body: { metadata: { name: 'lost' }, spec } });
    await jump(cluster, 60);
    await post(cluster, 'nodes/remove', { names: ['kctl-worker-1'] });
    expect(cluster.emulator.lister.get('nodes', undefined, 'kctl-worker-1')).toBeUndefined();
    await jump(cluster, 120);
    expect(cluster.emulator.lister.get('pods', 'default', 'lost')).toBeUndefined();
  });
});
