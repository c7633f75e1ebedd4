import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportTree } from '../../../src/oci/archive/export-tree.ts';
import { importTree } from '../../../src/oci/archive/import-tree.ts';
import { loadArchive } from '../../../src/oci/archive/load.ts';
import { type SaveFormat, saveStream, saveTo } from '../../../src/oci/archive/save.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { readImage } from '../../../src/oci/store/read-image.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import { type TarFiles, tar, writeTree } from '../archives.ts';
import {
  describe as descriptorOf,
  type MadeImage,
  makeImage,
  makeIndex,
  storeImage,
  tarOf,
  types,
} from '../store/images.ts';

let folder: string;
let store: ImageStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-archive-'));
  store = openImageStore(join(folder, 'store'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const name = 'docker.io/library/web:1';
const other = () => openImageStore(join(folder, 'other'));
const blobFile = (content: Buffer) => `blobs/${digestOf(content).replace(':', '/')}`;

/** As files of a layout; `index` in place of what index.json says. */
function layoutOf(image: MadeImage, index?: object): TarFiles {
  const files: TarFiles = { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}' };
  for (const content of [...image.layers, image.config, image.manifest]) files[blobFile(content)] = content;
  const named = { ...image.target, annotations: { 'org.opencontainers.image.ref.name': 'web:1' } };
  files['index.json'] = JSON.stringify(index ?? { schemaVersion: 2, manifests: [named] });
  return files;
}

async function file(files: TarFiles): Promise<string> {
  const path = join(folder, 'image.tar');
  writeFileSync(path, await tar(files));
  return path;
}

describe.each<SaveFormat>(['docker-archive', 'oci-archive', 'oci-dir'])('%s', (format) => {
  test('goes out and comes back with the same digests, all platforms', async () => {
    const [amd, arm] = [
      await makeImage([{ base: '1' }, { app: '1' }]),
      await makeImage([{ base: '2' }, { app: '2' }], { platform: { os: 'linux', architecture: 'arm64' } }),
    ];
    const index = makeIndex([
      { image: amd, architecture: 'amd64' },
      { image: arm, architecture: 'arm64' },
    ]);
    await using lease = store.lease('test');
    for (const content of [...amd.layers, amd.config, amd.manifest, ...arm.layers, arm.config, arm.manifest]) {
      await lease.put(content);
    }
    await lease.put(index.content);
    await store.images.set(index.target, [name, 'localhost:5000/web:2']);
    const images = [await store.images.find('web:1'), await store.images.find('localhost:5000/web:2')];
    const path = join(folder, 'out');
    await saveTo(store, images, path, { format });
    const fresh = other();
    const loaded = await loadArchive(fresh, path);
    expect(loaded.map(({ record, names }) => [record.target, names])).toEqual([
      [index.target, [name, 'localhost:5000/web:2']],
    ]);
    expect((await fresh.verify()).problems).toEqual([]);
    expect((await fresh.verify()).blobs).toBe(9);
    fresh.close();
    const again = join(folder, 'arm');
    await saveTo(store, [images[0]!], again, { format, platform: 'linux/arm64' });
    const small = openImageStore(join(folder, 'small'));
    expect((await loadArchive(small, again))[0]!.record.target.digest).toBe(arm.target.digest);
    expect((await small.verify()).blobs).toBe(4);
    small.close();
    expect(readdirSync(folder).sort()).toEqual(['arm', 'other', 'out', 'small', 'store']);
  });
});

test('the same images make the same bytes, and a stream what a file has', async () => {
  await storeImage(store, await makeImage([{ a: '1' }]), name);
  const images = [await store.images.find('web:1')];
  const options = { format: 'docker-archive' } as const;
  const [one, two] = [
    await buffer(await saveStream(store, images, options)),
    await buffer(await saveStream(store, images, options)),
  ];
  expect(one.equals(two)).toBe(true);
  await saveTo(store, images, join(folder, 'x.tar'), options);
  expect(readFileSync(join(folder, 'x.tar')).equals(one)).toBe(true);
  await expect(saveTo(store, images, join(folder, 'no', 'x.tar'), options)).rejects.toThrow('cannot write');
});

test.each(['plain', 'gzip', 'zstd'])('a docker archive from before layouts, %s', async (how) => {
  const layers = [await tarOf({ a: '1' }), await tarOf({ b: '2' })];
  const config = Buffer.from(
    JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: layers.map(digestOf) } }),
  );
  const configFile = `${digestOf(config).slice(7)}.json`;
  const archive = await tar({
    'aa/layer.tar': layers[0]!,
    'bb/layer.tar': layers[1]!,
    [configFile]: config,
    'manifest.json': JSON.stringify([
      { Config: configFile, RepoTags: ['web:1', 'shop/web:2'], Layers: ['aa/layer.tar', 'bb/layer.tar'] },
    ]),
  });
  const path = join(folder, 'docker.tar');
  writeFileSync(path, how === 'gzip' ? gzipSync(archive) : how === 'zstd' ? zstdCompressSync(archive) : archive);
  const [loaded] = await loadArchive(store, path);
  expect(loaded!.names).toEqual([name, 'docker.io/shop/web:2']);
  const image = await readImage(store, loaded!.record.target);
  expect(image.configDigest).toBe(digestOf(config));
  expect(image.manifest.layers).toEqual(layers.map((layer) => descriptorOf(types.plainLayer, layer)));
  expect((await loadArchive(store, path))[0]!.record.target).toEqual(loaded!.record.target);
});

