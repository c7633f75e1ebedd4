import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClusterImages } from '../../../src/emulator/images/cluster-images.ts';
import { onePassword } from '../../../src/oci/server/passwords.ts';
import { createWorld, deployment, pod, type World } from '../controllers/world.ts';
import { application, HOST, type OwnRegistry, ownRegistry } from './own-registry.ts';

const NAME = `${HOST}/shop/web`;
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
const only = (image: string, more: object = {}, spec: object = {}) => ({
  containers: [{ name: 'app', image, ...more }],
  ...spec,
});
const node = () => world.lister.list('nodes')[0]!;
const imagesOf = (): { names: string[]; sizeBytes: number }[] => node()['status'].images ?? [];
/** `web-1: cached, pulled` of the pulls of the shop's images. */
const moved = () =>
  world.plane.nodeApi
    .pulls(node().metadata.name!)
    .pulls.filter(({ image }) => image.includes('shop'))
    .map(({ image, layers }) => `${image.replace(HOST, '')}: ${layers.map(({ state }) => state).join(', ')}`);

test('a pushed image is pulled with its own digest and layers, a new tag with what differs alone', async () => {
  const v1 = await registry.push(await application('one'), 'shop/web', '1', 'live');
  const v2 = await registry.push(await application('two'), 'shop/web', '2');
  await world.client.create('pods', pod('a', only(`${NAME}:1`)));
  await world.run(20);
  expect(containerOf('a')).toMatchObject({ imageID: `${NAME}@${v1.target.digest}`, image: `${NAME}:1`, ready: true });
  const bytes = v1.layers.reduce((sum, { length }) => sum + length, 0);
  expect(world.events('a').find((one) => one.startsWith('Pulled'))).toMatch(
    new RegExp(
      `^Pulled: Successfully pulled image "${NAME}:1" in \\S+ \\(\\S+ including waiting\\). Image size: ${bytes} bytes.$`,
    ),
  );
  expect(imagesOf()).toContainEqual({ names: [`${NAME}@${v1.target.digest}`, `${NAME}:1`], sizeBytes: bytes });
  await world.client.create('pods', pod('b', only(`${NAME}:2`)));
  await world.run(20);
  expect(containerOf('b').imageID).toBe(`${NAME}@${v2.target.digest}`);
  expect(moved()).toEqual(['/shop/web:1: pulled, pulled', '/shop/web:2: cached, pulled']);
  // Another name of what is there needs nothing but a look.
  await world.client.create('pods', pod('c', only(`${NAME}:live`)));
  await world.run(20);
  expect(moved()[2]).toBe('/shop/web:live: cached, cached');
  expect(imagesOf().map(({ names }) => names)).toContainEqual([
    `${NAME}@${v1.target.digest}`,
    `${NAME}:1`,
    `${NAME}:live`,
  ]);
});

test('a tag that moves: who has it keeps it, Always brings the new one, and the old one stays without a name', async () => {
  const v1 = await registry.push(await application('one'), 'shop/web', '1');
  await world.client.create('pods', pod('a', only(`${NAME}:1`)));
  await world.run(20);
  const v2 = await registry.push(await application('two'), 'shop/web', '1');
  await world.client.create('pods', pod('b', only(`${NAME}:1`)));
  await world.run(20);
  expect(containerOf('b').imageID).toBe(`${NAME}@${v1.target.digest}`);
  expect(world.events('b')).toContain(
    `Pulled: Container image "${NAME}:1" already present on machine and can be accessed by the pod`,
  );
  await world.client.create('pods', pod('c', only(`${NAME}:1`, { imagePullPolicy: 'Always' })));
  await world.run(20);
  expect(containerOf('c').imageID).toBe(`${NAME}@${v2.target.digest}`);
  expect(moved().at(-1)).toBe('/shop/web:1: cached, pulled');
  expect(
    imagesOf()
      .map(({ names }) => names)
      .filter(([name]) => name!.includes('shop')),
  ).toEqual(expect.arrayContaining([[`${NAME}@${v1.target.digest}`], [`${NAME}@${v2.target.digest}`, `${NAME}:1`]]));
  await world.client.create('pods', pod('d', only(`${NAME}@${v1.target.digest}`)));
  await world.run(20);
  expect(world.events('d').find((one) => one.startsWith('Pulled'))).toContain('already present on machine');
});

