import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, pod, START, type World } from '../controllers/world.ts';

const container = (world: World, name = 'one') => world.get('pods', name)['status'].containerStatuses[0];
const conditions = (world: World, name = 'one') =>
  Object.fromEntries(
    world.get('pods', name)['status'].conditions.map((one: { type: string; status: string }) => [one.type, one.status]),
  );
const shell = (line: string, more: Record<string, unknown> = {}) => ({
  containers: [{ name: 'app', image: 'busybox:1.37', command: ['sh', '-c', line], ...more }],
});
async function withPod(spec: Record<string, unknown> = {}, annotations: Record<string, string> = {}): Promise<World> {
  const world = await createWorld();
  await world.client.create('pods', pod('one', spec, annotations));
  return world;
}
async function text(world: World, options: Record<string, unknown> = {}, name = 'one'): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await world.plane.nodeApi.logs('default', name, options, new AbortController().signal))
    chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a pod', () => {
  test('is placed, pulls, runs and is ready, in that order and in believable time', async () => {
    const world = await withPod();
    const seen: string[] = [];
    world.lister.subscribe('pods', ({ object }) => {
      const { waiting, running } = object['status'].containerStatuses?.[0]?.state ?? {};
      const now = `${object['status'].phase} ${waiting?.reason ?? (running ? 'running' : '-')}`;
      if (seen.at(-1) !== now) seen.push(now);
    });
    await world.run(1);
    expect(container(world).state).toEqual({ waiting: { reason: 'ContainerCreating' } });
    await world.run(20);
    expect(seen.filter((one) => one !== 'Pending -')).toEqual(['Pending ContainerCreating', 'Running running']);
    expect(conditions(world)).toEqual({
      PodReadyToStartContainers: 'True',
      Initialized: 'True',
      Ready: 'True',
      ContainersReady: 'True',
      PodScheduled: 'True',
    });
    expect(world.get('pods', 'one')['status']).toMatchObject({
      phase: 'Running',
      qosClass: 'BestEffort',
      observedGeneration: 1,
      podIP: expect.stringMatching(/^10\.244\.\d+\.\d+$/),
      hostIP: expect.stringMatching(/^172\.18\./),
    });
    const started = Date.parse(container(world).state.running.startedAt) - START;
    expect(started).toBeGreaterThan(1000);
    expect(started).toBeLessThan(6000);
    expect(
      world
        .events('one')
        .map((line) => line.split(':')[0])
        .sort(),
    ).toEqual(['Created', 'Pulled', 'Pulling', 'Scheduled', 'Started']);
    expect(world.events('one').find((line) => line.startsWith('Pulled'))).toMatch(
      /^Pulled: Successfully pulled image "nginx:1\.27" in \S+ \(\S+ including waiting\)\. Image size: \d+ bytes\.$/,
    );
  });

  test('an image that is there already is not pulled again', async () => {
    const world = await createWorld({ nodes: 1 });
    await world.client.create('pods', pod('one'));
    await world.run(20);
    await world.client.create('pods', pod('two'));
    await world.run(3);
    expect(container(world, 'two').ready).toBe(true);
    expect(world.events('two')).toContain(
      'Pulled: Container image "nginx:1.27" already present on machine and can be accessed by the pod',
    );
    const node = world.lister.list('nodes')[0]!;
    await world.run(15);
    expect(world.get('nodes', node.metadata.name!)['status'].images[0].names[1]).toBe('docker.io/library/nginx:1.27');
  });

  test('that cannot be pulled backs off from 10 s to 300 s', async () => {
    const world = await withPod({ containers: [{ name: 'app', image: 'example.invalid/none:1' }] });
    const pulls: number[] = [];
    const reason = (object: KubeObject | undefined) => object?.['status'].containerStatuses?.[0]?.state.waiting?.reason;
    world.lister.subscribe('pods', ({ object, previous }) => {
      if (reason(object) === 'ErrImagePull' && reason(previous) !== 'ErrImagePull') pulls.push(world.clock.now());
    });
    await world.run(900);
    expect(container(world).state.waiting.reason).toBe('ImagePullBackOff');
    expect(container(world).state.waiting.message).toMatch(
      /^Back-off pulling image "example\.invalid\/none:1": ErrImagePull: /,
    );
    const gaps = pulls.slice(1).map((at, index) => (at - pulls[index]!) / 1000);
    const least = [10, 20, 40, 80, 160];
    for (const [index, seconds] of least.entries()) {
      expect(gaps[index]).toBeGreaterThanOrEqual(seconds);
      expect(gaps[index]).toBeLessThan(seconds + 6);
    }
    await expect(text(world)).rejects.toThrow(
      'container "app" in pod "one" is waiting to start: trying and failing to pull image',
    );
  });

  test('that crashes restarts at once, then after 10 s, 20 s, 40 s ... 300 s', async () => {
    const world = await withPod(shell('echo bad luck; sleep 1; exit 3'));
    const starts: number[] = [];
    world.lister.subscribe('pods', ({ object, previous }) => {
      const at = object['status'].containerStatuses?.[0]?.state?.running?.startedAt;
      if (at && at !== previous?.['status'].containerStatuses?.[0]?.state?.running?.startedAt)
        starts.push(world.clock.now());
    });
    await world.run(1800);
    const gaps = starts.slice(1).map((at, index) => (at - starts[index]!) / 1000);
    const expected = [2, 12, 22, 42, 82, 162, 302, 302];
    for (const [index, seconds] of expected.entries()) expect(gaps[index]).toBeCloseTo(seconds, -0.7);
    const status = container(world);
    expect(status.state.waiting.reason).toBe('CrashLoopBackOff');
    expect(status.state.waiting.message).toMatch(/^back-off 5m0s restarting failed container=app pod=one_default\(/);
    expect(status.lastState.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    expect(status.restartCount).toBe(starts.length - 1);
    expect(await text(world)).toBe('bad luck\n');
    expect(await text(world, { previous: true })).toBe('bad luck\n');
  });

  test('a run of ten minutes resets the back-off', async () => {
    const world = await withPod(shell('sleep 700; exit 1'));
    await world.run(3 * 702 + 30);
    expect(container(world)).toMatchObject({ restartCount: 3, state: { running: expect.anything() } });
  });

  test.each([
    ['Never', 0, 'Succeeded', 0],
    ['Never', 1, 'Failed', 0],
    ['OnFailure', 0, 'Succeeded', 0],
    ['OnFailure', 1, 'Running', 2],
    ['Always', 0, 'Running', 2],
  ])('restartPolicy %s with exit code %i ends up %s', async (restartPolicy, code, phase, restarts) => {
    const world = await withPod({ ...shell(`exit ${code}`), restartPolicy });
    await world.run(20);
    expect(world.get('pods', 'one')['status'].phase).toBe(phase);
    expect(container(world).restartCount).toBe(restarts);
  });

  test('init containers go one by one; a sidecar only has to be started and outlives nobody', async () => {
    const world = await withPod({
      restartPolicy: 'Never',
      initContainers: [
        { name: 'first', image: 'busybox:1.37', command: ['sh', '-c', 'sleep 5'] },
        { name: 'side', image: 'nginx:1.27', restartPolicy: 'Always' },
      ],
      containers: [{ name: 'app', image: 'busybox:1.37', command: ['sh', '-c', 'sleep 20'] }],
    });
    await world.run(5);
    expect(world.get('pods', 'one')['status']).toMatchObject({
      phase: 'Pending',
      containerStatuses: [{ state: { waiting: { reason: 'PodInitializing' } } }],
    });
    expect(conditions(world)['Initialized']).toBe('False');
    await world.run(15);
    const [first, side] = world.get('pods', 'one')['status'].initContainerStatuses;
    expect(first.state.terminated.reason).toBe('Completed');
    expect(side.state.running).toBeDefined();
    expect(conditions(world)['Ready']).toBe('True');
    await world.run(30);
    expect(world.get('pods', 'one')['status'].phase).toBe('Succeeded');
  });

  test('readiness waits for its probe, and annotations decide when it comes', async () => {
    const world = await withPod({
      containers: [
        { name: 'app', image: 'nginx:1.27', readinessProbe: { tcpSocket: { port: 80 }, initialDelaySeconds: 10 } },
      ],
    });
    await world.client.create('pods', pod('two', {}, { 'kctl.dev/ready-after': 'never' }));
    await world.run(12);
    expect(container(world)).toMatchObject({ started: true, ready: false });
    await world.run(10);
    expect(container(world).ready).toBe(true);
    expect(container(world, 'two').ready).toBe(false);
    expect(
      world.get('pods', 'two')['status'].conditions.find((one: { type: string }) => one.type === 'Ready'),
    ).toMatchObject({ reason: 'ContainersNotReady', message: 'containers with unready status: [app]' });
  });

  test('is stopped gracefully, and killed when its grace is over', async () => {
    const world = await withPod();
    await world.client.create('pods', pod('stubborn', shell('sleep infinity')));
    await world.run(20);
    await world.client.delete('pods', 'default', 'one');
    await world.client.delete('pods', 'default', 'stubborn');
    await world.run(3);
    expect(world.pods().map((one) => one.metadata.name)).toEqual(['stubborn']);
    expect(world.events('one')).toContain('Killing: Stopping container app');
    await world.run(26);
    expect(world.pods()).toHaveLength(1);
    await world.run(2);
    expect(world.pods()).toEqual([]);
  });

  test('says what its configuration lacks, and starts when it is there', async () => {
    const world = await withPod({
      containers: [{ name: 'app', image: 'nginx:1.27', envFrom: [{ configMapRef: { name: 'settings' } }] }],
    });
    await world.run(20);
    expect(container(world).state.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: 'configmap "settings" not found',
    });
    await world.client.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'default' },
      data: {},
    });
    await world.run(12);
    expect(container(world).ready).toBe(true);
  });

  test('activeDeadlineSeconds ends it', async () => {
    const world = await withPod({ activeDeadlineSeconds: 30 });
    await world.run(29);
    expect(world.get('pods', 'one')['status'].phase).toBe('Running');
    await world.run(2);
    expect(world.get('pods', 'one')['status']).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
  });
});

