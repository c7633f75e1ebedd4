import { expect, test } from 'vitest';
import '../../../../src/emulator/kubelet/exec/index.ts';
import { createWorld, START, type World } from '../../controllers/world.ts';
import { worldWithPod } from './pod-world.ts';

/** Of a pod that is run once. */
const worldWith = (
  container: Record<string, unknown>,
  spec: Record<string, unknown> = {},
  annotations: Record<string, string> = {},
): Promise<World> => worldWithPod(container, { restartPolicy: 'Never', ...spec }, annotations);

const never = new AbortController().signal;
const sh = (script: string) => ({ command: ['sh', '-c', script] });
const status = (world: World) => world.get('pods', 'p')['status'].containerStatuses[0];

async function log(world: World, options: Record<string, unknown> = {}): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await world.plane.nodeApi.logs('default', 'p', options, never)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('a script of a container runs: its output is the log, its status the exit code', async () => {
  const world = await worldWith(sh('echo one; echo two >&2; sleep 3; printf end; exit 7'));
  await world.run(30);
  expect(await log(world)).toBe('one\ntwo\nend');
  const { terminated } = status(world).state;
  expect(terminated).toMatchObject({ exitCode: 7, reason: 'Error' });
  expect(Date.parse(terminated.finishedAt) - Date.parse(terminated.startedAt)).toBeOneOf([3000, 4000]);
  expect(world.get('pods', 'p')['status'].phase).toBe('Failed');
  await world.plane.stop();
});

test('the times of a log are those of the script, however the clock jumps, and the same in every run', async () => {
  const once = async (seconds: readonly number[]) => {
    const world = await worldWith(sh('while true; do date +%T; sleep 5; done'));
    for (const one of seconds) await world.run(one);
    const text = await log(world, { timestamps: true });
    await world.plane.stop();
    return text;
  };
  const whole = await once([62]);
  const lines = whole.trimEnd().split('\n');
  expect(lines.length).toBeOneOf([12, 13]);
  for (const line of lines) expect(line).toMatch(/T(\S{8})\.\d+Z \1$/);
  const times = lines.map((line) => Date.parse(line.split(' ')[0]!));
  expect(times.slice(1).map((at, index) => at - times[index]!)).toEqual(Array(times.length - 1).fill(5000));
  expect(await once([20, 1, 41])).toBe(whole);
  expect(times[0]!).toBeGreaterThan(START);
});

test('followers, tails and what was since', async () => {
  const world = await worldWith(sh('for i in 1 2 3 4 5 6; do echo $i; sleep 2; done'));
  await world.run(10);
  const seen: string[] = [];
  const follow = (async () => {
    for await (const chunk of await world.plane.nodeApi.logs('default', 'p', { follow: true, tailLines: 1 }, never))
      seen.push(Buffer.from(chunk).toString());
  })();
  await world.run(20);
  await follow;
  expect(seen.join('')).toMatch(/^[3-5]\n(.*\n)*6\n$/);
  expect(await log(world, { tailLines: 2 })).toBe('5\n6\n');
  expect(await log(world, { limitBytes: 3 })).toBe('1\n2');
  await world.plane.stop();
});

test('a crash loop of a script has a log for each run', async () => {
  const world = await worldWith(sh('echo run; exit 1'), { restartPolicy: 'Always' });
  await world.run(60);
  expect(status(world).restartCount).toBeGreaterThanOrEqual(2);
  expect(await log(world)).toBe('run\n');
  expect(await log(world, { previous: true })).toBe('run\n');
  expect(status(world).state.waiting.reason).toBe('CrashLoopBackOff');
  await world.plane.stop();
});

test('annotations win, and what is beyond the shell is simulated as before', async () => {
  const told = await worldWith(sh('echo never'), {}, { 'kctl.dev/run-for': '20s', 'kctl.dev/exit-code': '4' });
  await told.run(60);
  expect(status(told).state.terminated.exitCode).toBe(4);
  expect(await log(told)).not.toContain('never');
  await told.plane.stop();
  const beyond = await worldWith({ image: 'node:22', command: ['sh', '-c', 'echo start; node server.js'] });
  await beyond.run(60);
  expect(status(beyond).state.running).toBeDefined();
  await beyond.plane.stop();
});

