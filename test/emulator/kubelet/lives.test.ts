import { describe, expect, test } from 'vitest';
import '../../../src/emulator/kubelet/exec/index.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, pod, type World } from '../controllers/world.ts';

const never = new AbortController().signal;
const seconds = (text: string): number => Date.parse(text) / 1000;
const messages = (world: World, reason: string) =>
  world.lister
    .list<KubeObject>('events', 'default')
    .filter((one) => one['reason'] === reason)
    .map((one) => one['message'] as string);
const statuses = (world: World, name = 'one'): Record<string, KubeObject['status']> =>
  Object.fromEntries(
    [
      ...(world.get('pods', name)['status'].initContainerStatuses ?? []),
      ...world.get('pods', name)['status'].containerStatuses,
    ].map((one: { name: string }) => [one.name, one]),
  );
const sh = (script: string) => ({ image: 'busybox:1.36', command: ['sh', '-c', script] });
const server = { image: 'nginx:1.27' };

async function withPod(spec: Record<string, unknown>, annotations: Record<string, string> = {}): Promise<World> {
  const world = await createWorld();
  await world.client.create('pods', pod('one', { automountServiceAccountToken: false, ...spec }, annotations));
  return world;
}

async function log(world: World, options: Record<string, unknown> = {}): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await world.plane.nodeApi.logs('default', 'one', options, never)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** When the containers of a pod that is deleted are seen to end, by name, in seconds after the delete. */
async function endsOf(world: World, gracePeriodSeconds?: number): Promise<Record<string, number>> {
  const from = world.clock.now();
  const ends: Record<string, number> = {};
  const stop = world.lister.subscribe('pods', ({ object, type }) => {
    const { initContainerStatuses = [], containerStatuses = [] } = object['status'];
    for (const { name, state } of [...initContainerStatuses, ...containerStatuses])
      if (state.terminated) ends[name] ??= (world.clock.now() - from) / 1000;
    if (type === 'DELETED') ends['(gone)'] = (world.clock.now() - from) / 1000;
  });
  await world.client.delete('pods', 'default', 'one', gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds });
  await world.run(90);
  stop();
  return ends;
}

describe('the end of a pod', () => {
  const images = { first: 'redis:7', second: 'memcached:1', side: 'redis:7' };
  const sidecar = (name: keyof typeof images) => ({ name, image: images[name], restartPolicy: 'Always' });

  test('containers stop together, sidecars after them, the last one first', async () => {
    const world = await withPod({
      initContainers: [sidecar('first'), sidecar('second')],
      containers: [
        { name: 'app', ...server },
        { name: 'slow', image: 'web:1', lifecycle: { preStop: { sleep: { seconds: 5 } } } },
      ],
    });
    await world.run(20);
    const ends = await endsOf(world);
    expect(ends['app']!).toBeLessThan(2);
    expect(ends['slow']!).toBeGreaterThan(5);
    expect(ends['second']!).toBeGreaterThan(ends['slow']!);
    expect(ends['(gone)']!).toBeGreaterThan(ends['second']!);
    expect(ends['(gone)']!).toBeLessThan(12);
    expect(messages(world, 'Killing').sort()).toEqual(
      ['app', 'first', 'second', 'slow'].map((name) => `Stopping container ${name}`),
    );
  });

  test('a sidecar gets two seconds however long the others took', async () => {
    const world = await withPod({
      terminationGracePeriodSeconds: 10,
      initContainers: [{ ...sidecar('side'), lifecycle: { preStop: { sleep: { seconds: 9 } } } }],
      containers: [{ name: 'app', image: 'busybox:1.36', command: ['sleep', '1000'] }],
    });
    await world.run(20);
    const ends = await endsOf(world);
    expect(ends['app']).toBeCloseTo(10, 0);
    expect(ends['(gone)']).toBeCloseTo(12, 0);
  });

  test('with no grace all are gone at once', async () => {
    const world = await withPod({ initContainers: [sidecar('side')], containers: [{ name: 'app', ...server }] });
    await world.run(20);
    expect((await endsOf(world, 0))['(gone)']).toBeLessThan(0.1);
  });

  test('when the work is done the sidecars are stopped, and then the pod has succeeded', async () => {
    const world = await withPod(
      { restartPolicy: 'Never', initContainers: [sidecar('side')], containers: [{ name: 'app', ...server }] },
      { 'kctl.dev/app.run-for': '10s', 'kctl.dev/app.exit-code': '0' },
    );
    const phases: string[] = [];
    world.lister.subscribe('pods', ({ object: { status } }) => {
      const isDone = status.containerStatuses?.[0]?.state.terminated !== undefined;
      const isServed = status.initContainerStatuses?.[0]?.state.running !== undefined;
      if (isDone) phases.push(`${status.phase} ${isServed ? 'with' : 'without'} sidecar`);
    });
    await world.run(30);
    expect([...new Set(phases)]).toEqual(['Running with sidecar', 'Succeeded without sidecar']);
    expect(messages(world, 'Killing')).toEqual(['Stopping container side']);
  });

  test('its time is up: DeadlineExceeded is told', async () => {
    const world = await withPod({ activeDeadlineSeconds: 15, containers: [{ name: 'app', ...server }] });
    await world.run(20);
    const message = 'Pod was active on the node longer than the specified deadline';
    expect(world.get('pods', 'one')['status']).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded', message });
    expect(messages(world, 'DeadlineExceeded')).toEqual([message]);
    expect(messages(world, 'Killing')).toEqual(['Stopping container app']);
  });
});

