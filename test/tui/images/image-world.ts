import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadArchive } from '../../../src/oci/archive/load.ts';
import { openRegistry } from '../../../src/oci/server/registry.ts';
import { parseManifest, referencesOf } from '../../../src/oci/store/manifest.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { imageConfig, type LayerSpec, sha, type TarFiles, tar } from '../../oci/archives.ts';
import { type FakeCluster, fakeCluster, podRow, putObject } from '../fake-services.ts';

/** What comes behind names in layers: colours, a title, a letter that turns the direction round, a new line. */
const evil = 'a\u001b[41;5mR\u001b]0;pwned\u0007\u202egnp.결제🚀\nnewline';

const layers: readonly [instruction: string, files: TarFiles][] = [
  [
    'ADD base.tar /',
    {
      'bin/': null,
      'bin/sh': Buffer.alloc(70_000, 0),
      'etc/': null,
      'etc/passwd': 'root:x:0:0\n한국어 \u001b[31mred\n',
      'var/': null,
      'var/cache/': null,
      'var/cache/a.deb': Buffer.alloc(30_000, 'a'),
    },
  ],
  [
    `COPY app /app ${evil}`,
    {
      'app/': null,
      [`app/${evil}`]: 'x',
      'app/결제.js': 'y'.repeat(3000),
      'app/link': '->/etc/passwd',
      'etc/passwd': 'z',
    },
  ],
  ['RUN rm -rf /var/cache', { 'var/.wh.cache': '', 'app/결제.js': 'y'.repeat(3000) }],
];

/** A docker archive with the first so many of these layers. */
async function archive(name: string, count: number): Promise<Buffer> {
  const specs: LayerSpec[] = [];
  for (const [, files] of layers.slice(0, count)) {
    const data = await tar(files);
    specs.push({ data, diffId: sha(data) });
  }
  const history = layers.slice(0, count).map(([created_by]) => ({ created_by }));
  const names = specs.map((_, index) => `l${index}/layer.tar`);
  return tar({
    ...Object.fromEntries(names.map((file, index) => [file, specs[index]!.data])),
    'config.json': imageConfig(specs, history),
    'manifest.json': JSON.stringify([{ Config: 'config.json', RepoTags: [name], Layers: names }]),
  });
}

async function putInto(home: string, name: string, count: number): Promise<string> {
  const file = join(home, 'image.tar');
  writeFileSync(file, await archive(name, count));
  const store = openImageStore(join(home, 'images'));
  try {
    await loadArchive(store, file);
    return (await store.images.find(name)).target.digest;
  } finally {
    store.close();
  }
}

export interface ImageWorld {
  home: string;
  cluster: FakeCluster;
  /** `127.0.0.1:40000`; a registry that has `shop/web:1`, which this machine's store has not. */
  registry(): Promise<string>;
  close(): Promise<void>;
}

/** A cluster whose pod `web` runs `shop/web:1`, and a store with that image and one that is below it. */
export async function imageWorld(): Promise<ImageWorld> {
  const home = mkdtempSync(join(tmpdir(), 'kctl-images-'));
  const other = mkdtempSync(join(tmpdir(), 'kctl-registry-'));
  const digest = await putInto(home, 'shop/web:1', 3);
  await putInto(home, 'shop/base:1', 1);
  const cluster = fakeCluster([podRow('shop', 'web')]);
  cluster.services = { ...cluster.services, env: { KCTL_HOME: home, HOME: home } };
  putPod(cluster, 'shop/web:1', digest);
  let server: Server | undefined;
  let ends: (() => Promise<void>) | undefined;
  return {
    home,
    cluster,
    async registry() {
      const own = await putInto(other, 'shop/web:1', 3);
      const store = openImageStore(join(other, 'images'));
      const bytes = await store.document(own);
      const manifest = parseManifest(bytes);
      store.repositories.putManifest('shop/web', { digest: own, mediaType: manifest.mediaType, size: bytes.length }, [
        '1',
      ]);
      for (const { digest: blob } of referencesOf(manifest)) store.repositories.linkBlob('shop/web', blob);
      const registry = openRegistry(store);
      server = createServer((request, response) => registry.handle(request, response));
      await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
      ends = async () => {
        await registry.close();
        store.close();
      };
      const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      putPod(cluster, `${host}/shop/web:1`, undefined);
      rmSync(join(home, 'images'), { recursive: true });
      return host;
    },
    async close() {
      server?.closeAllConnections();
      await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
      await ends?.();
      // What was found is remembered behind the page's back, maybe while its folder goes.
      for (const folder of [home, other]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function putPod(cluster: FakeCluster, image: string, digest: string | undefined): void {
  putObject(cluster, 'pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-shop-web' },
    spec: { containers: [{ name: 'main', image }] },
    status: { containerStatuses: [{ name: 'main', ...(digest && { imageID: `docker.io/shop/web@${digest}` }) }] },
  });
}