test('a nap has nothing to say', async () => {
  const world = await worldWith(sh('sleep 3600'));
  await world.run(60);
  expect(status(world).state.running).toBeDefined();
  expect(await log(world)).toBe('');
  await world.plane.stop();
});

test('a script that catches SIGTERM ends at once, one that does not when the grace is over', async () => {
  const seconds = async (script: string) => {
    const world = await worldWith(sh(script));
    await world.run(20);
    await world.client.delete('pods', 'default', 'p', { gracePeriodSeconds: 30 });
    const from = world.clock.now();
    let took = -1;
    world.lister.subscribe('pods', ({ type }) => {
      if (type === 'DELETED') took = (world.clock.now() - from) / 1000;
    });
    await world.run(60);
    await world.plane.stop();
    return took;
  };
  expect(await seconds('trap "exit 0" TERM; while :; do sleep 1; date; done')).toBeLessThan(2.5);
  expect(await seconds('while :; do sleep 1; date; done')).toBeCloseTo(30, 0);
});

test('exec joins the processes of a script', async () => {
  const world = await worldWith(sh('echo 1 >/tmp/made; while :; do sleep 10; date; done'));
  await world.run(20);
  const { PassThrough } = await import('node:stream');
  const stdout = new PassThrough();
  let seen = '';
  stdout.on('data', (chunk) => {
    seen += chunk;
  });
  const command = ['sh', '-c', 'cat /tmp/made; ps | grep -c "[w]hile"; kill -9 1; echo alive'];
  await world.plane.nodeApi.exec('default', 'p', { command, stdout: true }, { stdout }, never);
  expect(seen).toMatch(/^1\n1\nalive\n$/);
  await world.run(5);
  expect(status(world).state.running).toBeDefined();
  await world.plane.stop();
});

test('init containers run their scripts one after the other into a shared volume', async () => {
  const mount = { volumeMounts: [{ name: 'shared', mountPath: '/shared' }] };
  const world = await worldWith(
    { ...sh('cat /shared/order; echo done'), ...mount },
    {
      volumes: [{ name: 'shared', emptyDir: {} }],
      initContainers: ['a', 'b'].map((name) => ({
        name,
        image: 'busybox:1.36',
        ...sh(`echo ${name} >>/shared/order; sleep 1`),
        ...mount,
      })),
    },
  );
  await world.run(60);
  expect(await log(world, { container: 'main' })).toBe('a\nb\ndone\n');
  expect(world.get('pods', 'p')['status'].phase).toBe('Succeeded');
  expect(world.errors).toEqual([]);
  await world.plane.stop();
});

test('environment and single mounted files stay as they were at the start', async () => {
  const world = await createWorld();
  const create = (resource: string, object: unknown) => world.client.create(resource, object as never);
  const meta = (name: string) => ({ name, namespace: 'default' });
  await create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('default') }).catch(
    () => {},
  );
  await create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('c'), data: { key: 'old' } });
  const container = {
    name: 'main',
    image: 'nginx:1.27',
    env: [{ name: 'KEY', valueFrom: { configMapKeyRef: { name: 'c', key: 'key' } } }],
    volumeMounts: [
      { name: 'c', mountPath: '/single', subPath: 'key' },
      { name: 'c', mountPath: '/living' },
    ],
  };
  const spec = {
    automountServiceAccountToken: false,
    containers: [container],
    volumes: [{ name: 'c', configMap: { name: 'c' } }],
  };
  await create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: meta('p'), spec });
  await world.run(30);
  await world.edit('configmaps', 'c', (object) => {
    object['data'] = { key: 'new' };
  });
  await create('services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta('later'),
    spec: { ports: [{ port: 80 }] },
  });
  const { PassThrough } = await import('node:stream');
  const stdout = new PassThrough();
  let seen = '';
  stdout.on('data', (chunk) => {
    seen += chunk;
  });
  const command = ['sh', '-c', 'echo $KEY $(cat /single) $(cat /living/key) [$LATER_SERVICE_HOST]'];
  await world.plane.nodeApi.exec('default', 'p', { command, stdout: true }, { stdout }, never);
  expect(seen).toBe('old old new []\n');
  await world.plane.stop();
});
