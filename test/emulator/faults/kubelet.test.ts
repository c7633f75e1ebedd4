import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { catchUp, SimulatedClock } from '../../../src/emulator/clocks.ts';
import { type Json, type TestCluster, testCluster } from '../server/cluster.ts';

const PODS = '/api/v1/namespaces/default/pods';

let cluster: TestCluster;
let clock: SimulatedClock;
beforeEach(async () => {
  clock = new SimulatedClock(Date.parse('2026-03-02T10:00:00Z'));
  cluster = await testCluster({ clock, nodes: 2 });
  await run(20);
});
afterEach(() => cluster.stop());

const run = (seconds: number) => catchUp(clock, clock.now() + seconds * 1000, () => cluster.emulator.idle());

async function fault(body: object): Promise<Json> {
  const answer = await cluster.call('POST', '/kctl/v1/faults', { body });
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return answer.body;
}

async function runPod(name: string, image: string, more: object = {}): Promise<void> {
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'main', image }], ...more },
  };
  expect((await cluster.call('POST', PODS, { body })).status).toBe(201);
}

const statusOf = async (name: string): Promise<Json> =>
  (await cluster.call('GET', `${PODS}/${name}`)).body.status.containerStatuses[0];

async function eventsOf(name: string): Promise<string[]> {
  const { body } = await cluster.call(
    'GET',
    `/api/v1/namespaces/default/events?fieldSelector=involvedObject.name=${name}`,
  );
  return body.items.map(({ reason, message }: Json) => `${reason}: ${message}`);
}