describe('logs', () => {
  test('tail, since, timestamps and limits are cuts of one and the same text', async () => {
    const world = await withPod();
    await world.run(600);
    const all = await text(world);
    const lines = all.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(100);
    expect(await text(world)).toBe(all);
    expect(await text(world, { tailLines: 7 })).toBe(`${lines.slice(-7).join('\n')}\n`);
    expect(await text(world, { tailLines: 0 })).toBe('');
    expect(await text(world, { limitBytes: 100 })).toBe(all.slice(0, 100));
    const since = await text(world, { sinceSeconds: 60 });
    expect(all.endsWith(since)).toBe(true);
    expect(since.length).toBeLessThan(all.length / 2);
    const stamped = (await text(world, { timestamps: true, sinceSeconds: 60 })).trimEnd().split('\n');
    expect(stamped.every((line) => Date.parse(line.split(' ')[0]!) >= world.clock.now() - 60_000)).toBe(true);
    expect(stamped.map((line) => line.slice(line.indexOf(' ') + 1)).join('\n')).toBe(since.trimEnd());
    await world.run(60);
    expect((await text(world)).startsWith(all)).toBe(true);
  });

  test('a follower gets what a later reader sees, and ends with the container', async () => {
    const world = await withPod({ ...shell('sleep 60'), restartPolicy: 'Never' });
    await world.run(5);
    const followed = text(world, { follow: true });
    await world.run(120);
    expect(await followed).toBe(await text(world));
  });

  test('asks which container, and knows no others', async () => {
    const world = await withPod({
      containers: [
        { name: 'a', image: 'nginx:1.27' },
        { name: 'b', image: 'redis:7' },
      ],
    });
    await expect(text(world)).rejects.toThrow('a container name must be specified for pod one, choose one of: [a b]');
    await expect(text(world, { container: 'c' })).rejects.toThrow('container c is not valid for pod one');
    await expect(text(world, { container: 'a' })).rejects.toThrow('pod one does not have a host assigned');
    await world.run(0.5);
    await expect(text(world, { container: 'a' })).rejects.toThrow(
      'container "a" in pod "one" is waiting to start: ContainerCreating',
    );
    await world.run(20);
    await expect(text(world, { container: 'a', previous: true })).rejects.toThrow(
      'previous terminated container "a" in pod "one" not found',
    );
  });
});

describe('ports', () => {
  const exchange = async (world: World, port: number, request: string): Promise<string> => {
    const stream = await world.plane.nodeApi.connect('default', 'one', port);
    stream.end(request);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  };

  test('declared ports answer, others refuse', async () => {
    const world = await withPod({
      containers: [
        { name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80 }] },
        { name: 'api', image: 'registry.example.com/shop/api:1', ports: [{ containerPort: 8080 }] },
        { name: 'cache', image: 'redis:7', ports: [{ containerPort: 6379 }] },
      ],
    });
    await world.run(30);
    expect(await exchange(world, 80, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK[\s\S]+It works/);
    const twice = await exchange(
      world,
      8080,
      'GET /a HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi',
    );
    expect(twice.match(/"path":"\/[ab]"/g)).toEqual(['"path":"/a"', '"path":"/b"']);
    expect(await exchange(world, 6379, '*1\r\n$4\r\nPING\r\n')).toBe('+PONG\r\n');
    await expect(exchange(world, 81, '')).rejects.toThrow('connect: connection refused');
  });
});