describe('restarts', () => {
  test("a container's own policy goes before the pod's, and a rule before both", async () => {
    const world = await withPod(
      {
        restartPolicy: 'Never',
        containers: [
          { name: 'again', ...server, restartPolicy: 'OnFailure' },
          {
            name: 'ruled',
            ...server,
            restartPolicy: 'Never',
            restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
          },
          {
            name: 'other',
            ...server,
            restartPolicy: 'Never',
            restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
          },
          { name: 'plain', ...server },
        ],
      },
      { 'kctl.dev/exit-code': '1', 'kctl.dev/ruled.exit-code': '42', 'kctl.dev/other.exit-code': '43' },
    );
    await world.run(60);
    const restarts = Object.values(statuses(world)).map(({ name, restartCount }) => [name, restartCount > 0]);
    expect(Object.fromEntries(restarts)).toEqual({ again: true, ruled: true, other: false, plain: false });
  });

  test('memory beyond the limit: OOMKilled', async () => {
    const limited = (name: string) => ({
      name,
      image: name === 'calm' ? 'redis:7' : 'nginx:1.27',
      resources: { limits: { memory: '64Mi' } },
    });
    const world = await withPod({ containers: [limited('app'), limited('calm')] }, { 'kctl.dev/app.oom-after': '5s' });
    await world.run(12);
    const { app, calm } = statuses(world);
    expect(app.lastState.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
    expect(calm.restartCount).toBe(0);
    const busy = await withPod({ containers: [limited('app')] }, { 'kctl.dev/memory-usage': '65Mi' });
    await busy.run(15);
    expect(statuses(busy)['app'].lastState.terminated?.reason ?? statuses(busy)['app'].state.terminated?.reason).toBe(
      'OOMKilled',
    );
    const small = await withPod({ containers: [limited('app')] }, { 'kctl.dev/memory-usage': '63Mi' });
    await small.run(15);
    expect(statuses(small)['app'].restartCount).toBe(0);
  });

  test('two servers of one port in a pod: the second cannot bind it', async () => {
    const world = await withPod({
      containers: [
        { name: 'a', ...server },
        { name: 'b', ...server },
      ],
    });
    await world.run(60);
    const { a, b } = statuses(world);
    expect(a).toMatchObject({ ready: true, restartCount: 0 });
    expect(b.restartCount).toBeGreaterThan(0);
    expect(b.lastState.terminated.exitCode).toBe(1);
    expect(await log(world, { container: 'b', previous: true })).toContain(
      'bind() to 0.0.0.0:80 failed (98: Address already in use)',
    );
  });
});

describe('termination messages', () => {
  const once = (container: Record<string, unknown>, annotations = {}) =>
    withPod({ restartPolicy: 'Never', containers: [{ name: 'app', ...container }] }, annotations);
  const message = (world: World) => statuses(world)['app'].state.terminated.message;

  test('are what the container wrote into its file', async () => {
    const world = await once(sh('echo out of luck > /dev/termination-log; exit 1'));
    await world.run(10);
    expect(message(world)).toBe('out of luck\n');
    const other = await once({ ...sh('echo done > /tmp/why'), terminationMessagePath: '/tmp/why' });
    await other.run(10);
    expect(message(other)).toBe('done\n');
    const silent = await once(sh('echo only a log; exit 1'));
    await silent.run(10);
    expect(message(silent)).toBeUndefined();
  });

  test('fall back to the end of the log, but only on errors', async () => {
    const policy = { terminationMessagePolicy: 'FallbackToLogsOnError' };
    const failed = await once({ ...sh('seq 1 100; exit 1'), ...policy });
    await failed.run(10);
    expect(message(failed).split('\n')).toHaveLength(81);
    expect(message(failed)).toMatch(/^21\n22\n(\d+\n)*100\n$/);
    const well = await once({ ...sh('seq 1 100'), ...policy });
    await well.run(10);
    expect(message(well)).toBeUndefined();
    const simulated = await once(
      { ...server, ...policy },
      { 'kctl.dev/exit-code': '3', 'kctl.dev/last-words': 'no disk left' },
    );
    await simulated.run(10);
    expect(message(simulated)).toMatch(/no disk left\n$/);
  });
});

describe('hooks of containers that are run', () => {
  const main = (script: string, lifecycle: Record<string, unknown>, spec = {}) =>
    withPod({ ...spec, containers: [{ name: 'app', ...sh(script), lifecycle }] });
  const exec = (script: string) => ({ exec: { command: ['sh', '-c', script] } });
  const loop = "trap 'cat /tmp/*; exit 0' TERM; while true; do sleep 1; done";

  test('postStart does its work in the container', async () => {
    const world = await main('sleep 3; cat /tmp/hello; sleep 1000', { postStart: exec('echo hello > /tmp/hello') });
    await world.run(10);
    expect(await log(world)).toBe('hello\n');
    await world.plane.stop();
  });

  test('postStart that fails ends the container', async () => {
    const world = await main("trap 'exit 0' TERM; while true; do sleep 1; done", { postStart: exec('exit 3') });
    await world.run(10);
    expect(messages(world, 'FailedPostStartHook')[0]).toBe('PostStartHook failed');
    expect(messages(world, 'Killing')[0]).toBe('FailedPostStartHook');
    expect(statuses(world)['app'].restartCount).toBeGreaterThan(0);
    await world.plane.stop();
  });

  test('preStop comes before SIGTERM, and inside the grace', async () => {
    const world = await main(loop, { preStop: exec('sleep 4; echo bye > /tmp/bye') });
    await world.run(10);
    const ends = await endsOf(world);
    expect(ends['(gone)']!).toBeGreaterThan(3.9);
    expect(ends['(gone)']!).toBeLessThan(6.5);
    expect(messages(world, 'FailedPreStopHook')).toEqual([]);
    await world.plane.stop();
    const late = await main(loop, { preStop: exec('sleep 100') }, { terminationGracePeriodSeconds: 6 });
    await late.run(10);
    expect((await endsOf(late))['(gone)']).toBeCloseTo(6, 0);
    await late.plane.stop();
  });

  test('preStop that fails is told of, and the container stops all the same', async () => {
    const world = await main(loop, { preStop: exec('exit 1') });
    await world.run(10);
    expect((await endsOf(world))['(gone)']!).toBeLessThan(3);
    expect(messages(world, 'FailedPreStopHook')).toEqual(['PreStopHook failed']);
    await world.plane.stop();
  });
});

test('pull secrets that are not there are told of, and the pull is tried', async () => {
  const world = await withPod({ imagePullSecrets: [{ name: 'regcred' }], containers: [{ name: 'app', ...server }] });
  await world.run(20);
  expect(messages(world, 'FailedToRetrieveImagePullSecret')).toEqual([
    'Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
  ]);
  expect(statuses(world)['app'].ready).toBe(true);
});

describe('logs from a script', () => {
  test('are said as the script says, line by line', async () => {
    const world = await withPod(
      { containers: [{ name: 'app', ...server }] },
      { 'kctl.dev/log-script': 'starting\n+5s ready\n+500ms serving' },
    );
    await world.run(30);
    const lines = (await log(world, { timestamps: true })).trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/^\S+ /, ''))).toEqual(['starting', 'ready', 'serving']);
    const [first, second, third] = lines.map((line) => seconds(line.split(' ')[0]!));
    expect([second! - first!, third! - second!]).toEqual([5, 0.5]);
  });

  test('can come from a ConfigMap, go round, and be that of one container', async () => {
    const world = await withPod(
      {
        containers: [
          { name: 'app', ...server },
          { name: 'other', image: 'redis:7' },
        ],
      },
      { 'kctl.dev/app.log-script': 'configmap:story/log' },
    );
    await world.client.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'story', namespace: 'default' },
      data: { log: 'tick\n+2s tock\nrepeat\n' },
    });
    await world.run(3600);
    const all = (await log(world, { container: 'app' })).trimEnd().split('\n');
    expect(all.length).toBeGreaterThan(2300);
    expect(all.slice(0, 4)).toEqual(['tick', 'tock', 'tick', 'tock']);
    expect((await log(world, { container: 'app', tailLines: 3 })).trimEnd().split('\n')).toHaveLength(3);
    expect(await log(world, { container: 'other' })).toContain('Ready to accept connections');
  });
});
