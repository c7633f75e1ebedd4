import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadArchive } from '../../../src/oci/archive/load.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { readImage } from '../../../src/oci/store/read-image.ts';
import { imageConfig, sha, tar } from '../../oci/archives.ts';
import { tarOf } from '../../oci/store/images.ts';
import { type Home, inHome } from './in-home.ts';

let home: Home;
let server: Server;
let root: Buffer;
let address: string;
const asked: (string | undefined)[] = [];

beforeAll(async () => {
  home = inHome();
  root = await tarOf({ 'etc/motd': 'hello' });
  server = createServer(({ url, headers }, answer) => {
    asked.push(headers.authorization);
    if (url === '/moved') answer.writeHead(302, { location: '/rootfs.tar.gz' }).end();
    else if (url === '/loop') answer.writeHead(302, { location: '/loop' }).end();
    else if (url === '/rootfs.tar.gz') answer.end(gzipSync(root));
    else if (url === '/cut') {
      answer.writeHead(200, { 'content-length': '100000' });
      answer.write(root, () => answer.destroy());
    } else if (url === '/page') answer.end('<html>');
    else answer.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  home.dispose();
});

const layersOf = async (name: string) =>
  (await readImage(home.store, (await home.store.images.find(name)).target)).manifest.layers;

test('image import fetches addresses, through redirects', async () => {
  const { code, stdout, stderr } = await home.run(['image', 'import', `${address}/moved`, 'mini:1']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
  const [found] = JSON.parse((await home.run(['image', 'inspect', 'mini:1'])).stdout);
  expect(found).toMatchObject({ Comment: `Imported from ${address}/moved`, RootFS: { Layers: [digestOf(root)] } });
  await home.run(['image', 'import', `${address.replace('//', '//ann:s%20cret@')}/rootfs.tar.gz`, 'mini:2']);
  expect(asked.at(-1)).toBe(`Basic ${Buffer.from('ann:s cret').toString('base64')}`);
  expect((await home.run(['image', 'history', '--no-trunc', 'mini:2'])).stdout).not.toContain('cret');
});

test('what is no root file system leaves one line and nothing in the store', async () => {
  const before = home.store.images.list().length;
  for (const [path, text] of [
    ['/none.tar', `cannot import ${address}/none.tar: the server answers 404 Not Found`],
    ['/cut', 'broke off after '],
    ['/page', 'is no tar'],
    ['/loop', 'redirects again and again'],
  ] as const) {
    const { code, stdout, stderr } = await home.run(['image', 'import', address + path, 'bad:1']);
    expect([path, code, stdout, stderr]).toEqual([path, 1, '', expect.stringContaining(text)]);
  }
  const refused = await home.run(['image', 'import', 'http://127.0.0.1:1/x.tar']);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('refuses connections')]);
  expect(home.store.images.list()).toHaveLength(before);
  expect((await home.store.collect()).blobs).toEqual([]);
});

describe.each(['xz', 'bzip2'])('%s', (program) => {
  const isThere = spawnSync(program, ['--version']).error === undefined;
  const pressed = (bytes: Buffer) => execFileSync(program, ['-c'], { input: bytes });

  test.skipIf(!isThere)(
    'root file systems, layers and whole archives; registries get gzip',
    async () => {
      writeFileSync(join(home.path, 'root.tar.x'), pressed(root));
      expect(await home.run(['image', 'import', 'root.tar.x', 'pressed:1'])).toMatchObject({ code: 0, stderr: '' });
      const [layer] = await layersOf('pressed:1');
      expect(layer).toMatchObject({ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' });
      expect((await home.store.layerFacts(layer!.digest)).diffId).toBe(digestOf(root));
      expect(gunzipSync(await home.store.document(layer!.digest)).equals(root)).toBe(true);
      const archive = await tar({
        'layer.tar': pressed(root),
        'c.json': imageConfig([{ data: root, diffId: sha(root) }]),
        'manifest.json': JSON.stringify([{ Config: 'c.json', RepoTags: ['old:1'], Layers: ['layer.tar'] }]),
      });
      writeFileSync(join(home.path, 'a.tar.x'), pressed(archive));
      await loadArchive(home.store, join(home.path, 'a.tar.x'));
      expect((await layersOf('old:1'))[0]).toMatchObject({ digest: layer!.digest, mediaType: layer!.mediaType });
      const seen = await home.run(['image', 'layers', 'a.tar.x', '-o', 'json']);
      expect(JSON.parse(seen.stdout).layers[0].diffId).toBe(digestOf(root));
      writeFileSync(join(home.path, 'cut.x'), pressed(root).subarray(0, 60));
      const cut = await home.run(['image', 'import', 'cut.x', 'cut:1']);
      expect([cut.code, cut.stderr]).toEqual([1, expect.stringMatching(/^error: .*cut short/)]);
      expect((await home.store.collect()).blobs).toEqual([]);
    },
    20_000,
  );
});