describe('is refused, and nothing is left behind:', () => {
  const refused = async (path: string, words: string | RegExp) => {
    await expect(loadArchive(store, path)).rejects.toThrow(words);
    expect((await store.verify()).blobs).toBe(0);
    const ingest = join(folder, 'store', 'ingest');
    expect(existsSync(ingest) ? readdirSync(ingest) : []).toEqual([]);
    expect(store.images.list()).toEqual([]);
  };
  const cases: Record<string, { words: string; make: () => Promise<TarFiles> }> = {
    'a layer that is another': {
      words: 'does not have the digest',
      async make() {
        const image = await makeImage([{ a: '1' }]);
        const files = layoutOf(image);
        const file = blobFile(image.layers[0]!);
        const bytes = Buffer.from(image.layers[0]!);
        bytes[bytes.length - 6]! ^= 1;
        return { ...files, [file]: bytes };
      },
    },
    'a manifest that is another': {
      words: 'does not have the digest',
      async make() {
        const image = await makeImage([{ a: '1' }]);
        const text = image.manifest.toString().replace('"size":', '"size": ');
        return { ...layoutOf(image), [blobFile(image.manifest)]: text };
      },
    },
    'a layer that is not there': {
      words: 'lacks blobs/sha256/',
      async make() {
        const image = await makeImage([{ a: '1' }]);
        const { [blobFile(image.layers[0]!)]: _, ...files } = layoutOf(image);
        return files;
      },
    },
    'a layer of another size': {
      words: 'bytes came where',
      async make() {
        const image = await makeImage([{ a: '1' }]);
        const document = JSON.parse(image.manifest.toString());
        document.layers[0].size += 1;
        const manifest = Buffer.from(JSON.stringify(document));
        return layoutOf({ ...image, manifest, target: descriptorOf(types.manifest, manifest) });
      },
    },
    'a layer whose content is not what the config says': {
      words: 'does not have the content that the image says',
      async make() {
        const image = await makeImage([{ a: '1' }]);
        const layer = gzipSync(await tarOf({ b: '1' }));
        const document = JSON.parse(image.manifest.toString());
        document.layers = [descriptorOf(types.layer, layer)];
        const manifest = Buffer.from(JSON.stringify(document));
        return layoutOf({ ...image, layers: [layer], manifest, target: descriptorOf(types.manifest, manifest) });
      },
    },
    'an index in itself': {
      words: 'does not have the digest',
      async make() {
        const digest = `sha256:${'a'.repeat(64)}`;
        const index = JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: types.index, digest, size: 200 }] });
        return { 'index.json': index, [`blobs/${digest.replace(':', '/')}`]: index };
      },
    },
    'indexes in indexes without end': {
      words: 'nested too deep',
      async make() {
        const image = await makeImage([{ a: '1' }]);
        const files = layoutOf(image);
        let target: object = image.target;
        for (let depth = 0; depth < 7; depth++) {
          const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: [target] }));
          files[blobFile(index)] = index;
          target = descriptorOf(types.index, index);
        }
        return { ...files, 'index.json': JSON.stringify({ schemaVersion: 2, manifests: [target] }) };
      },
    },
    'a manifest that is an index as well': {
      words: 'both layers and manifests',
      async make() {
        const image = await makeImage([{ a: '1' }]);
        const manifest = Buffer.from(JSON.stringify({ ...JSON.parse(image.manifest.toString()), manifests: [] }));
        return layoutOf({ ...image, manifest, target: descriptorOf(types.manifest, manifest) });
      },
    },
    'a digest that is a path': {
      words: 'no valid digest',
      async make() {
        const image = await makeImage([{ a: '1' }]);
        return layoutOf(image, {
          schemaVersion: 2,
          manifests: [{ ...image.target, digest: 'sha256:../../../etc/passwd' }],
        });
      },
    },
    'a path that leads out of the image': {
      words: 'leads out of the image',
      make: async () => layoutOf(await makeImage([{ '../../etc/cron.d/x': 'bad' }])),
    },
    'an absolute path': {
      words: 'leads out of the image',
      make: async () => layoutOf(await makeImage([{ '/etc/passwd': 'bad' }])),
    },
    'a file that no layer is': {
      words: 'lacks ../../../etc/passwd',
      make: async () => ({
        'c.json': '{"rootfs":{"diff_ids":[]}}',
        'manifest.json': JSON.stringify([{ Config: 'c.json', RepoTags: null, Layers: ['../../../etc/passwd'] }]),
      }),
    },
    'a docker archive with another config': {
      words: 'does not have the digest',
      make: async () => ({
        [`${'b'.repeat(64)}.json`]: '{}',
        'manifest.json': JSON.stringify([{ Config: `${'b'.repeat(64)}.json`, RepoTags: [], Layers: [] }]),
      }),
    },
    'nothing at all': { words: 'neither index.json nor manifest.json', make: async () => ({ x: 'y' }) },
  };
  test.each(Object.entries(cases))('%s', async (_what, { words, make }) => {
    await refused(await file(await make()), words);
  });

  test('a truncated layer, a truncated archive', async () => {
    const tarred = await tarOf({ a: 'x'.repeat(100_000) });
    const whole = gzipSync(tarred);
    const layer = whole.subarray(0, whole.length - 40);
    const image = await makeImage([{ a: 'x'.repeat(100_000) }]);
    const document = JSON.parse(image.manifest.toString());
    document.layers = [descriptorOf(types.layer, layer)];
    const manifest = Buffer.from(JSON.stringify(document));
    const cut = { ...image, layers: [layer], manifest, target: descriptorOf(types.manifest, manifest) };
    await refused(await file(layoutOf(cut)), 'the file is cut short');
    const path = await file(layoutOf(image));
    writeFileSync(path, gzipSync(readFileSync(path)).subarray(0, 300));
    await refused(path, 'cut short');
  });

  test('a bomb', async () => {
    store.close();
    store = openImageStore(join(folder, 'store'), { limits: { free: 2 ** 20, ratio: 250, most: 2 ** 30 } });
    const zeros = gzipSync(Buffer.concat([await tarOf({ a: '' }), Buffer.alloc(2 ** 23)]), { level: 9 });
    const image = await makeImage([{ a: '1' }]);
    const document = JSON.parse(image.manifest.toString());
    document.layers = [descriptorOf(types.layer, zeros)];
    const manifest = Buffer.from(JSON.stringify(document));
    await refused(
      await file(layoutOf({ ...image, layers: [zeros], manifest, target: descriptorOf(types.manifest, manifest) })),
      'made to fill the disk',
    );
  });

  test('a file that is there twice', async () => {
    const image = await makeImage([{ a: '1' }]);
    const [one, two] = [await tar(layoutOf(image)), await tar({ 'index.json': '{}' })];
    writeFileSync(join(folder, 'twice.tar'), Buffer.concat([two.subarray(0, 1024), one]));
    await refused(join(folder, 'twice.tar'), 'holds index.json twice');
    const layer = gzipSync(Buffer.concat([(await tarOf({ a: '1' })).subarray(0, 1024), await tarOf({ a: '2' })]));
    writeFileSync(join(folder, 'layer.tar.gz'), layer);
    await expect(
      importTree(store, Readable.from([layer]), { names: [], message: '', config: {}, now: 0 }),
    ).rejects.toThrow('is there twice');
    expect((await store.verify()).blobs).toBe(0);
  });
});

