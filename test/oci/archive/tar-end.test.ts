import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { loadArchive } from '../../../src/oci/archive/load.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { analyseImage } from '../../../src/oci/layers/analyse-image.ts';
import { archiveSource } from '../../../src/oci/layers/image-source.ts';
import { readEntries } from '../../../src/oci/rootfs/tar/read-entries.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { readImage } from '../../../src/oci/store/read-image.ts';
import { tarReader } from '../../../src/oci/tar-reader.ts';
import { imageConfig, ociLayout, sha, writeTree } from '../archives.ts';
import { rawTar } from '../raw-tar.ts';

const folder = mkdtempSync(join(tmpdir(), 'kctl-tar-end-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Files with their contents, as read in pieces of so many bytes; what is wrong in their place. */
async function read(tar: Buffer, piece: number): Promise<string> {
  const found: string[] = [];
  const pieces = Array.from({ length: Math.ceil(tar.length / piece) }, (_, at) =>
    tar.subarray(at * piece, (at + 1) * piece),
  );
  const reader = tarReader();
  reader.on('entry', (header, content, next) => {
    let text = '';
    content.on('data', (chunk) => {
      text += chunk;
    });
    content.on('error', () => {});
    content.once('end', () => {
      found.push(`${header.name}=${text}`);
      next();
    });
  });
  try {
    await pipeline(Readable.from(pieces, { objectMode: false }), reader);
  } catch (error) {
    return (error as Error).message;
  }
  return found.join(' ');
}

const a = { name: 'a', content: 'x'.repeat(5) };
const b = { name: 'b', content: 'y'.repeat(7) };
const two = rawTar([a, b], { end: false });
const both = 'a=xxxxx b=yyyyyyy';
const zeros = (blocks: number) => Buffer.alloc(blocks * 512);
const cut = 'Unexpected end of data';

// As archive/tar of Go 1.26 reads these bytes, one by one; its io.ErrUnexpectedEOF is `cut` here.
const ends: readonly [what: string, tar: Buffer, result: string][] = [
  ['two blocks of zeros', Buffer.concat([two, zeros(2)]), both],
  ['no block of zeros', two, both],
  ['one block of zeros', Buffer.concat([two, zeros(1)]), both],
  ['a part of the padding', two.subarray(0, -100), both],
  ['no padding', two.subarray(0, 512 * 3 + 7), both],
  ['a byte of content less', two.subarray(0, 512 * 3 + 6), cut],
  ['no content', two.subarray(0, 512 * 3), cut],
  ['a part of a header', two.subarray(0, 512 * 3 - 1), cut],
  ['an end inside the first padding', two.subarray(0, 512 + 300), 'a=xxxxx'],
  ['a part of the first block of zeros', Buffer.concat([two, Buffer.alloc(100)]), cut],
  ['a part of the second block of zeros', Buffer.concat([two, Buffer.alloc(600)]), cut],
  ['another tar behind its end', Buffer.concat([two, zeros(2), rawTar([{ name: 'late' }])]), both],
  ['anything behind its end', Buffer.concat([two, zeros(2), Buffer.from('text')]), both],
  [
    'an entry behind one block of zeros',
    Buffer.concat([two, zeros(1), rawTar([{ name: 'late' }])]),
    'something stands behind a single block of zeros',
  ],
  ['an extended header that is cut', rawTar([{ ...a, pax: { comment: 'z'.repeat(600) } }]).subarray(0, 900), cut],
  ['an empty file behind', rawTar([a, { name: 'none' }], { end: false }), 'a=xxxxx none='],
];

test.each(ends)('a tar with %s', async (_what, tar, result) => {
  for (const piece of [1 << 20, 512, 100, 7]) expect(await read(tar, piece)).toBe(result);
});

test('entries that are asked for one after the other end, too', async () => {
  for (const [what, tar, result] of ends) {
    const found: string[] = [];
    const reading = readEntries(Readable.from([tar], { objectMode: false }), 'tar', async ({ path }, content) => {
      let text = '';
      for await (const chunk of content) text += chunk;
      found.push(`${path}=${text}`);
    });
    if (result.includes('=')) {
      await reading;
      expect([what, found.join(' ')]).toEqual([what, result]);
    } else await expect(reading, what).rejects.toThrow(result);
  }
});

test.skipIf(spawnSync('umoci', ['--version']).error !== undefined)('a layer that umoci insert wrote', async () => {
  const base = rawTar([{ name: 'base', content: 'base' }]);
  const layers = [{ data: base, diffId: sha(base) }];
  const layout = join(folder, 'layout');
  writeTree(layout, ociLayout([{ config: imageConfig(layers), layers }], '1'));
  mkdirSync(join(folder, 'new'));
  writeFileSync(join(folder, 'new/one'), 'one');
  execFileSync('umoci', ['insert', '--rootless', '--image', `${layout}:1`, join(folder, 'new'), '/new'], {
    stdio: 'ignore',
  });
  const store = openImageStore(join(folder, 'store'));
  try {
    const [loaded] = await loadArchive(store, layout, ['docker.io/library/odd:1']);
    const image = await readImage(store, loaded!.record.target);
    const plain = gunzipSync(readFileSync(store.fileOf(image.manifest.layers[1]!.digest)));
    expect(digestOf(plain)).toBe(image.config.rootfs!.diff_ids![1]);
    // Else this shows nothing.
    expect(plain.subarray(-1024).equals(zeros(2))).toBe(false);
    const { layers: told } = await analyseImage(await archiveSource(layout));
    expect(told.map(({ added }) => added)).toEqual([['base'], ['new', 'new/one']]);
  } finally {
    store.close();
  }
});
