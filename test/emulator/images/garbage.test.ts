import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, pod, type World } from '../controllers/world.ts';
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

const node = () => world.lister.list('nodes')[0]!;
const tags = (): string[] =>
  (node()['status'].images as { names: string[] }[])
    .flatMap(({ names }) => names)
    .filter((name) => name.startsWith(`${NAME}:`))
    .map((name) => name.slice(NAME.length + 1))
    .sort();
const nodeEvents = () => world.events(node().metadata.name!).filter((one) => /Failed/.test(one));

/** Pushes that version and lives until a pod with it runs. @returns bytes of its own layer, and of both */
async function use(version: string): Promise<{ own: number; all: number }> {
  const { layers } = await registry.push(await application(version), 'shop/web', version);
  await world.client.create('pods', pod(version, { containers: [{ name: 'app', image: `${NAME}:${version}` }] }));
  await world.run(20);
  return { own: layers[1]!.length, all: layers[0]!.length + layers[1]!.length };
}

const forget = async (version: string) => {
  await world.client.delete('pods', 'default', version, { gracePeriodSeconds: 0 });
  await world.run(5);
};

const disk = (bytes: number) =>
  world.client.updateStatus('nodes', {
    ...node(),
    status: { ...node()['status'], capacity: { ...node()['status'].capacity, 'ephemeral-storage': String(bytes) } },
  });

test('images that nobody uses go when the disk is full, the least recently used first, and are pulled anew', async () => {
  const a = await use('a');
  await use('b');
  await use('c');
  await forget('b');
  await forget('a');
  await world.run(300);
  // Nothing is short of room.
  expect(tags()).toEqual(['a', 'b', 'c']);
  const here = (node()['status'].images as { sizeBytes: number }[]).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  // Full with one more, though not so full that pods have to go, and one of those that go makes room enough.
  await disk(Math.ceil((here - 2 * (a.all - a.own) + a.own) / 0.845));
  await use('d');
  expect(tags()).toEqual(['a', 'b', 'c', 'd']);
  await world.run(320);
  // One was enough.
  expect(tags()).toEqual(['a', 'c', 'd']);
  await world.client.create('pods', pod('again', { containers: [{ name: 'app', image: `${NAME}:b` }] }));
  await world.run(10);
  const { pulls } = world.plane.nodeApi.pulls(node().metadata.name!);
  expect(pulls.at(-1)!.layers.map(({ state }) => state)).toEqual(['cached', 'pulled']);
});

test('what is in use or has just come stays, and the kubelet tells that it found too little', async () => {
  const { own } = await use('a');
  const here = (node()['status'].images as { sizeBytes: number }[]).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  await disk(Math.ceil((here + own) / 0.845));
  await use('b');
  await world.run(310);
  expect(tags()).toEqual(['a', 'b']);
  expect(nodeEvents()).toEqual([
    expect.stringMatching(
      /^FreeDiskSpaceFailed: Failed to garbage collect required amount of images\. Attempted to free \d+ bytes, but only found 0 bytes eligible to free\.$/,
    ),
  ]);
  await world.run(310);
  expect(nodeEvents().some((one) => one.startsWith('ImageGCFailed: Failed to garbage collect'))).toBe(true);
  await disk(here * 10);
  const before = nodeEvents().length;
  await world.run(900);
  expect(nodeEvents()).toHaveLength(before);
});