test('a tree goes out as one tar: whiteouts, opaque folders, links whose first name is gone', async () => {
  const lower = await tar(
    { 'etc/': null, 'etc/gone': 'x', 'etc/kept': 'kept', 'var/': null, 'var/old': 'old', first: 'linked' },
    { second: 'first', third: 'second' },
  );
  const upper = await tar({
    'etc/.wh.gone': '',
    'var/.wh..wh..opq': '',
    'var/new': 'new',
    '.wh.first': '',
    link: '->etc/kept',
  });
  const layers = [gzipSync(lower), zstdCompressSync(upper)];
  const image = await makeImage([]);
  const document = JSON.parse(image.manifest.toString());
  document.layers = layers.map((layer) => descriptorOf(types.layer, layer));
  const manifest = Buffer.from(JSON.stringify(document));
  await storeImage(store, { ...image, layers, manifest, target: descriptorOf(types.manifest, manifest) }, name);
  const out = exportTree(store, await readImage(store, (await store.images.find('web:1')).target));
  const found: string[] = [];
  const reader = extract();
  reader.on('entry', async ({ name: path, type, linkname }, content, next) => {
    found.push(`${type} ${path} ${linkname ?? (await buffer(content))}`);
    content.resume();
    next();
  });
  await pipeline(out, reader);
  expect(found).toEqual([
    'file etc/kept kept',
    'file second linked',
    'link third second',
    'file var/new new',
    'symlink link etc/kept',
    'directory var/ ',
    'directory etc/ ',
  ]);
});

