import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { onePassword } from '../../../src/oci/server/passwords.ts';
import { createWorld, pod, type World } from '../controllers/world.ts';
import { application, HOST, type OwnRegistry, ownRegistry } from './own-registry.ts';

const NAME = `${HOST}/shop/data`;
let registry: OwnRegistry;
let world: World;
beforeEach(async () => {
  registry = ownRegistry();
  world = await createWorld({ nodes: 1, registry });
});
afterEach(async () => {
  await world.plane.stop();
  registry.close();
});

const containerOf = (name: string) => world.get('pods', name)['status'].containerStatuses[0];
const mounting = (reference: string, more: object = {}, spec: object = {}) => ({
  containers: [
    {
      name: 'app',
      image: 'busybox:1.37',
      command: ['sleep', '1d'],
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
    },
  ],
  volumes: [{ name: 'data', image: { reference, ...more } }],
  ...spec,
});
const imagesOf = (): string[] =>
  (world.lister.list('nodes')[0]!['status'].images as { names: string[] }[]).flatMap(({ names }) => names);

test('an image that is mounted is pulled before the container, and cannot be written to', async () => {
  await registry.push(await application('one'), 'shop/data', '1');
  await world.client.create('pods', pod('a', mounting(`${NAME}:1`)));
  await world.run(20);
  expect(containerOf('a').ready).toBe(true);
  expect(imagesOf()).toContain(`${NAME}:1`);
  expect(world.events('a').filter((one) => one.startsWith('Pulling'))).toEqual([
    `Pulling: Pulling image "${NAME}:1"`,
    'Pulling: Pulling image "busybox:1.37"',
  ]);
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said = text(stderr);
  const { code } = await world.plane.nodeApi.exec(
    'default',
    'a',
    { command: ['touch', '/data/x'], stdout: true, stderr: true },
    { stdout, stderr },
    new AbortController().signal,
  );
  stderr.end();
  expect([code, await said]).toEqual([1, expect.stringContaining('Read-only file system')]);
});

test('one that cannot be pulled holds its container back until it is pushed', async () => {
  await world.client.create('pods', pod('a', mounting(`${NAME}:1`)));
  await world.run(10);
  expect(containerOf('a').state.waiting.reason).toBe('ImagePullBackOff');
  expect(containerOf('a').state.waiting.message).toContain(
    `Back-off pulling image "${NAME}:1": ErrImagePull: rpc error`,
  );
  await registry.push(await application('one'), 'shop/data', '1');
  await world.run(30);
  expect(containerOf('a').ready).toBe(true);
});

test('its policy and the secrets of the pod hold for it', async () => {
  await registry.push(await application('one'), 'shop/data', '1');
  registry.guard(onePassword('ann', 'secret'));
  await world.client.create('pods', pod('never', mounting(`${NAME}:1`, { pullPolicy: 'Never' })));
  await world.client.create('pods', pod('stranger', mounting(`${NAME}:1`)));
  const auth = { auths: { [HOST]: { username: 'ann', password: 'secret' } } };
  await world.client.create('secrets', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'pull', namespace: 'default' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify(auth)).toString('base64') },
  });
  const known = mounting(`${NAME}:1`, {}, { imagePullSecrets: [{ name: 'pull' }] });
  await world.client.create('pods', pod('known', known));
  await world.run(20);
  expect(containerOf('never').state.waiting.reason).toBe('ErrImageNeverPull');
  expect(containerOf('stranger').state.waiting.message).toContain('401 Unauthorized');
  expect(containerOf('known').ready).toBe(true);
});

test('what is mounted stays on a node whose disk is full, and goes with its pod', async () => {
  await registry.push(await application('one'), 'shop/data', '1');
  await world.client.create('pods', pod('a', mounting(`${NAME}:1`)));
  await world.run(150);
  const node = world.lister.list('nodes')[0]!;
  const capacity = { ...node['status'].capacity, 'ephemeral-storage': '1G' };
  await world.client.updateStatus('nodes', { ...node, status: { ...node['status'], capacity } });
  const full = pod('writer', { priorityClassName: 'system-node-critical' }, { 'kctl.dev/disk-usage': '2G' });
  await world.client.delete('pods', 'default', 'a', { gracePeriodSeconds: 0 });
  await world.client.create('pods', pod('b', mounting(`${NAME}:1`, {}, { priorityClassName: 'system-node-critical' })));
  await world.run(20);
  await world.client.create('pods', { ...full, metadata: { ...full.metadata, namespace: 'kube-system' } });
  await world.run(40);
  expect(imagesOf()).toContain(`${NAME}:1`);
  await world.client.delete('pods', 'default', 'b', { gracePeriodSeconds: 0 });
  await world.run(40);
  expect(imagesOf()).not.toContain(`${NAME}:1`);
});
