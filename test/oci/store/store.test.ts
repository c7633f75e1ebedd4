import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/oci/digest.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { isGone, processMark } from '../../../src/oci/store/process-mark.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import {
  describe as descriptorOf,
  type MadeImage,
  makeImage,
  makeIndex,
  putImage,
  storeImage,
  tarOf,
  types,
} from './images.ts';

let folder: string;
let store: ImageStore;
let now = Date.now();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-store-'));
  now = Date.now();
  store = openImageStore(folder, { now: () => now });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const blobCount = async () => (await store.verify()).blobs;
const ingestFiles = () => (existsSync(join(folder, 'ingest')) ? readdirSync(join(folder, 'ingest')) : []);

describe('blobs', () => {
  test('are had again under their digest, sha512 too', async () => {
    await using lease = store.lease('test');
    const { digest } = await lease.put(Buffer.from('hello'));
    expect(digest).toBe(digestOf(Buffer.from('hello')));
    expect(await store.blob(digest)).toEqual({ digest, size: 5 });
    const long = `sha512:${createHash('sha512').update('hello').digest('hex')}`;
    const writer = await lease.writer();
    await writer.write(Buffer.from('hello'));
    expect(await writer.commit(long)).toEqual({ digest: long, size: 5 });
    expect((await store.document(long)).toString()).toBe('hello');
    expect(await text(store.read(digest, { start: 1, end: 3 }))).toBe('ell');
  });

  test('that are not what was announced are refused, and nothing is left', async () => {
    await using lease = store.lease('test');
    const stream = async function* () {
      yield Buffer.from('hello');
    };
    const wrong = digestOf(Buffer.from('other'));
    await expect(lease.write(stream(), { digest: wrong })).rejects.toThrow('does not have the digest');
    await expect(lease.write(stream(), { size: 4 })).rejects.toThrow('more bytes came than the 4');
    await expect(lease.write(stream(), { size: 6 })).rejects.toThrow('5 bytes came where 6');
    await expect(lease.write(stream(), { maxBytes: 3 })).rejects.toThrow('larger than the 3 bytes');
    expect(await blobCount()).toBe(0);
    expect(ingestFiles()).toEqual([]);
  });

  test.each(['sha256:../../../etc/passwd', 'md5:d41d8cd98f00b204e9800998ecf8427e', 'sha256:ABC', ''])(
    'no path comes from %j',
    async (digest) => {
      expect(() => store.fileOf(digest)).toThrow('is not a digest');
      await expect(store.lease('x').writer({ digest })).rejects.toThrow('is not a digest');
    },
  );

  test('go on where a killed process was, even when another still writes', async () => {
    const content = Buffer.from('0123456789');
    const options = { digest: digestOf(content), resume: 'layer' };
    const first = store.lease('first');
    const before = await first.writer(options);
    await before.write(content.subarray(0, 4));
    await before.suspend();
    expect(await store.unfinished('layer')).toBe(4);
    const second = await first.writer(options);
    expect(second.offset).toBe(4);
    await using other = store.lease('other');
    const beside = await other.writer(options);
    expect(beside.offset).toBe(0);
    await second.write(content.subarray(4));
    await second.commit();
    await beside.write(content);
    await beside.commit();
    expect((await store.document(options.digest)).toString()).toBe('0123456789');
    expect(ingestFiles()).toEqual([]);
  });
});

