import { describe, expect, test } from 'vitest';
import type { ImageFacts } from '../../../src/api/image-facts.ts';
import { NodeImages } from '../../../src/emulator/kubelet/node-images.ts';
import { restoreImages } from '../../../src/emulator/kubelet/restore-images.ts';
import { simulatedImage } from '../../../src/oci/simulated-images.ts';

test('pods that want one image at once do not each download it', () => {
  const images = new NodeImages();
  const facts = simulatedImage('nginx:1.27')!;
  const first = images.pull(facts, 0);
  const others = Array.from({ length: 40 }, () => images.pull(facts, 0));
  expect(first.durationMs).toBeGreaterThan(1000);
  for (const pull of others) expect(pull.durationMs).toBeLessThan(400);
  // One after the other, as a node pulls.
  expect(others[0]!.endsAt).toBe(first.endsAt + others[0]!.durationMs);
});

const layer = (name: string, sizeBytes: number) => ({ digest: `sha256:${name}`, sizeBytes, instruction: '' });
const image = (reference: string, ...layers: ReturnType<typeof layer>[]): ImageFacts => ({
  reference,
  digest: `sha256:${reference}`,
  sizeBytes: layers.reduce((sum, one) => sum + one.sizeBytes, 0),
  simulated: true,
  layers,
});
const by = (pod: string) => ({ namespace: 'shop', pod, podUid: `uid-${pod}`, container: 'web', image: 'web' });
const MB = 1_000_000;

describe('layers of a pull', () => {
  const base = layer('base', 4 * MB);
  const v1 = image('web:1', base, layer('a', 2 * MB), layer('b', MB), layer('c', MB));
  const rate = { bytesPerSecond: MB };
  const states = (images: NodeImages, now: number) =>
    images
      .pulls(now)
      .map(({ pod, layers }) => `${pod}: ${layers.map((one) => `${one.state} ${one.doneBytes}`).join(', ')}`);

  test('three are fetched at a time, and share what the node receives', () => {
    const images = new NodeImages();
    const pull = images.pull(v1, 0, { ...rate, by: by('one') });
    const first = pull.firstByteAt;
    expect(pull.endsAt - first).toBeCloseTo(8000, -1);
    expect(states(images, first - 1)).toEqual(['one: waiting 0, waiting 0, waiting 0, waiting 0']);
    // A third of the bandwidth each; when b has its one megabyte, c takes its place.
    expect(states(images, first + 1500)).toEqual(['one: pulling 500000, pulling 500000, pulling 500000, waiting 0']);
    expect(states(images, first + 4500)).toEqual([
      'one: pulling 1500000, pulling 1500000, pulled 1000000, pulling 500000',
    ]);
    expect(states(images, first + 8001)).toEqual([
      'one: pulled 4000000, pulled 2000000, pulled 1000000, pulled 1000000',
    ]);
  });
  test('what another image brought is not fetched again, and what a pull before brings is waited for', () => {
    const images = new NodeImages();
    const v2 = image('web:2', base, layer('d', MB));
    const one = images.pull(v1, 0, { ...rate, by: by('one') });
    const two = images.pull(v2, 10, { ...rate, by: by('two') });
    expect(two.startsAt).toBe(one.endsAt);
    expect(two.durationMs).toBeLessThan(2200);
    expect(states(images, 20)[1]).toBe('two: shared 0, waiting 0');
    images.pull(image('web:3', base), two.endsAt + 1, { ...rate, by: by('three') });
    expect(states(images, two.endsAt + 1)[2]).toBe('three: cached 0');
  });
  test('a slow registry and a slow node both take longer, and old pulls are forgotten', () => {
    const images = new NodeImages();
    const slow = images.pull(v1, 0, { ...rate, slower: 3, by: by('one') });
    expect(slow.endsAt - slow.firstByteAt).toBeCloseTo(24_000, -1);
    expect(images.pulls(slow.endsAt)[0]).toMatchObject({ bytesPerSecond: 333_333, pod: 'one', image: 'web' });
    expect(images.pulls(slow.endsAt + 121_000)).toEqual([]);
  });
});

