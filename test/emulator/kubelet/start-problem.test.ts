import { expect, test } from 'vitest';
import { createWorld, pod, type World } from '../controllers/world.ts';

const status = (world: World) => world.get('pods', 'one')['status'];
const container = (world: World) => status(world).containerStatuses[0];
const words = (name: string, why: string) =>
  `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "${name}": ${why}`;

test.each([
  [
    'a program that is not in the image',
    { image: 'busybox:1.37', command: ['serve'] },
    words('serve', 'executable file not found in $PATH'),
  ],
  [
    'bash in an image of busybox',
    { image: 'alpine:3.20', command: ['/bin/bash', '-c', 'true'] },
    words('/bin/bash', 'stat /bin/bash: no such file or directory'),
  ],
  [
    'arguments where there is no entrypoint',
    { image: 'busybox:1.37', args: ['--verbose'] },
    words('--verbose', 'executable file not found in $PATH'),
  ],
])('%s cannot be started', async (_what, spec, message) => {
  const world = await createWorld();
  const seen: string[] = [];
  world.lister.subscribe('pods', ({ object }) => {
    const { state } = object['status'].containerStatuses?.[0] ?? {};
    if (state?.waiting && seen.at(-1) !== state.waiting.reason) seen.push(state.waiting.reason);
  });
  await world.client.create('pods', pod('one', { containers: [{ name: 'app', ...spec }] }));
  await world.run(12);
  expect(seen.slice(0, 2)).toEqual(['ContainerCreating', 'RunContainerError']);
  expect(seen).toContain('CrashLoopBackOff');
  expect(container(world)).toMatchObject({
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: {
      terminated: { exitCode: 128, reason: 'StartError', message, startedAt: '1970-01-01T00:00:00Z' },
    },
    ready: false,
    started: false,
  });
  const events = world.events('one');
  expect(events).toContain(`Failed: Error: ${message}`);
  expect(events).toContain('Created: Container created');
  expect(events.some((line) => line.startsWith('Started'))).toBe(false);
  await world.run(120);
  expect(container(world).restartCount).toBe(4);
});

test('with no restart it has failed', async () => {
  const world = await createWorld();
  const containers = [{ name: 'app', image: 'busybox:1.37', command: ['serve'] }];
  await world.client.create('pods', pod('one', { restartPolicy: 'Never', containers }));
  await world.run(12);
  expect(status(world)).toMatchObject({
    phase: 'Failed',
    containerStatuses: [{ state: { terminated: { exitCode: 128, reason: 'StartError' } }, lastState: {} }],
  });
});

test('annotations, and images that nobody knows so well, go before it', async () => {
  const world = await createWorld();
  const told = { 'kctl.dev/run-for': '1h' };
  await world.client.create(
    'pods',
    pod('one', { containers: [{ name: 'app', image: 'busybox:1.37', command: ['serve'] }] }, told),
  );
  await world.client.create(
    'pods',
    pod('two', { containers: [{ name: 'app', image: 'example.com/own:1', command: ['serve'] }] }),
  );
  await world.run(20);
  expect(world.pods().map((one) => one['status'].phase)).toEqual(['Running', 'Running']);
});