describe('names', () => {
  test('move, leave dangling images, and are found by all that people type', async () => {
    const [one, two] = [await makeImage([{ a: '1' }]), await makeImage([{ a: '2' }])];
    await storeImage(store, one, 'docker.io/library/web:latest', 'localhost:5000/shop/web:v1');
    expect((await store.images.find('web')).name).toBe('docker.io/library/web:latest');
    expect((await store.images.find('localhost:5000/shop/web:v1')).target.digest).toBe(one.target.digest);
    const id = digestOf(one.config).slice('sha256:'.length);
    for (const text of [id, `sha256:${id}`, id.slice(0, 12), one.target.digest, `web@${one.target.digest}`]) {
      expect((await store.images.find(text)).target.digest).toBe(one.target.digest);
    }
    await expect(store.images.find(`other@${one.target.digest}`)).rejects.toThrow('No such image');
    await expect(store.images.find('web:2')).rejects.toThrow('No such image: web:2');
    await storeImage(store, two, 'docker.io/library/web:latest', 'localhost:5000/shop/web:v1');
    expect(store.images.list().find(({ target }) => target.digest === one.target.digest)?.names).toEqual([]);
  });

  test('ids that begin alike, and one id of two images', async () => {
    const image = await makeImage([{ a: '1' }]);
    await storeImage(store, image, 'docker.io/library/gzip:latest');
    const tar = await tarOf({ a: '1' });
    const document = JSON.parse(image.manifest.toString());
    document.layers = [descriptorOf(types.plainLayer, tar)];
    const manifest = Buffer.from(JSON.stringify(document));
    const plain = { ...image, layers: [tar], manifest, target: descriptorOf(types.manifest, manifest) };
    now += 1000;
    await storeImage(store, plain, 'docker.io/library/plain:latest');
    const id = digestOf(image.config);
    expect((await store.images.find(id)).target).toEqual(plain.target);
    expect((await store.images.find(id.slice(7, 19))).target).toEqual(plain.target);
    writeFileSync(store.fileOf(plain.target.digest), 'damaged');
    expect((await store.images.find(id.slice(7, 19))).target).toEqual(image.target);
    // Among a few hundred, some two begin alike.
    const byStart = new Map<string, MadeImage>();
    for (let n = 0; ; n++) {
      const made = await makeImage([{ n: String(n) }]);
      const start = digestOf(made.config).slice(7, 11);
      const other = byStart.get(start);
      byStart.set(start, made);
      if (!other) continue;
      await storeImage(store, made);
      await storeImage(store, other);
      await expect(store.images.find(start)).rejects.toThrow('several image ids');
      break;
    }
  });

  test('are not given to what is not whole', async () => {
    const image = await makeImage([{ a: '1' }]);
    await using lease = store.lease('test');
    await lease.put(image.manifest);
    await lease.put(image.config);
    await expect(store.images.set(image.target, ['docker.io/library/web:latest'])).rejects.toThrow('lacks the blob');
    expect(store.images.list()).toEqual([]);
    const other = await makeImage([{ a: '3' }]);
    const index = makeIndex([
      { image, architecture: 'amd64' },
      { image: other, architecture: 'arm64' },
    ]);
    await lease.put(index.content);
    await expect(store.images.set(index.target, [])).rejects.toThrow('lacks the blob');
    await putImage(lease, image);
    // One platform is enough.
    await store.images.set(index.target, ['docker.io/library/web:latest']);
    expect((await store.images.find(digestOf(image.config))).target).toEqual(index.target);
  });
});

describe('what nothing refers to', () => {
  test('goes, what images, repositories, pins and leases refer to stays', async () => {
    const [named, pushed, pinned, leased, lost] = await Promise.all(
      ['named', 'pushed', 'pinned', 'leased', 'lost'].map((a) => makeImage([{ a }])),
    );
    await storeImage(store, named!, 'docker.io/library/web:latest');
    const done = store.lease('push');
    for (const image of [pushed!, pinned!, lost!]) await putImage(done, image);
    store.repositories.putManifest('web', pushed!.target, ['latest']);
    store.pin('container:1', [pinned!.target.digest]);
    const open = store.lease('pull');
    await putImage(open, leased!);
    done.release();
    const { blobs } = await store.collect();
    expect(blobs.sort()).toEqual([...lost!.layers, lost!.config, lost!.manifest].map(digestOf).sort());
    store.unpin('container:1');
    store.repositories.deleteManifest('web', pushed!.target.digest);
    store.images.remove(named!.target.digest);
    open.release();
    await store.collect();
    expect(await blobCount()).toBe(0);
  });

  test('a lease ends a quarter of an hour after its process', async () => {
    const lease = store.lease('killed');
    await putImage(lease, await makeImage([{ a: '1' }]));
    const half = await lease.writer();
    await half.write(Buffer.alloc(10));
    now += 10 * 60_000;
    expect((await store.collect()).blobs).toEqual([]);
    expect(ingestFiles()).toHaveLength(1);
    now += 6 * 60_000;
    expect((await store.collect()).blobs).toHaveLength(3);
    expect(ingestFiles()).toEqual([]);
  });

  test('a lease that was taken for dead lives again with the next blob', async () => {
    const lease = store.lease('slept');
    const { digest } = await lease.put(Buffer.from('one'));
    now += 16 * 60_000;
    const other = openImageStore(folder, { now: () => now });
    expect((await other.collect()).blobs).toEqual([digest]);
    const again = await lease.put(Buffer.from('two'));
    expect((await other.collect()).blobs).toEqual([]);
    expect(await store.blob(again.digest)).toBeDefined();
    other.close();
  });

  test('work that failed takes away what it wrote, and only that', async () => {
    const image = await makeImage([{ a: '1' }, { b: '2' }]);
    await storeImage(store, image, 'docker.io/library/web:latest');
    const lease = store.lease('pull');
    await putImage(lease, image);
    await lease.put(Buffer.from('new'));
    await (await lease.writer({ resume: 'x' })).write(Buffer.from('half'));
    await lease.discard();
    expect(await blobCount()).toBe(4);
    expect(ingestFiles()).toEqual([]);
    expect((await store.verify()).problems).toEqual([]);
  });

  test('a pushed blob waits an hour for its manifest', async () => {
    const { digest } = await store.lease('upload').put(Buffer.from('layer'));
    store.repositories.linkBlob('web', digest);
    now += 59 * 60_000;
    expect((await store.collect()).blobs).toEqual([]);
    now += 2 * 60_000;
    expect((await store.collect()).blobs).toEqual([digest]);
    expect(store.repositories.hasBlob('web', digest)).toBe(false);
  });
});