describe('pulls side by side', () => {
  const rate = { bytesPerSecond: MB, parallel: 2 };
  test('begin at once while there is a slot, share what the node receives, and wait for what a neighbour brings', () => {
    const images = new NodeImages();
    const base = layer('base', 4 * MB);
    const one = images.pull(image('web:1', base), 0, { ...rate, by: by('one') });
    const two = images.pull(image('web:2', base, layer('a', 1000)), 0, { ...rate, by: by('two') });
    const three = images.pull(image('web:3', layer('b', MB)), 0, { ...rate, by: by('three') });
    expect(two.startsAt).toBe(0);
    expect(two.bytesPerMs).toBe(one.bytesPerMs / 2);
    // Its own layer is there soon; the base comes with the other pull.
    expect(two.endsAt).toBe(one.endsAt);
    expect(three.startsAt).toBe(one.endsAt);
    expect(three.bytesPerMs).toBe(one.bytesPerMs);
  });
});

describe('what a node has', () => {
  const base = layer('base', 4 * MB);
  const v1 = { ...image('docker.io/shop/web:1', base, layer('a', MB)), digest: `sha256:${'1'.repeat(64)}` };
  const v2 = { ...image('docker.io/shop/web:2', base, layer('b', MB)), digest: `sha256:${'2'.repeat(64)}` };

  test('goes with all names and with the layers that nothing else needs', () => {
    const images = new NodeImages();
    images.keep(v1, 0);
    images.keep(v2, 10);
    images.use(`docker.io/shop/web@${v1.digest}`, 50);
    expect(images.bytes).toBe(6 * MB);
    expect(images.find('shop/web:1')).toBe(v1);
    expect(images.find(`shop/web@${v2.digest}`)).toBe(v2);
    expect(images.idle(new Set()).map(({ digest }) => digest)).toEqual([v2.digest, v1.digest]);
    expect(images.idle(new Set([`docker.io/shop/web@${v2.digest}`]))).toMatchObject([{ digest: v1.digest }]);
    images.remove(v2.digest, 100);
    expect(images.bytes).toBe(5 * MB);
    expect(images.find('shop/web:2')).toBeUndefined();
    expect(images.find(`shop/web@${v2.digest}`)).toBeUndefined();
    expect(images.pull(v2, 200).missing).toEqual(new Set(['sha256:b']));
  });

  test('is taken up from its status by digest, whatever its tags mean by now', () => {
    const moved = { ...v2, reference: v1.reference, simulated: false };
    const real = { ...v1, simulated: false };
    const status = (names: string[]) => ({ status: { images: [{ names, sizeBytes: 5 * MB }] } }) as never;
    const names = [`docker.io/shop/web@${v1.digest}`, 'docker.io/shop/web:1', 'docker.io/shop/web:live'];
    const taken = new NodeImages();
    restoreImages(taken, status(names), (name) => (name.includes('@') ? real : moved), 0);
    expect(taken.find('shop/web:live')?.layers).toBe(v1.layers);
    expect(taken.find('shop/web:1')?.digest).toBe(v1.digest);
    expect(taken.status()[0]!.names.toSorted()).toEqual(names.toSorted());
    // Nobody has it any more: that it is here is known, its layers are not.
    const lost = new NodeImages();
    restoreImages(lost, status(names), () => undefined, 0);
    expect(lost.find('shop/web:1')).toMatchObject({ digest: v1.digest, sizeBytes: 5 * MB, layers: [] });
  });
});

test('an image is in use by its id and by any name that a spec has for it', () => {
  const images = new NodeImages();
  for (const name of ['docker.io/library/web:1', 'docker.io/library/web:2', 'docker.io/library/web:3'])
    images.keep(image(name, layer(name, MB)), 0);
  const idle = (...used: string[]) => images.idle(new Set(used)).map(({ digest }) => digest);
  expect(idle('web:1', 'docker.io/library/web@sha256:docker.io/library/web:2')).toEqual([
    'sha256:docker.io/library/web:3',
  ]);
});

test('a node lists its 50 largest images, the largest first, each with its digest and its tags', () => {
  const images = new NodeImages();
  for (let size = 1; size <= 60; size++)
    images.keep(image(`docker.io/library/i:${size}`, layer(`l${size}`, size * MB)), 0);
  const listed = images.status();
  expect(listed.map(({ sizeBytes }) => sizeBytes / MB)).toEqual(Array.from({ length: 50 }, (_, index) => 60 - index));
  expect(listed[0]!.names).toEqual(['docker.io/library/i@sha256:docker.io/library/i:60', 'docker.io/library/i:60']);
});