test('a tree has nothing below a link or a file, so that who unpacks it stays where it is', async () => {
  const layers = [
    gzipSync(await tar({ into: '->/elsewhere', 'into/evil': 'x', file: 'f', 'deep/er/old': 'o' })),
    gzipSync(await tar({ 'file/below': 'b', deep: 'now a file' })),
  ];
  const image = await makeImage([]);
  const document = {
    ...JSON.parse(image.manifest.toString()),
    layers: layers.map((layer) => descriptorOf(types.layer, layer)),
  };
  const manifest = Buffer.from(JSON.stringify(document));
  await storeImage(store, { ...image, layers, manifest, target: descriptorOf(types.manifest, manifest) }, name);
  const out = exportTree(store, await readImage(store, (await store.images.find('web:1')).target));
  const found: string[] = [];
  const reader = extract();
  reader.on('entry', async ({ name: path, type }, content, next) => {
    found.push(`${type} ${path}`);
    content.resume();
    next();
  });
  await pipeline(out, reader);
  expect(found.sort()).toEqual(['file deep', 'file file/below', 'file into/evil']);
});

const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

describe.skipIf(!has('skopeo'))('skopeo', () => {
  const skopeo = (...args: string[]) =>
    execFileSync('skopeo', ['--insecure-policy', '--tmpdir', folder, ...args], { encoding: 'utf8', stdio: 'pipe' });

  test('reads what is saved, and what it writes is loaded', async () => {
    const image = await makeImage([{ a: '1' }, { b: '2' }]);
    await storeImage(store, image, name);
    const images = [await store.images.find('web:1')];
    await saveTo(store, images, join(folder, 'docker.tar'), { format: 'docker-archive' });
    await saveTo(store, images, join(folder, 'oci.tar'), { format: 'oci-archive' });
    await saveTo(store, images, join(folder, 'oci'), { format: 'oci-dir' });
    for (const source of [`oci-archive:${folder}/oci.tar`, `oci:${folder}/oci`]) {
      expect(digestOf(Buffer.from(skopeo('inspect', '--raw', source)))).toBe(image.target.digest);
    }
    expect(skopeo('inspect', '--config', '--raw', `docker-archive:${folder}/docker.tar`)).toBe(image.config.toString());
    skopeo('copy', `oci:${folder}/oci`, `oci-archive:${folder}/back.tar:web:1`);
    skopeo('copy', `oci:${folder}/oci`, `docker-archive:${folder}/old.tar:web:1`);
    const fresh = other();
    expect((await loadArchive(fresh, join(folder, 'back.tar')))[0]).toMatchObject({
      names: [name],
      record: { target: image.target },
    });
    const [old] = await loadArchive(fresh, join(folder, 'old.tar'));
    const config = (await readImage(fresh, old!.record.target)).config;
    expect(config.rootfs).toEqual(JSON.parse(image.config.toString()).rootfs);
    fresh.close();
  }, 30_000);
});

