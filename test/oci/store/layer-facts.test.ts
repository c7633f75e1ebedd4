import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { importTree } from '../../../src/oci/archive/import-tree.ts';
import { loadArchive } from '../../../src/oci/archive/load.ts';
import { type SaveFormat, saveTo } from '../../../src/oci/archive/save.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { analyseImage } from '../../../src/oci/layers/analyse-image.ts';
import { storeSource } from '../../../src/oci/layers/image-source.ts';
import { readUnion } from '../../../src/oci/layers/read-union.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { readImage } from '../../../src/oci/store/read-image.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import { makeImage, storeImage, tarOf } from './images.ts';

let folder: string;
let store: ImageStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-facts-'));
  store = openImageStore(join(folder, 'store'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const web = 'docker.io/library/web:1';

/** What is known of the layers of the one image without reading them: their files are taken away first. */
async function remembered(from: ImageStore): Promise<string[]> {
  const { manifest } = await readImage(from, from.images.list()[0]!.target);
  for (const { digest } of manifest.layers) rmSync(from.fileOf(digest));
  const facts = await Promise.all(manifest.layers.map(({ digest }) => from.layerFacts(digest)));
  return facts.map(({ diffId, plainSize }) => `${diffId} ${plainSize}`);
}

test.each<SaveFormat>(['docker-archive', 'oci-archive'])(
  'what load checked of a %s is not read again',
  async (format) => {
    const layers = [{ a: 'x'.repeat(5000) }, { b: 'y' }];
    await storeImage(store, await makeImage(layers), web);
    const path = join(folder, 'out.tar');
    await saveTo(store, [await store.images.find(web)], path, { format });
    const other = openImageStore(join(folder, 'other'));
    try {
      await loadArchive(other, path);
      const tars = await Promise.all(layers.map(tarOf));
      expect(await remembered(other)).toEqual(tars.map((tar) => `${digestOf(tar)} ${tar.length}`));
    } finally {
      other.close();
    }
  },
);

test('nor what import made, nor what was looked at', async () => {
  const tar = await tarOf({ a: '1' });
  const known = [`${digestOf(tar)} ${tar.length}`];
  const options = { names: [web], message: '', config: {}, now: 0 };
  const { record } = await importTree(
    store,
    (async function* () {
      yield gzipSync(tar);
    })(),
    options,
  );
  expect(await remembered(store)).toEqual(known);
  store.images.remove(record.target.digest);
  await store.collect();
  await storeImage(store, await makeImage([{ a: '1' }]), web);
  await analyseImage(await storeSource(store, web));
  expect(await remembered(store)).toEqual(known);
});

test('a layer that goes takes with it what was known of it', async () => {
  const image = await makeImage([{ a: '1' }]);
  await storeImage(store, image, web);
  const digest = digestOf(image.layers[0]!);
  await store.layerFacts(digest);
  store.images.remove(image.target.digest);
  await store.collect();
  await expect(store.layerFacts(digest)).rejects.toThrow('is not in the image store');
});

test('a stored layer that was changed is noticed by what it becomes, one that becomes the same is taken', async () => {
  const image = await makeImage([{ a: '1' }, { b: '2' }]);
  await storeImage(store, image, web);
  const file = store.fileOf(digestOf(image.layers[1]!));
  const source = await storeSource(store, web);
  writeFileSync(file, gzipSync(await tarOf({ b: '3' })));
  await expect(analyseImage(source)).rejects.toThrow(/layer sha256:.* does not have the content that the image says/);
  await expect(readUnion(source)).rejects.toThrow('does not have the content');
  await expect(readUnion(source, 1)).rejects.toThrow('does not have the content');
  writeFileSync(file, gzipSync(await tarOf({ b: '2' }), { level: 0 }));
  const { layers } = await analyseImage(source);
  expect(layers.map(({ added }) => added)).toEqual([['a'], ['b']]);
});

test('where the config says no diff id, the stored bytes are looked at', async () => {
  const image = await makeImage([{ a: '1' }]);
  await storeImage(store, image, web);
  const source = await storeSource(store, web);
  const silent = { ...source, config: {} };
  await analyseImage(silent);
  writeFileSync(store.fileOf(digestOf(image.layers[0]!)), await tarOf({ a: '1' }));
  await expect(analyseImage(silent)).rejects.toThrow('does not have the digest');
});