describe('a tag that is not there', () => {
  test('fails with the words of containerd, and heals with the next try after the push', async () => {
    await registry.push(await application('one'), 'shop/web', '1');
    await world.client.create('deployments.apps', deployment('web', { replicas: 1 }, { image: `${NAME}:2` }));
    await world.run(4);
    const name = world.pods()[0]!.metadata.name!;
    const cause = `rpc error: code = NotFound desc = failed to pull and unpack image "${NAME}:2": failed to resolve reference "${NAME}:2": ${NAME}:2: not found`;
    expect(world.events(name)).toContain(`Failed: Failed to pull image "${NAME}:2": ${cause}`);
    expect(world.events(name)).toContain('Failed: Error: ErrImagePull');
    await world.run(4);
    expect(containerOf(name).state.waiting).toEqual({
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "${NAME}:2": ErrImagePull: ${cause}`,
    });
    await registry.push(await application('two'), 'shop/web', '2');
    await world.run(15);
    expect(containerOf(name)).toMatchObject({ ready: true, restartCount: 0 });
  });

  test('under a plain name: only names that nobody has built or pushed are simulated', async () => {
    await registry.push(await application('one'), 'shop/web', '1');
    for (const [name, image] of [
      ['pushed', 'shop/web:1'],
      ['missing', 'shop/web:7'],
      ['other', 'shop/api:7'],
    ] as const)
      await world.client.create('pods', pod(name, only(image)));
    await world.run(20);
    expect(containerOf('pushed')).toMatchObject({ ready: true, image: 'docker.io/shop/web:1' });
    expect(containerOf('missing').state.waiting.reason).toBe('ImagePullBackOff');
    expect(containerOf('other').ready).toBe(true);
    const built = await application('seven');
    await using lease = registry.store.lease('build');
    for (const content of [...built.layers, built.config, built.manifest]) await lease.put(content);
    await registry.store.images.set(built.target, ['docker.io/shop/web:7']);
    await world.run(35);
    expect(containerOf('missing').imageID).toBe(`docker.io/shop/web@${built.target.digest}`);
    // Built again, its name means another; by its digest it is there all the same.
    const again = await application('again');
    for (const content of [...again.layers, again.config, again.manifest]) await lease.put(content);
    await registry.store.images.set(again.target, ['docker.io/shop/web:7']);
    const images = new ClusterImages(() => registry);
    expect(images.facts('shop/web:7')?.digest).toBe(again.target.digest);
    expect(images.facts(`shop/web@${built.target.digest}`)?.layers).toHaveLength(2);
    expect(images.facts(`shop/api@${again.target.digest}`)?.simulated).toBe(true);
  });

  test('Never waits for somebody else to bring it', async () => {
    await registry.push(await application('one'), 'shop/web', '1');
    await world.client.create('pods', pod('a', only(`${NAME}:1`, { imagePullPolicy: 'Never' })));
    await world.run(5);
    expect(containerOf('a').state.waiting).toEqual({
      reason: 'ErrImageNeverPull',
      message: `Container image "${NAME}:1" is not present with pull policy of Never`,
    });
    await world.client.create('pods', pod('b', only(`${NAME}:1`)));
    await world.run(70);
    expect(containerOf('a').ready).toBe(true);
  });
});

describe('a registry that asks who one is', () => {
  const secret = (name: string, password: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'default' },
    type: 'kubernetes.io/dockerconfigjson',
    data: {
      '.dockerconfigjson': Buffer.from(JSON.stringify({ auths: { [HOST]: { username: 'kctl', password } } })).toString(
        'base64',
      ),
    },
  });
  const refused = (kind: string) =>
    `failed to pull and unpack image "${NAME}:1": failed to resolve reference "${NAME}:1": failed to authorize: failed to fetch ${kind} token: unexpected status from GET request to http://${HOST}/v2/token?scope=repository%3Ashop%2Fweb%3Apull&service=kctl: 401 Unauthorized`;

  test('lets in who has a pull secret, and nobody else: also where the image is on the node', async () => {
    registry.guard(onePassword('kctl', 'right'));
    await registry.push(await application('one'), 'shop/web', '1');
    await world.client.create('secrets', secret('good', 'right'));
    await world.client.create('secrets', secret('bad', 'wrong'));
    await world.client.create('pods', pod('none', only(`${NAME}:1`)));
    await world.client.create('pods', pod('bad', only(`${NAME}:1`, {}, { imagePullSecrets: [{ name: 'bad' }] })));
    await world.run(4);
    expect(world.events('none')).toContain(`Failed: Failed to pull image "${NAME}:1": ${refused('anonymous')}`);
    expect(world.events('bad')).toContain(`Failed: Failed to pull image "${NAME}:1": ${refused('oauth')}`);
    await world.client.create('pods', pod('good', only(`${NAME}:1`, {}, { imagePullSecrets: [{ name: 'good' }] })));
    await world.run(20);
    expect(containerOf('good').ready).toBe(true);
    expect(containerOf('none').state.waiting.reason).toBe('ImagePullBackOff');
    registry.guard(undefined);
    await world.run(45);
    expect(containerOf('none').ready).toBe(true);
  });
});

test('who must not run as root is held to the user of the image', async () => {
  for (const [tag, User] of [
    ['number', '1000:1000'],
    ['name', 'app'],
    ['root', '0'],
  ] as const)
    await registry.push(await application(tag, { User }), 'shop/web', tag);
  const spec = { securityContext: { runAsNonRoot: true } };
  for (const tag of ['number', 'name', 'root']) {
    await world.client.create('pods', pod(tag, only(`${NAME}:${tag}`, {}, spec)));
  }
  await world.run(20);
  expect(containerOf('number').ready).toBe(true);
  expect(containerOf('name').state.waiting.message).toMatch(
    /^container has runAsNonRoot and image has non-numeric user \(app\), cannot verify user is non-root \(pod: "name_default\(/,
  );
  expect(containerOf('root').state.waiting.message).toMatch(/^container has runAsNonRoot and image will run as root/);
});

test('a container has what the config of its image says', async () => {
  const config = {
    ...{ User: '1000:50', WorkingDir: '/srv', Env: ['GREETING=hello=you', 'EMPTY'] },
    ...{ Entrypoint: ['/app/main'], Cmd: ['--serve'], ExposedPorts: { '8080/tcp': {} } },
  };
  await registry.push(await application('one', config), 'shop/web', '1');
  await world.client.create('pods', pod('own', only(`${NAME}:1`)));
  await world.client.create('pods', pod('args', only(`${NAME}:1`, { args: ['--check'] })));
  await world.run(20);
  const said = async (name: string, ...command: string[]) => {
    const stdout = new PassThrough();
    const text = buffer(stdout);
    await world.plane.nodeApi.exec(
      'default',
      name,
      { command, stdout: true },
      { stdout },
      new AbortController().signal,
    );
    return (await text).toString();
  };
  expect(await said('own', 'env')).toMatch(/^GREETING=hello=you\nEMPTY=$/m);
  expect(await said('own', 'id')).toMatch(/^uid=1000\S* gid=50/);
  expect(await said('own', 'pwd')).toBe('/srv\n');
  expect(await said('own', 'ps')).toContain('/app/main --serve');
  expect(await said('args', 'ps')).toContain('/app/main --check');
  (await world.plane.nodeApi.connect('default', 'own', 8080)).destroy();
  await expect(world.plane.nodeApi.connect('default', 'own', 9090)).rejects.toThrow('connection refused');
});

test('the scheduler prefers the node that has a large image, by the name under which it is listed', async () => {
  const wide = await createWorld({ nodes: 4 });
  const image = 'docker.io/library/postgres:16';
  await wide.client.create('pods', pod('first', only(image, {}, { nodeName: 'kctl-worker-3' })));
  await wide.run(60);
  await wide.client.delete('pods', 'default', 'first', { gracePeriodSeconds: 0 });
  await wide.run(5);
  await wide.client.create('pods', pod('named', only(image)));
  await wide.run(1);
  expect(wide.get('pods', 'named')['spec'].nodeName).toBe('kctl-worker-3');
  await wide.client.delete('pods', 'default', 'named', { gracePeriodSeconds: 0 });
  await wide.run(5);
  // Names are compared as they are written: for this one it makes no difference who has it.
  const chosen = new Set<string>();
  for (let turn = 0; turn < 12; turn++) {
    await wide.client.create('pods', pod(`short-${turn}`, only('postgres:16')));
    await wide.run(1);
    chosen.add(wide.get('pods', `short-${turn}`)['spec'].nodeName);
    await wide.client.delete('pods', 'default', `short-${turn}`, { gracePeriodSeconds: 0 });
    await wide.run(1);
  }
  expect(chosen.size).toBeGreaterThan(1);
  await wide.plane.stop();
});
