import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
// What the first exec and the first terminal load.
import '../../../../src/emulator/kubelet/exec/index.ts';
import '../../../../src/emulator/kubelet/exec/terminal/interactive.ts';
import type { World } from '../../controllers/world.ts';
import { worldWithPod } from './pod-world.ts';
import { settle } from './room.ts';

async function podWith(container: Record<string, unknown>, spec: Record<string, unknown> = {}): Promise<World> {
  const world = await worldWithPod(container, spec);
  await world.run(30);
  expect(world.get('pods', 'p')['status'].phase).toBe('Running');
  return world;
}

function client() {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  let seen = '';
  streams.stdout.on('data', (chunk) => {
    seen += chunk;
  });
  streams.stderr.resume();
  return { streams, seen: () => seen };
}

const state = (world: World) => world.get('pods', 'p')['status'].containerStatuses[0];
const never = new AbortController().signal;

test('a shell as main process is that shell for whoever attaches; leaving does not end it, exit does', async () => {
  const world = await podWith({ stdin: true, tty: true }, { restartPolicy: 'Never' });
  const { nodeApi } = world.plane;
  const leaving = new AbortController();
  const first = client();
  const gone = nodeApi.attach('default', 'p', { stdin: true, stdout: true, tty: true }, first.streams, leaving.signal);
  await settle(60);
  expect(first.seen()).toBe('/ # ');
  first.streams.stdin.write('x=kept; echo $$\r');
  await settle(60);
  leaving.abort();
  await gone;
  expect(state(world).state.running).toBeDefined();
  const second = client();
  const end = nodeApi.attach('default', 'p', { stdin: true, stdout: true, tty: true }, second.streams, never);
  await settle(60);
  second.streams.stdin.write('echo $x; exit 3\r');
  expect(await end).toEqual({ code: 0 });
  expect(second.seen()).toContain('kept\r\n');
  await world.run(1);
  expect(state(world).state.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
  expect(world.errors).toEqual([]);
  await world.plane.stop();
});

test('with stdinOnce the input ends with the first client, and with it what reads it', async () => {
  const world = await podWith({ command: ['cat'], stdin: true, stdinOnce: true }, { restartPolicy: 'Never' });
  const one = client();
  const end = world.plane.nodeApi.attach(
    'default',
    'p',
    { stdin: true, stdout: true, stderr: true },
    one.streams,
    never,
  );
  await settle(60);
  one.streams.stdin.end('line\n');
  await end;
  expect(one.seen()).toBe('line\n');
  await world.run(1);
  expect(state(world).state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
  await world.plane.stop();
});

test('a container that restarts has a new file system', async () => {
  const world = await podWith({ stdin: true });
  const { nodeApi } = world.plane;
  const run = async (...command: string[]) => {
    const one = client();
    one.streams.stdin.end();
    const { code } = await nodeApi.exec('default', 'p', { command, stdout: true, stderr: true }, one.streams, never);
    return `${code} ${one.seen()}`;
  };
  expect(await run('sh', '-c', 'echo here >/tmp/f; cat /tmp/f')).toBe('0 here\n');
  expect(await run('cat', '/tmp/f')).toBe('0 here\n');
  const one = client();
  const end = nodeApi.attach('default', 'p', { stdin: true, stdout: true }, one.streams, never);
  await settle(60);
  one.streams.stdin.write('exit 1\n');
  await end;
  await world.run(20);
  expect(state(world).restartCount).toBe(1);
  expect(await run('cat', '/tmp/f')).toBe('1 ');
  await world.plane.stop();
});

test('what only writes is heard from now on', async () => {
  const world = await podWith({ image: 'nginx:1.27' });
  const one = client();
  const leaving = new AbortController();
  const end = world.plane.nodeApi.attach('default', 'p', { stdout: true, stderr: true }, one.streams, leaving.signal);
  await settle(60);
  expect(one.seen()).toBe('');
  for (let step = 0; step < 20; step++) {
    await world.run(1);
    await settle(10);
  }
  expect(one.seen()).toMatch(/"GET \S+ HTTP\/1.1" \d{3} .*\n/);
  leaving.abort();
  expect(await end).toEqual({ code: 0 });
  await world.plane.stop();
});

test('who asks for what is not there is told in the words of the kubelet', async () => {
  const world = await podWith({ stdin: true });
  const { nodeApi } = world.plane;
  const ask = (pod: string, container: string | undefined, command: string[]) =>
    nodeApi.exec('default', pod, { ...(container ? { container } : {}), command }, {}, never);
  await expect(ask('nope', undefined, ['ls'])).rejects.toThrow('pods "nope" not found');
  await expect(ask('p', 'other', ['ls'])).rejects.toThrow('container other is not valid for pod p');
  await expect(ask('p', undefined, [])).rejects.toThrow('you must specify at least one command for the container');
  await world.client.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'late', namespace: 'default' },
    spec: { automountServiceAccountToken: false, containers: [{ name: 'main', image: 'nope.invalid/x' }] },
  } as never);
  await world.run(20);
  await expect(ask('late', undefined, ['ls'])).rejects.toThrow('container not found ("main")');
  await world.plane.stop();
});
