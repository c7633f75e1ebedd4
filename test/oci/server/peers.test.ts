import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { saveTo } from '../../../src/oci/archive/save.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { onePassword } from '../../../src/oci/server/passwords.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import { makeImage, makeIndex, putImage, storeImage } from '../store/images.ts';
import { type ServedRegistry, serveRegistry } from './serve.ts';

const has = (program: string) => spawnSync(program, ['--version']).error === undefined;
const run = promisify(execFile);

let folder: string;
let store: ImageStore;
let registry: ServedRegistry;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-peers-'));
  store = openImageStore(join(folder, 'store'));
  registry = await serveRegistry(store);
});
afterEach(async () => {
  await registry.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!has('skopeo'))('skopeo', () => {
  const insecure = ['--src-tls-verify=false', '--dest-tls-verify=false'];
  const skopeo = async (...args: string[]) =>
    (
      await run('skopeo', ['--insecure-policy', '--tmpdir', folder, ...args], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: folder },
      })
    ).stdout;

  test('pushes, pulls, lists, inspects and deletes', async () => {
    const image = await makeImage([{ a: '1' }, { b: '2' }]);
    await storeImage(store, image, 'docker.io/library/web:1');
    await saveTo(store, [await store.images.find('web:1')], join(folder, 'layout'), { format: 'oci-dir' });
    const at = `docker://${registry.host}/shop/web`;
    await skopeo('copy', ...insecure, `oci:${folder}/layout`, `${at}:v1`);
    await skopeo('copy', ...insecure, `${at}:v1`, `docker://${registry.host}/other:v2`);
    await skopeo('copy', ...insecure, `docker://${registry.host}/other:v2`, `oci:${folder}/back:v2`);
    const raw = await skopeo('inspect', '--tls-verify=false', '--raw', `docker://${registry.host}/other:v2`);
    expect(digestOf(Buffer.from(raw))).toBe(image.target.digest);
    expect(digestOf(Buffer.from(await skopeo('inspect', '--raw', `oci:${folder}/back:v2`)))).toBe(image.target.digest);
    expect(JSON.parse(await skopeo('list-tags', '--tls-verify=false', at))).toMatchObject({ Tags: ['v1'] });
    await skopeo('delete', '--tls-verify=false', `${at}:v1`);
    expect(store.repositories.manifests('shop/web')).toEqual([]);
    expect((await store.verify()).problems).toEqual([]);
  }, 30_000);

  test('copies all platforms of an index, with a name and a password', async () => {
    await registry.close();
    registry = await serveRegistry(store, { checkPassword: onePassword('kctl', 'secret') });
    const [amd, arm] = [
      await makeImage([{ a: '1' }]),
      await makeImage([{ a: '2' }], { platform: { os: 'linux', architecture: 'arm64' } }),
    ];
    const index = makeIndex([
      { image: amd, architecture: 'amd64' },
      { image: arm, architecture: 'arm64' },
    ]);
    await using lease = store.lease('test');
    await putImage(lease, amd);
    await putImage(lease, arm);
    await lease.put(index.content);
    await store.images.set(index.target, ['docker.io/library/web:1']);
    await saveTo(store, [await store.images.find('web:1')], join(folder, 'layout'), { format: 'oci-dir' });
    const at = `docker://${registry.host}/web:multi`;
    await expect(skopeo('copy', '--all', ...insecure, `oci:${folder}/layout`, at)).rejects.toThrow(
      /authentication required|unauthorized/i,
    );
    await skopeo('copy', '--all', ...insecure, '--dest-creds', 'kctl:secret', `oci:${folder}/layout`, at);
    expect(store.repositories.manifest('web', 'multi')?.digest).toBe(index.target.digest);
    const raw = await skopeo('inspect', '--tls-verify=false', '--creds', 'kctl:secret', '--raw', at);
    expect(raw).toBe(index.content.toString());
  }, 30_000);
});

describe.skipIf(!has('buildah'))('buildah', () => {
  test('pulls and pushes', async () => {
    const image = await makeImage([{ 'etc/hello': 'world' }]);
    await storeImage(store, image, 'docker.io/library/web:1');
    for (const layer of [...image.layers, image.config]) store.repositories.linkBlob('web', digestOf(layer));
    store.repositories.putManifest('web', image.target, ['1']);
    const storage = ['--storage-driver', 'vfs', '--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
    const policy = join(folder, 'policy.json');
    writeFileSync(policy, JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
    const buildah = async (...args: string[]) =>
      (
        await run('buildah', [...storage, ...args], {
          encoding: 'utf8',
          env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder },
        })
      ).stdout;
    await buildah('pull', '--signature-policy', policy, '--tls-verify=false', `${registry.host}/web:1`);
    await buildah(
      'push',
      '--signature-policy',
      policy,
      '--tls-verify=false',
      `${registry.host}/web:1`,
      `docker://${registry.host}/built:1`,
    );
    const pushed = store.repositories.manifest('built', '1')!;
    const { config } = JSON.parse((await store.document(pushed.digest)).toString());
    expect(config.digest).toBe(digestOf(image.config));
  }, 60_000);
});