describe('pulls that fail', () => {
  const unresolved =
    'failed to pull and unpack image "docker.io/library/nginx:1.27": failed to resolve reference "docker.io/library/nginx:1.27": ';
  const head = 'Head "https://registry-1.docker.io/v2/library/nginx/manifests/1.27": dial tcp 198.51.100.20:443: ';

  test.each([
    [
      'unauthorized',
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    ],
    ['down', `failed to do request: ${head}connect: connection refused`],
    ['timeout', `failed to do request: ${head}i/o timeout`],
    [
      'rate-limited',
      'unexpected status from HEAD request to https://registry-1.docker.io/v2/library/nginx/manifests/1.27: 429 Too Many Requests',
    ],
  ])('%s: in the words of containerd, backed off, and well again when the fault ends', async (error, words) => {
    await fault({ kind: 'pull', images: ['nginx:*'], error });
    await runPod('web', 'nginx:1.27');
    await runPod('other', 'redis:7');
    await run(45);
    expect(await eventsOf('web')).toEqual(
      expect.arrayContaining([
        'Pulling: Pulling image "nginx:1.27"',
        `Failed: Failed to pull image "nginx:1.27": ${unresolved}${words}`,
        'Failed: Error: ErrImagePull',
        'Failed: Error: ImagePullBackOff',
        'BackOff: Back-off pulling image "nginx:1.27"',
      ]),
    );
    expect((await statusOf('web')).state.waiting).toEqual({
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "nginx:1.27": ErrImagePull: ${unresolved}${words}`,
    });
    expect((await statusOf('other')).state.running).toBeDefined();
    await cluster.call('DELETE', '/kctl/v1/faults');
    await run(120);
    expect((await statusOf('web')).state.running).toBeDefined();
  });

  test('an image that is on the node needs no registry, and one that is gone is not found', async () => {
    await runPod('first', 'nginx:1.27', {
      nodeName: (await cluster.call('GET', '/api/v1/nodes')).body.items[1].metadata.name,
    });
    await run(30);
    await fault({ kind: 'pull', images: ['docker.io/library/nginx', 'redis'], error: 'not-found' });
    const node = (await cluster.call('GET', `${PODS}/first`)).body.spec.nodeName;
    await runPod('second', 'nginx:1.27', { nodeName: node });
    await runPod('third', 'redis:7', { nodeName: node });
    await run(30);
    expect((await statusOf('second')).state.running).toBeDefined();
    expect(await eventsOf('third')).toContainEqual(
      'Failed: Failed to pull image "redis:7": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/redis:7": failed to resolve reference "docker.io/library/redis:7": docker.io/library/redis:7: not found',
    );
  });

  test('a slow registry takes so many times longer', async () => {
    const took = async (name: string) => {
      const [, time] = /^Pulled: .* in ([\d.ms]+) \(/m.exec((await eventsOf(name)).join('\n')) ?? [];
      return time;
    };
    const nodes = (await cluster.call('GET', '/api/v1/nodes')).body.items.map(({ metadata }: Json) => metadata.name);
    await fault({ kind: 'pull', images: ['nginx'], error: 'slow', factor: 20, nodes: [nodes[0]] });
    await runPod('quick', 'nginx:1.27', { nodeName: nodes[1] });
    await runPod('slow', 'nginx:1.27', { nodeName: nodes[0], tolerations: [{ operator: 'Exists' }] });
    await run(15);
    expect((await statusOf('quick')).state.running).toBeDefined();
    expect((await statusOf('slow')).state.waiting.reason).toBe('ContainerCreating');
    await run(100);
    expect((await statusOf('slow')).state.running).toBeDefined();
    expect([await took('quick'), await took('slow')]).toEqual([
      expect.stringMatching(/^[1-5]\.\d+s$/),
      expect.stringMatching(/^[3-9]\d\.\d+s$/),
    ]);
  });
});

describe('crashes', () => {
  test('end the container of a pod, with the exit code that was asked for', async () => {
    await runPod('web', 'nginx:1.27');
    await run(30);
    const set = await fault({
      kind: 'crash',
      target: { resource: 'po', namespace: 'default', name: 'web' },
      exitCode: 3,
    });
    expect(set).toMatchObject({ isSet: false, fault: { strikes: 1 } });
    await run(20);
    const status = await statusOf('web');
    expect(status.restartCount).toBe(1);
    expect(status.lastState.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    expect(status.state.running).toBeDefined();
  });

  test('for lack of memory are told as such, also by a kubelet that takes the pod up later', async () => {
    await runPod('web', 'nginx:1.27');
    await run(30);
    await fault({ kind: 'crash', target: { resource: 'pods', namespace: 'default', name: 'web' }, oom: true });
    await run(20);
    expect((await statusOf('web')).lastState.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
  });

  test('again and again bring every pod of a Deployment into the back-off', async () => {
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'nginx:1.27' }] } };
    const body = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { replicas: 2, selector: { matchLabels: labels }, template },
    };
    expect((await cluster.call('POST', '/apis/apps/v1/namespaces/default/deployments', { body })).status).toBe(201);
    await run(30);
    await fault({
      kind: 'crash',
      target: { resource: 'deploy', namespace: 'default', name: 'web' },
      everyMs: 5000,
      forMs: 60_000,
    });
    await run(50);
    const { items } = (await cluster.call('GET', `${PODS}?labelSelector=app=web`)).body;
    expect(items).toHaveLength(2);
    for (const { status } of items) {
      expect(status.containerStatuses[0].restartCount).toBeGreaterThan(1);
      expect(status.containerStatuses[0].lastState.terminated.exitCode).toBe(1);
    }
    const backedOff = items.flatMap(({ status }: Json) => status.containerStatuses[0].state.waiting?.reason ?? []);
    expect(backedOff).toContain('CrashLoopBackOff');
    expect((await cluster.call('GET', '/kctl/v1/faults')).body.faults).toHaveLength(1);
    await run(20);
    expect((await cluster.call('GET', '/kctl/v1/faults')).body.faults).toEqual([]);
  });

  test('of what is not there are refused', async () => {
    await runPod('web', 'nginx:1.27');
    await run(10);
    const crash = async (target: object, more: object = {}) =>
      (await cluster.call('POST', '/kctl/v1/faults', { body: { kind: 'crash', target, ...more } })).body.message;
    const pod = { resource: 'pod', namespace: 'default', name: 'web' };
    expect(await crash({ ...pod, name: 'x' })).toBe('pods "x" not found');
    expect(await crash({ ...pod, resource: 'thing' })).toBe('the server doesn\'t have a resource type "thing"');
    expect(await crash(pod, { container: 'side' })).toBe('container side is not valid for pod web');
  });
});

describe('partitions', () => {
  const conditionOf = async (name: string): Promise<Json> =>
    (await cluster.call('GET', `/api/v1/nodes/${name}`)).body.status.conditions.find(
      ({ type }: Json) => type === 'Ready',
    );

  test('make a node unknown until they end', async () => {
    const name = (await cluster.call('GET', '/api/v1/nodes')).body.items[1].metadata.name;
    await fault({ kind: 'partition', nodes: [name], forMs: 120_000 });
    await run(90);
    expect((await conditionOf(name)).status).toBe('Unknown');
    await run(60);
    expect((await conditionOf(name)).status).toBe('True');
    expect((await cluster.call('GET', `/api/v1/nodes/${name}`)).body.metadata.annotations ?? {}).not.toHaveProperty(
      'kctl.dev/down',
    );
    const refused = await cluster.call('POST', '/kctl/v1/faults', { body: { kind: 'partition', nodes: ['x'] } });
    expect([refused.status, refused.body.message]).toEqual([404, 'nodes "x" not found']);
    expect((await cluster.call('GET', '/kctl/v1/faults')).body.faults).toEqual([]);
  });
});