describe.skipIf(!has('umoci'))('umoci', () => {
  test('unpacks what is saved to the tree that is exported', async () => {
    const image = await makeImage([
      { 'etc/a': '1', 'etc/b': '2' },
      { 'etc/.wh.a': '', c: '3' },
    ]);
    await storeImage(store, image, name);
    const found = await store.images.find('web:1');
    await saveTo(store, [found], join(folder, 'oci'), { format: 'oci-dir' });
    execFileSync('umoci', ['unpack', '--rootless', '--image', `${folder}/oci:1`, `${folder}/bundle`], {
      stdio: 'pipe',
    });
    mkdirSync(join(folder, 'tree'));
    writeFileSync(join(folder, 'tree.tar'), await buffer(exportTree(store, await readImage(store, found.target))));
    execFileSync('tar', ['-xf', `${folder}/tree.tar`, '-C', `${folder}/tree`]);
    expect(execFileSync('diff', ['-r', `${folder}/bundle/rootfs`, `${folder}/tree`], { encoding: 'utf8' })).toBe('');
    expect(readdirSync(join(folder, 'tree', 'etc'))).toEqual(['b']);
  }, 30_000);
});

test('a folder as docker-archive, and a name in place of those of the archive', async () => {
  const image = await makeImage([{ a: '1' }]);
  mkdirSync(join(folder, 'layout'));
  writeTree(join(folder, 'layout'), layoutOf(image));
  const [loaded] = await loadArchive(store, join(folder, 'layout'), ['docker.io/library/other:2']);
  expect(loaded!.record.names).toEqual(['docker.io/library/other:2']);
});

test('a docker archive of old versions: no layout, a file of repositories, an equal layer as a link', async () => {
  const layer = await tarOf({ a: '1' });
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [digestOf(layer), digestOf(layer)] },
  });
  const old = await tar({
    'aa/VERSION': '1.0',
    'aa/json': '{}',
    'aa/layer.tar': layer,
    'bb/VERSION': '1.0',
    'bb/json': '{}',
    'bb/layer.tar': '->../aa/layer.tar',
    'config.json': config,
    'manifest.json': JSON.stringify([
      { Config: 'config.json', RepoTags: ['old:1', 'old:2'], Layers: ['aa/layer.tar', 'bb/layer.tar'] },
    ]),
    repositories: JSON.stringify({ old: { 1: 'bb' } }),
  });
  writeFileSync(join(folder, 'old-docker.tar'), old);
  const [loaded] = await loadArchive(store, join(folder, 'old-docker.tar'));
  expect(loaded!.names).toEqual(['docker.io/library/old:1', 'docker.io/library/old:2']);
  const { manifest } = await readImage(store, loaded!.record.target);
  expect(manifest.layers.map(({ digest }) => digest)).toEqual([digestOf(layer), digestOf(layer)]);
});
