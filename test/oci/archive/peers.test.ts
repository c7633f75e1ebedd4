import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadArchive } from '../../../src/oci/archive/load.ts';
import { saveTo } from '../../../src/oci/archive/save.ts';
import { compressionOf } from '../../../src/oci/decompress.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { analyseImage } from '../../../src/oci/layers/analyse-image.ts';
import { storeSource } from '../../../src/oci/layers/image-source.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { readImage, readPlatforms } from '../../../src/oci/store/read-image.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import { makeImage, makeIndex, putImage, storeImage } from '../store/images.ts';

let folder: string;
let store: ImageStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-peers-'));
  store = openImageStore(join(folder, 'store'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const name = 'docker.io/library/web:1';
const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

describe.skipIf(!has('skopeo'))('skopeo', () => {
  const skopeo = (...args: string[]) =>
    execFileSync('skopeo', ['--insecure-policy', '--tmpdir', folder, ...args], { encoding: 'utf8', stdio: 'pipe' });

  test('copies all platforms in and out with their digests', async () => {
    const platform = (architecture: string) =>
      makeImage([{ base: '1' }, { app: architecture }], { platform: { os: 'linux', architecture } });
    const [amd, arm] = [await platform('amd64'), await platform('arm64')];
    const index = makeIndex([
      { image: amd, architecture: 'amd64' },
      { image: arm, architecture: 'arm64' },
    ]);
    await using lease = store.lease('test');
    await putImage(lease, amd);
    await putImage(lease, arm);
    await lease.put(index.content);
    await store.images.set(index.target, [name]);
    await saveTo(store, [await store.images.find(name)], join(folder, 'out'), { format: 'oci-dir' });
    skopeo('copy', '--all', `oci:${folder}/out`, `oci:${folder}/back:web:1`);
    expect(digestOf(Buffer.from(skopeo('inspect', '--raw', `oci:${folder}/back:web:1`)))).toBe(index.target.digest);
    const other = openImageStore(join(folder, 'other'));
    try {
      const [loaded] = await loadArchive(other, join(folder, 'back'));
      expect(loaded).toMatchObject({ names: [name], record: { target: index.target } });
      const there = await readPlatforms(other, loaded!.record.target);
      expect(there.map((one) => [one.platform, one.target.digest])).toEqual([
        ['linux/amd64', amd.target.digest],
        ['linux/arm64', arm.target.digest],
      ]);
    } finally {
      other.close();
    }
  });

  test('layers that it compressed with zstd are kept as they are, and read', async () => {
    const image = await makeImage([{ a: 'x'.repeat(5000) }, { b: '2' }]);
    await storeImage(store, image, name);
    await saveTo(store, [await store.images.find(name)], join(folder, 'out'), { format: 'oci-dir' });
    skopeo('copy', '--dest-compress-format', 'zstd', '--dest-compress', `oci:${folder}/out`, `dir:${folder}/dir`);
    skopeo('copy', `dir:${folder}/dir`, `oci-archive:${folder}/zstd.tar:web:2`);
    await loadArchive(store, join(folder, 'zstd.tar'));
    const found = await store.images.find('web:2');
    const { manifest } = await readImage(store, found.target);
    for (const { digest, mediaType } of manifest.layers) {
      expect([compressionOf(readFileSync(store.fileOf(digest))), mediaType]).toEqual([
        'zstd',
        'application/vnd.oci.image.layer.v1.tar+zstd',
      ]);
    }
    const [one, two] = [
      await analyseImage(await storeSource(store, 'web:1')),
      await analyseImage(await storeSource(store, 'web:2')),
    ];
    expect(two.layers.map(({ diffId, added }) => [diffId, added])).toEqual(
      one.layers.map(({ diffId, added }) => [diffId, added]),
    );
  });
});

describe.skipIf(!has('buildah') || process.getuid?.() !== 0)('buildah', () => {
  test('what it pushes to archives is loaded, the same image from both', async () => {
    const places = ['--root', join(folder, 'b'), '--runroot', join(folder, 'r'), '--storage-driver', 'vfs'];
    const buildah = (...args: string[]) =>
      execFileSync('buildah', [...places, ...args], { encoding: 'utf8', cwd: folder, stdio: 'pipe' }).trim();
    mkdirSync(join(folder, 'tree'));
    writeFileSync(join(folder, 'tree/app'), 'app');
    const container = buildah('from', 'scratch');
    buildah('copy', '-q', container, 'tree', '/srv');
    buildah('config', '--cmd', '["/srv/app"]', '--env', 'A=1', container);
    const id = buildah('commit', '-q', container, 'web:2');
    buildah('push', '-q', id, `docker-archive:${folder}/docker.tar:web:2`);
    buildah('push', '-q', id, `oci-archive:${folder}/oci.tar:web:3`);
    for (const file of ['docker.tar', 'oci.tar']) await loadArchive(store, join(folder, file));
    for (const tag of ['2', '3']) {
      const { config } = await readImage(store, (await store.images.find(`web:${tag}`)).target);
      expect(config.config).toMatchObject({ Cmd: ['/srv/app'], Env: expect.arrayContaining(['A=1']) });
      const { layers } = await analyseImage(await storeSource(store, `web:${tag}`));
      expect(layers.map(({ added }) => added)).toEqual([['srv', 'srv/app']]);
    }
    expect((await store.verify()).problems).toEqual([]);
  }, 30_000);
});
