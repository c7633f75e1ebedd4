import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { layersText } from '../../../src/commands/image/layers-text.ts';
import { sizeText } from '../../../src/lib/size-text.ts';
import type { ImageChoice } from '../../../src/oci/find-image.ts';
import { analyseImage } from '../../../src/oci/layers/analyse-image.ts';
import { archiveSource } from '../../../src/oci/layers/image-source.ts';
import { imageConfig, type LayerSpec, ociLayout, sha, type TarFiles, tar, writeTree } from '../archives.ts';

const readImageArchive = async (path: string, choice?: ImageChoice) => analyseImage(await archiveSource(path, choice));

const root = mkdtempSync(join(tmpdir(), 'kctl-oci-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;
function file(data: Buffer): string {
  const path = join(root, `${++count}.tar`);
  writeFileSync(path, data);
  return path;
}

const plain = async (files: TarFiles): Promise<LayerSpec> => {
  const data = await tar(files);
  return { data, diffId: sha(data) };
};

const base = await plain({
  'etc/': null,
  'etc/passwd': 'root',
  'var/': null,
  'var/cache/': null,
  'var/cache/a': 'a',
  'var/cache/b': 'b',
  'usr/lib/x': 'x',
});
const middle = await plain({
  'etc/': null,
  'etc/passwd': 'root+app',
  'app/': null,
  'app/main.js': '1',
  'var/cache/.wh.a': '',
});
const top = await plain({
  'var/cache/.wh..wh..opq': '',
  'var/cache/c': 'c',
  'usr/.wh.lib': '',
  'usr/lib': 'now a file',
});
const layers = [base, middle, top];
const history = [
  { created_by: '/bin/sh -c #(nop) ADD file:abc in / ' },
  { created_by: 'ENV A=1', empty_layer: true },
  { created_by: 'COPY app /app # buildkit' },
  { created_by: 'RUN /bin/sh -c rm -rf /var/cache/* # buildkit' },
  { created_by: 'CMD ["node"]', empty_layer: true },
];
const config = imageConfig(layers, history);

const dockerArchive = (stored: LayerSpec[] = layers, text = config): TarFiles => ({
  ...Object.fromEntries(stored.map(({ data }, index) => [`l${index}/layer.tar`, data])),
  'abc.json': text,
  'manifest.json': JSON.stringify([
    { Config: 'abc.json', RepoTags: ['web:1'], Layers: stored.map((_, index) => `l${index}/layer.tar`) },
  ]),
});

const expected = [
  {
    instruction: 'ADD file:abc in /',
    added: ['etc', 'etc/passwd', 'usr/lib/x', 'var', 'var/cache', 'var/cache/a', 'var/cache/b'],
    changed: [],
    removed: [],
  },
  { instruction: 'COPY app /app', added: ['app', 'app/main.js'], changed: ['etc/passwd'], removed: ['var/cache/a'] },
  {
    instruction: 'RUN rm -rf /var/cache/*',
    added: ['usr/lib', 'var/cache/c'],
    changed: [],
    removed: ['usr/lib/x', 'var/cache/b'],
  },
];

const summary = async (path: string, choice = {}) =>
  (await readImageArchive(path, choice)).layers.map(({ instruction, added, changed, removed }) => ({
    instruction,
    added,
    changed,
    removed,
  }));

describe('forms of archives', () => {
  test('docker save before 25', async () => {
    const path = file(await tar(dockerArchive()));
    expect(await summary(path)).toEqual(expected);
    expect(await readImageArchive(path)).toMatchObject({ reference: 'web:1', platform: 'linux/amd64', digest: '' });
  });
  test('the whole archive gzipped', async () => {
    expect(await summary(file(gzipSync(await tar(dockerArchive()))))).toEqual(expected);
  });
  test('equal layers stored once and linked', async () => {
    const empty = await plain({});
    const files = dockerArchive([base, empty, empty], imageConfig([base, empty, empty]));
    delete files['l2/layer.tar'];
    const path = file(await tar({ ...files, 'l2/layer.tar': '->../l1/layer.tar' }));
    expect(await summary(path)).toHaveLength(3);
  });
  test('an OCI layout as a folder and as a tar', async () => {
    const files = ociLayout([{ config, layers }]);
    const folder = join(root, 'layout');
    writeTree(folder, files);
    expect(await summary(folder)).toEqual(expected);
    const report = await readImageArchive(file(await tar(files)));
    expect(report.layers.map((l) => l.digest)).toEqual(layers.map((l) => l.diffId));
    expect(report.reference).toBe('web:1');
    expect(report.digest).toMatch(/^sha256:/);
  });
  test('docker 25 and later: both forms in one', async () => {
    const files = { ...ociLayout([{ config, layers }]), ...dockerArchive() };
    expect((await readImageArchive(file(await tar(files)))).digest).not.toBe('');
  });
  test('gzip and zstd layers keep their own digest beside the diff id', async () => {
    const gz = { ...base, data: gzipSync(base.data) };
    const zst = { ...middle, data: zstdCompressSync(middle.data) };
    const report = await readImageArchive(file(await tar(ociLayout([{ config, layers: [gz, zst, top] }]))));
    expect(report.layers.map((l) => [l.digest, l.diffId, l.sizeBytes])).toEqual(
      [gz, zst, top].map((l) => [sha(l.data), l.diffId, l.data.length]),
    );
  });
  test('an index by platform', async () => {
    const arm = imageConfig([base], [], 'arm64');
    const path = file(
      await tar(
        ociLayout([
          { config, layers },
          { config: arm, layers: [base], architecture: 'arm64' },
        ]),
      ),
    );
    expect((await readImageArchive(path, { platform: 'linux/arm64' })).layers).toHaveLength(1);
    expect((await readImageArchive(path, { platform: 'linux/amd64' })).layers).toHaveLength(3);
    await expect(readImageArchive(path, { platform: 'linux/s390x' })).rejects.toMatchObject({
      message: `${path} has no image for linux/s390x`,
      hint: 'It has: linux/amd64, linux/arm64',
    });
  });
});

describe('what is refused, in one line', () => {
  const refused = async (data: Buffer | string, message: RegExp) => {
    const path = typeof data === 'string' ? data : file(data);
    const error: Error = await readImageArchive(path).then(
      () => new Error('was accepted'),
      (reason) => reason,
    );
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  };
  test('a file that is not there', () => refused(join(root, 'none.tar'), /^the path ".*none.tar" does not exist$/));
  test('a file that is no archive', () => refused(Buffer.alloc(2000, 'text '), /is not an image archive/));
  test('a short text', () => refused(Buffer.from('hello\n'), /is not an image archive/));
  test('a tar without an image', async () =>
    refused(await tar({ 'a.txt': 'x' }), /neither index.json nor manifest.json/));
  test('an empty file', () => refused(Buffer.alloc(0), /is not an image archive/));
  test('an archive cut short', async () => {
    const whole = await tar({ ...dockerArchive(), big: 'x'.repeat(50_000) });
    await refused(whole.subarray(0, whole.length - 20_000), /cut short/);
  });
  test('a layer cut short', async () => {
    const cut = { ...base, data: gzipSync(base.data).subarray(0, 60) };
    await refused(await tar(dockerArchive([cut, middle, top])), /layer l0\/layer.tar: the file is cut short/);
  });
  test('a layer with other bytes than its digest says', async () => {
    const files = ociLayout([{ config, layers }]);
    files[`blobs/${top.diffId.replace(':', '/')}`] = middle.data;
    await refused(await tar(files), /layer blobs.sha256.[0-9a-f]{64} does not have the digest that the image says$/);
  });
  test('a manifest with other bytes than its digest says', async () => {
    const files = ociLayout([{ config, layers }]);
    const manifest = Object.entries(files).find(([, content]) =>
      String(content).includes('"schemaVersion":2,"mediaType"'),
    )!;
    files[manifest[0]] = `${manifest[1]} `;
    await refused(await tar(files), /does not have the digest that its name says/);
  });
  test.each(['../evil', '/etc/passwd', 'a/../../evil'])('a layer with the path %s', async (name) => {
    const evil = await plain({ [name]: 'x' });
    await refused(await tar(dockerArchive([evil], imageConfig([evil]))), /leads out of the image/);
  });
  test('a hard link out of the image', async () => {
    const data = await tar({ a: 'x' }, { b: '../../etc/shadow' });
    const evil = { data, diffId: sha(data) };
    await refused(await tar(dockerArchive([evil], imageConfig([evil]))), /leads out of the image/);
  });
  test('a folder whose manifest names files outside of it', async () => {
    const folder = join(root, 'evil');
    writeTree(folder, {
      'manifest.json': JSON.stringify([{ Config: '../1.tar', RepoTags: [], Layers: ['../1.tar'] }]),
    });
    await refused(folder, /leads out of the archive/);
  });
  test('a digest that would be a path', async () => {
    const files = ociLayout([{ config, layers }]);
    files['index.json'] = JSON.stringify({ manifests: [{ digest: 'sha256:../../x', size: 1 }] });
    await refused(await tar(files), /is not a digest/);
  });
});

test('the table', async () => {
  const image = await readImageArchive(file(await tar(dockerArchive())));
  const shown = { ...image, sharedBy: new Map([[middle.diffId, ['shop/web:1', 'shop/api:1']]]) };
  const text = layersText(shown, { files: true, waste: false, wide: false, columns: undefined }).split('\n');
  expect(text[0]).toBe('LAYER   DIGEST         SIZE     ADDED   CHANGED   REMOVED   SHARED   INSTRUCTION');
  expect(text.find((line) => line.startsWith('2'))).toBe(
    `2       ${middle.diffId.slice(7, 19)}   ${sizeText(middle.data.length).padEnd(6)}   2       1         1         2        COPY app /app`,
  );
  expect(text).toContain('        ~ /etc/passwd');
  expect(text).toContain('        - /var/cache/a');
  expect(text).toContainEqual(
    expect.stringMatching(/^3 layers, \S+; 1 of them \(\S+\) shared with other images here$/),
  );
  expect([999, 1500, 28_230_000, 2e9].map(sizeText)).toEqual(['999B', '1.5kB', '28.2MB', '2GB']);
});

test('a large layer is streamed, not held', async () => {
  const size = 96 * 1024 * 1024;
  const data = await tar({ big: Buffer.alloc(size) });
  const path = file(
    await tar(dockerArchive([{ data, diffId: sha(data) }], imageConfig([{ data, diffId: sha(data) }]))),
  );
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().arrayBuffers);
  }, 5);
  const report = await readImageArchive(path);
  clearInterval(sampler);
  expect(report.layers[0]!.sizeBytes).toBeGreaterThan(size);
  expect(peak - before).toBeLessThan(size / 2);
});
