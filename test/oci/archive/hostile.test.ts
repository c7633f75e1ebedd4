import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KctlError } from '../../../src/lib/errors.ts';
import { loadArchive } from '../../../src/oci/archive/load.ts';
import { analyseImage } from '../../../src/oci/layers/analyse-image.ts';
import { archiveSource } from '../../../src/oci/layers/image-source.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { readImage } from '../../../src/oci/store/read-image.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import { imageConfig, type LayerSpec, ociLayout, sha, tar } from '../archives.ts';
import { type RawEntry, rawTar } from '../raw-tar.ts';

const folder = mkdtempSync(join(tmpdir(), 'kctl-hostile-'));
const file = join(folder, 'archive.tar');
let store: ImageStore;
beforeAll(() => {
  store = openImageStore(join(folder, 'store'));
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const layerOf = (entries: readonly RawEntry[]): LayerSpec => {
  const data = rawTar(entries);
  return { data, diffId: sha(data) };
};

const dockerArchive = (layers: readonly LayerSpec[], config?: string): Promise<Buffer> =>
  tar({
    ...Object.fromEntries(layers.map(({ data }, at) => [`${at}.tar`, data])),
    'c.json': config ?? imageConfig([...layers]),
    'manifest.json': JSON.stringify([
      { Config: 'c.json', RepoTags: ['odd:1'], Layers: layers.map((_, at) => `${at}.tar`) },
    ]),
  });

const readers = {
  load: () => loadArchive(store, file),
  layers: async () => analyseImage(await archiveSource(file)),
};

/** What a reader says of the archive: '' where it takes it. Anything but a KctlError of one line fails the test. */
async function said(reader: keyof typeof readers, archive: Buffer): Promise<string> {
  writeFileSync(file, archive);
  try {
    await readers[reader]();
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(KctlError);
    const { message } = error as KctlError;
    expect(message).not.toContain('\n');
    expect(message.length).toBeLessThan(400);
    return message;
  }
}

async function expectNothingLeft(): Promise<void> {
  for (const { target } of store.images.list()) store.images.remove(target.digest);
  await store.collect();
  expect(await store.verify()).toEqual({ blobs: 0, bytes: 0, problems: [] });
  expect(readdirSync(join(folder, 'store', 'ingest'))).toEqual([]);
}

const deep = Array(3000).fill('d').join('/');
const manyRecords = Object.fromEntries(Array.from({ length: 60_000 }, (_, at) => [`key${at}`, 'value']));

describe('a layer', () => {
  const layers: readonly [what: string, entries: RawEntry[], text: RegExp][] = [
    ['a size beyond its end', [{ name: 'a', size: 2 ** 50, content: 'x' }], /cut short/],
    ['a size beyond numbers', [{ name: 'a', pax: { size: '9'.repeat(30) }, content: 'x' }], /cut short/],
    ['a size below zero', [{ name: 'a', pax: { size: '-5' }, content: 'x' }], /Invalid header/],
    ['a path of 3000 folders', [{ name: 'x', pax: { path: deep } }], /longer than 4096 bytes/],
    ['a header of 5 MiB', [{ name: 'x', pax: { comment: 'y'.repeat(5 << 20) } }], /exceeds max size/],
    [
      'a link that has content',
      [{ name: 'l', type: '1', link: 'a', size: 512, content: 'z'.repeat(512) }],
      /states 512 bytes/,
    ],
    ['a path to the outside', [{ name: '../x' }], /leads out/],
    ['a hard link to the outside', [{ name: 'x', type: '1', link: '/etc/shadow' }], /leads out/],
    [
      'records without end',
      Array.from({ length: 40 }, (_, at) => ({ name: `f${at}`, pax: manyRecords })),
      /extended headers of more than 32 MiB/,
    ],
  ];
  test.each(layers)('with %s', async (_what, entries, text) => {
    const archive = await dockerArchive([layerOf(entries)]);
    expect(await said('load', archive)).toMatch(text);
    expect(await said('layers', archive)).toMatch(text);
    await expectNothingLeft();
  });

  test('with names of control characters, of other encodings and times out of reach is taken', async () => {
    const archive = await dockerArchive([
      layerOf([
        { name: 'a\nb\u001b[31m' },
        { name: Buffer.from([0x66, 0xe9]), content: 'x' },
        { name: Buffer.from([0x66, 0xe8]), content: 'y' },
        { name: 'late', mtime: 2 ** 70, format: 'gnu' },
        { name: 'odd', pax: { mtime: 'never', uid: 'me' } },
      ]),
    ]);
    expect(await said('load', archive)).toBe('');
    expect(await said('layers', archive)).toBe('');
    await expectNothingLeft();
  });
});

test('manifests and configs of other shapes', async () => {
  const layer = layerOf([{ name: 'a' }]);
  const docker = (manifest: string, config = '{}') => tar({ 'c.json': config, 'manifest.json': manifest });
  const many = Array(10_000).fill(layer) as LayerSpec[];
  for (const [archive, text] of [
    [docker('[null]'), /does not say what an image is made of/],
    [docker('[{"Config":"c.json","Layers":[1]}]'), /does not say what an image is made of/],
    [docker(JSON.stringify([{ Config: 'c.json', Layers: Array(10_000).fill('a') }])), /names 10000 layers/],
    [docker('{"a":'), /not valid JSON/],
    [dockerArchive([layer], '{"a":'), /not valid JSON/],
    [dockerArchive([layer], '[1]'), /does not name the 1 layers/],
    [tar(ociLayout([{ config: imageConfig(many), layers: many }])), /10000 layers/],
  ] as const) {
    expect(await said('load', await archive)).toMatch(text);
  }
  expect(await said('layers', await docker('[null]'))).toMatch(/does not say what an image is made of/);
  await expectNothingLeft();
});

test('a config whose fields are of other types is one without them', async () => {
  const layer = layerOf([{ name: 'a' }]);
  const config = {
    ...{
      rootfs: { diff_ids: [layer.diffId] },
      created: 7,
      os: 3,
      architecture: {},
      history: [null, 'x', { created_by: 1 }],
    },
    config: { Env: 'no', Cmd: null, Labels: [1], ExposedPorts: 3, User: 'app' },
  };
  const archive = await dockerArchive([layer], JSON.stringify(config));
  expect(await said('layers', archive)).toBe('');
  expect(await said('load', archive)).toBe('');
  const image = await readImage(store, store.images.list()[0]!.target);
  expect(image.config).toEqual({
    ...{ config: { Cmd: null, User: 'app' }, rootfs: { diff_ids: [layer.diffId] }, history: [{}, {}, {}] },
  });
  await expectNothingLeft();
});

describe.each(['plain', 'gzip', 'zstd', 'xz', 'bzip2'])('%s', (kind) => {
  const own: Record<string, (bytes: Buffer) => Buffer> = {
    plain: (bytes) => bytes,
    gzip: (bytes) => gzipSync(bytes),
    zstd: (bytes) => zstdCompressSync(bytes),
  };
  const isThere = own[kind] !== undefined || spawnSync(kind, ['--version']).error === undefined;

  test.skipIf(!isThere)(
    'cut anywhere and with any bit turned: one line, nothing left',
    async () => {
      const press = own[kind] ?? ((bytes: Buffer) => execFileSync(kind, ['-c'], { input: bytes }));
      const archive = press(
        await dockerArchive([
          layerOf([
            { name: 'a', content: 'x'.repeat(5000) },
            { name: 'b/', type: '5' },
          ]),
        ]),
      );
      // What is not compressed is whole at the end of its last file, the manifest.
      const whole = kind === 'plain' ? archive.lastIndexOf(']') : archive.length;
      for (let part = 0; part < 16; part++) {
        const cut = archive.subarray(0, Math.floor((whole * part) / 16));
        expect(await said('load', cut)).not.toBe('');
      }
      const damage = fc.array(fc.record({ at: fc.nat(archive.length - 1), bit: fc.nat(7) }), {
        minLength: 1,
        maxLength: 3,
      });
      // What fast-check interrupts goes on beside the next test, in the same file.
      const deadline = performance.now() + 3000;
      await fc.assert(
        fc.asyncProperty(damage, async (turns) => {
          if (performance.now() > deadline) return;
          const damaged = Buffer.from(archive);
          for (const { at, bit } of turns) damaged[at]! ^= 1 << bit;
          await said('load', damaged);
          await said('layers', damaged);
        }),
        { numRuns: 60 },
      );
      await expectNothingLeft();
    },
    20_000,
  );
});