test('verify tells what is damaged and missing; repair makes room for good content', async () => {
  const image = await makeImage([{ a: '1' }, { b: '2' }]);
  await storeImage(store, image, 'docker.io/library/web:latest');
  const [first, second] = image.layers.map(digestOf) as [string, string];
  truncateSync(store.fileOf(first), 5);
  rmSync(store.fileOf(second));
  const { problems } = await store.verify({ repair: true });
  expect(problems.map(({ kind, digest }) => [kind, digest])).toEqual([
    ['damaged', first],
    ['missing', second],
  ]);
  expect(problems[1]!.message).toContain('docker.io/library/web:latest');
  await putImage(store.lease('again'), image);
  expect((await store.verify()).problems).toEqual([]);
  writeFileSync(store.fileOf(image.target.digest), '{}');
  expect((await store.verify()).problems).toMatchObject([{ kind: 'damaged', digest: image.target.digest }]);
});

test('a layer knows what it holds when uncompressed; bombs are stopped', async () => {
  const image = await makeImage([{ a: 'x'.repeat(50_000) }]);
  await storeImage(store, image, 'docker.io/library/web:latest');
  const digest = digestOf(image.layers[0]!);
  const { rootfs } = JSON.parse(image.config.toString());
  expect(await store.layerFacts(digest)).toEqual({ digest, diffId: rootfs.diff_ids[0], plainSize: 51_712 });
  const strict = openImageStore(folder, { limits: { free: 1000, ratio: 10, most: 1e9 } });
  const other = await makeImage([{ a: 'y'.repeat(50_000) }]);
  await storeImage(strict, other, 'docker.io/library/bomb:latest');
  await expect(strict.layerFacts(digestOf(other.layers[0]!))).rejects.toThrow('made to fill the disk');
  const cut = (await strict.lease('x').put(other.layers[0]!.subarray(0, 60))).digest;
  await expect(store.layerFacts(cut)).rejects.toThrow('cut short');
  strict.close();
});

test('processes that work at once and are killed leave a store that verifies', async () => {
  const script = join(import.meta.dirname, 'busy-process.ts');
  const start = (seed: number) =>
    spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, folder, String(seed)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const kill = async (child: ChildProcess) => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  for (let round = 0; round < 3; round++) {
    const children = [start(round), start(round + 100)];
    try {
      await Promise.all(children.map((child) => once(child.stdout!, 'data')));
      // Anywhere in its work.
      await new Promise((resolve) => setTimeout(resolve, 30 + 41 * round));
    } finally {
      await Promise.all(children.map(kill));
    }
    expect((await store.verify()).problems).toEqual([]);
  }
  now += 2 * 24 * 3_600_000;
  for (const { target } of store.images.list()) store.images.remove(target.digest);
  for (const { digest } of store.repositories.manifests('app')) store.repositories.deleteManifest('app', digest);
  await store.collect();
  expect(await blobCount()).toBe(0);
  expect(ingestFiles()).toEqual([]);
  expect(types.index).toContain('index');
}, 30_000);

test('what a killed process began is gone on with at once, and its leases end', async () => {
  const script = join(import.meta.dirname, 'half-process.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const options = { resume: 'layer' };
  const beside = await store.lease('beside').writer(options);
  expect(beside.offset).toBe(0);
  await beside.abort();
  expect((await store.collect()).blobs).toEqual([]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const writer = await store.lease('after').writer(options);
  expect(writer.offset).toBe(4);
  await writer.abort();
  expect((await store.collect()).blobs).toEqual([digestOf(Buffer.from('whole'))]);
});

test('leases of other machines, and of processes with a number that was given again', () => {
  expect(isGone(processMark())).toBe(false);
  const [pid, began, machine] = processMark().split('-');
  expect(isGone(`${pid}-${Number(began) + 1}-${machine}`)).toBe(began !== '0');
  expect(isGone(`${pid}-${Number(began) + 1}-elsewhere`)).toBe(false);
});
