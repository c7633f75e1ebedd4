import { importTree } from '../../../src/oci/archive/import-tree.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { makeImage, storeImage, tarOf } from './images.ts';

/** Stores, imports, names, replaces, removes and collects without end, until somebody kills it. */
const [, , path = '', seed = '0'] = process.argv;
const store = openImageStore(path);
for (let round = 0; ; round++) {
  const image = await makeImage([{ 'base.txt': 'base' }, { 'app.txt': `${seed} ${round} `.repeat(20_000) }]);
  await storeImage(store, image, `docker.io/library/app:${round % 3}`);
  const tar = await tarOf({ 'tree.txt': `${seed} ${round} `.repeat(20_000) });
  const names = [`docker.io/library/tree:${round % 3}`];
  await importTree(store, pieces(tar), { names, message: '', config: {}, now: round });
  store.repositories.putManifest('app', { ...image.target }, [`v${round % 2}`]);
  for (const layer of image.layers) store.repositories.linkBlob('app', (await store.lease('x').put(layer)).digest);
  const writer = await store.lease('unfinished').writer({ resume: `half ${round % 2}` });
  await writer.write(Buffer.alloc(100_000));
  if (round === 0) process.stdout.write('ready\n');
  if (round % 4 === 3) {
    store.images.remove(store.images.list().at(-1)!.target.digest);
    await store.collect();
  }
}

async function* pieces(content: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += 10_000) yield content.subarray(at, at + 10_000);
}
