import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { collectImages, unusedImages } from '../../../src/oci/in-use/collect.ts';
import { type ImageUse, totalBytes } from '../../../src/oci/in-use/image-use.ts';
import { compared } from '../../../src/oci/in-use/layers.ts';
import { workloadOf } from '../../../src/oci/in-use/workload.ts';
import { onePassword } from '../../../src/oci/server/passwords.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { serveRegistry } from '../../oci/server/serve.ts';
import { makeImage, putImage } from '../../oci/store/images.ts';
import { type Emulated, emulated } from '../emulated.ts';
import { failure, run } from '../fake-cluster.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const pod = (
  name: string,
  image: string,
  more: { imageID?: string; namespace?: string; owner?: object; labels?: Record<string, string> } = {},
) =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...{ name, namespace: more.namespace ?? 'default', labels: more.labels ?? {} },
      ...(more.owner ? { ownerReferences: [more.owner] } : {}),
    },
    spec: { nodeName: 'n1', containers: [{ name: 'app', image, imagePullPolicy: 'Always' }] },
    status: { containerStatuses: [{ name: 'app', imageID: more.imageID ?? '' }] },
  }) as KubeObject;
const node = (name: string, images: { names: string[] | null; sizeBytes: number }[], runtime = 'containerd://2.0') =>
  ({
    ...{ apiVersion: 'v1', kind: 'Node', metadata: { name } },
    status: { images, nodeInfo: { containerRuntimeVersion: runtime } },
  }) as KubeObject;
const list = (items: readonly KubeObject[]) => ({ kind: 'List', apiVersion: 'v1', metadata: {}, items });

describe('images of pods', () => {
  test('are one, however they are written', () => {
    const found = collectImages(
      [pod('a', 'nginx:1.27'), pod('b', 'docker.io/library/nginx:1.27'), pod('c', 'nginx'), pod('d', 'Not Valid')],
      [],
    );
    expect(found.map(({ name, uses }) => [name, uses.length])).toEqual([
      ['Not Valid', 1],
      ['nginx:1.27', 2],
      ['nginx:latest', 1],
    ]);
    expect(found.every(({ size, uniqueBytes }) => size === undefined && uniqueBytes === undefined)).toBe(true);
  });

  test('have the size that nodes say, under any of their names', () => {
    const id = `docker.io/library/nginx@${digest('a')}`;
    const [image] = collectImages(
      [pod('a', 'nginx:1.27', { imageID: `docker-pullable://${id}` })],
      [
        node('n1', [{ names: [id], sizeBytes: 70 }]),
        node('n2', [{ names: [id, 'docker.io/library/nginx:1.27'], sizeBytes: 72 }]),
      ],
    );
    expect(image).toMatchObject({ size: { bytes: 72, from: 'node' }, digests: [digest('a')], keptBy: ['n1', 'n2'] });
  });

  test('that nobody uses are found by their digests, too', () => {
    const nodes = [
      node('n1', [
        { names: [`ghcr.io/a/used@${digest('b')}`, 'ghcr.io/a/used:2'], sizeBytes: 5 },
        { names: [`ghcr.io/a/idle@${digest('c')}`, 'ghcr.io/a/idle:1'], sizeBytes: 6 },
        { names: [`ghcr.io/a/bare@${digest('d')}`], sizeBytes: 7 },
        { names: null, sizeBytes: 8 },
      ]),
    ];
    const pods = [pod('a', 'ghcr.io/a/used:moved', { imageID: `ghcr.io/a/used@${digest('b')}` })];
    expect(unusedImages(pods, nodes).map(({ name }) => name)).toEqual([
      `ghcr.io/a/bare@${digest('d')}`,
      'ghcr.io/a/idle:1',
    ]);
  });

  test('belong to what keeps the pod', () => {
    const owner = (kind: string, name: string) => ({ kind, name, uid: name, controller: true });
    const labels = { 'pod-template-hash': '79f5' };
    const job = {
      metadata: { name: 'report-1', uid: 'report-1', ownerReferences: [owner('CronJob', 'report')] },
    } as KubeObject;
    const of = (more: object) => workloadOf(pod('p', 'x', more), [job]);
    expect(of({})).toBe('pod/p');
    expect(of({ owner: owner('ReplicaSet', 'web-79f5'), labels })).toBe('deployment/web');
    expect(of({ owner: owner('ReplicaSet', 'web-79f5') })).toBe('replicaset/web-79f5');
    expect(of({ owner: owner('Job', 'report-1') })).toBe('cronjob/report');
    expect(of({ owner: owner('Job', 'other') })).toBe('job/other');
  });
});

test('layers are counted once, and told apart', () => {
  const image = (name: string, ...sizes: [string, number][]): ImageUse => ({
    ...collectImages([pod('a', name)], [])[0]!,
    layers: sizes.map(([letter, sizeBytes]) => ({ digest: digest(letter), sizeBytes, instruction: '' })),
  });
  const images = compared([
    image('one:1', ['a', 10], ['b', 5], ['b', 5]),
    image('two:1', ['a', 10], ['c', 7]),
    image('three:1', ['d', 3]),
  ]);
  expect(images.map(({ uniqueBytes, sharesWith }) => [uniqueBytes, sharesWith])).toEqual([
    [5, ['two:1']],
    [7, ['one:1']],
    [3, []],
  ]);
  expect(totalBytes(images)).toBe(25);
  expect(totalBytes([...images, collectImages([pod('a', 'x')], [])[0]!])).toBeUndefined();
});

describe('on a cluster that is not ours', () => {
  const pods = [
    pod('web-1', 'nginx:1.27', { imageID: `docker.io/library/nginx@${digest('a')}` }),
    pod('new', 'ghcr.io/team/app:v2\u001b[31m'),
  ];
  const routes = {
    'GET /api/v1/namespaces/default/pods': list(pods),
    'GET /api/v1/nodes': list([node('n1', [{ names: ['docker.io/library/nginx:1.27'], sizeBytes: 72_634_118 }])]),
  };

  test('sizes are those of nodes, and what nobody says is unknown where registries are not asked', async () => {
    const { stdout, stderr, requests } = await run(['images', '--registries=false'], routes, { tool: 'kctl' });
    expect(stdout).toBe(`\
IMAGE                       SIZE      UNIQUE    PULLED   USED BY
ghcr.io/team/app:v2^[[31m   unknown   unknown   0/1      pod/new
nginx:1.27                  72.6MB    unknown   1/1      pod/web-1
`);
    expect(stderr).toBe('');
    expect(requests.map(({ path }) => path).sort()).toEqual(['/api/v1/namespaces/default/pods', '/api/v1/nodes']);
  });

  test('who may not see nodes sees the images all the same', async () => {
    const denied = failure(403, 'Forbidden', 'nodes is forbidden');
    const { stdout, stderr, code } = await run(
      ['images', 'nginx', '--registries=false'],
      { ...routes, 'GET /api/v1/nodes': denied },
      { tool: 'kctl' },
    );
    expect([code, stderr]).toEqual([0, 'Warning: nodes may not be listed: sizes are not known\n']);
    expect(stdout).toContain('nginx:1.27   unknown');
    const unused = await run(['images', '--unused', '--registries=false'], {
      ...routes,
      'GET /api/v1/pods': list(pods),
      'GET /api/v1/nodes': denied,
    });
    expect(unused.code).toBe(1);
  });

  test('layers come from the registry, with the secrets of the pod where it gives nothing without', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kctl-images-'));
    const store = openImageStore(folder);
    const registry = await serveRegistry(store, { checkPassword: onePassword('kctl', 'right') });
    try {
      const image = await makeImage([{ base: 'one' }, { app: 'two' }]);
      await using lease = store.lease('test');
      await putImage(lease, image);
      store.repositories.putManifest('team/app', image.target, ['1']);
      store.repositories.linkBlob('team/app', digestOf(image.config));
      const { host } = registry;
      const auths = { [host]: { username: 'kctl', password: 'right' } };
      const secret = {
        metadata: { name: 'pull', namespace: 'default' },
        data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
      };
      const app = pod('app', `${host}/team/app:1`);
      app['spec'].imagePullSecrets = [{ name: 'pull' }];
      const served = {
        ...routes,
        'GET /api/v1/namespaces/default/pods': list([app]),
        'GET /api/v1/namespaces/default/secrets/pull': secret,
      };
      const { stdout, stderr, requests } = await run(['images', '-o', 'json'], served, { tool: 'kctl' });
      expect(stderr).toBe('');
      const bytes = image.layers.reduce((sum, { length }) => sum + length, 0);
      expect(JSON.parse(stdout).items).toMatchObject([
        { sizeBytes: bytes, sizeFrom: 'layers', uniqueBytes: bytes, simulated: false, layers: [{}, {}] },
      ]);
      expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
      const table = (await run(['get', 'pods', '-o', 'layers'], served, { tool: 'kctl' })).stdout;
      expect(table).toMatch(/^POD +CONTAINER +IMAGE +SIZE +LAYERS +SHARED +STATE +NODE\n/);
      expect(table).toMatch(/app +app +\S+team\/app:1 +\d+B +2 +0 +missing 2\/2 layers, \d+B +n1\n$/);
      const without = await run(
        ['images', '-o', 'json'],
        { ...served, 'GET /api/v1/namespaces/default/secrets/pull': failure(403, 'Forbidden', 'no') },
        { tool: 'kctl' },
      );
      expect(without.stderr).toContain('the registry cannot be read');
      expect(JSON.parse(without.stdout).items[0].layers).toBeUndefined();
    } finally {
      await registry.close();
      store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('words and patterns choose', async () => {
    const names = async (...words: string[]) =>
      (await run(['images', '-o', 'name', '--registries=false', ...words], routes)).stdout;
    expect(await names('ngi')).toBe('nginx:1.27\n');
    expect(await names('nginx:*', 'nothing')).toBe('nginx:1.27\n');
    expect(await names('ngin?:1.2')).toBe('');
    expect(await names('docker.io')).toBe('nginx:1.27\n');
  });
});

describe('on the bundled cluster', () => {
  let cluster: Emulated;
  beforeAll(async () => {
    cluster = await emulated({ seed: 'demo', nodes: 3 });
  });
  afterAll(() => cluster.stop());
  const json = async (line: string) => JSON.parse((await cluster.run([...line.split(' '), '-o', 'json'])).stdout).items;

  test('layers are known, and what each image has alone', async () => {
    const items = await json('images -A');
    const nginx = items.find(({ name }: ImageUse) => name === 'nginx:1.28');
    const layerBytes = nginx.layers.reduce((sum: number, layer: { sizeBytes: number }) => sum + layer.sizeBytes, 0);
    expect(nginx.sizeBytes).toBe(layerBytes);
    expect(nginx.sharesLayersWith).toContain('redis:7.4');
    expect(nginx.uniqueBytes).toBeLessThan(layerBytes);
    expect(nginx).toMatchObject({ simulated: true, tag: '1.28', registry: 'docker.io' });
    // What it shares does not depend on what else is shown.
    expect((await json('images nginx -A'))[0].uniqueBytes).toBe(nginx.uniqueBytes);
  });

  test('the largest first, and what cannot be pulled is unknown', async () => {
    const sizes = (await json('images --sort-by=size')).map(({ sizeBytes = -1 }) => sizeBytes);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    const { stdout } = await cluster.run(['images', 'mailer', '--no-headers', '-o', 'wide']);
    expect(stdout.split(/ {2,}/).slice(1, 6)).toEqual(['unknown', 'unknown', '0/1', 'deploy/mailer', 'IfNotPresent']);
    expect((await cluster.run(['images', '--sort-by=colour'])).stderr).toContain('--sort-by accepts only name, size');
  });

  test('a terminal gets a sum; what nobody uses any more is apart', async () => {
    const shown = await cluster.run(['images'], { terminal: true, env: { NO_COLOR: '1' } });
    expect(shown.stdout).toMatch(
      /\n\n10 images: \d+MB together, 1 of unknown size; \d+MB with every layer once; simulated\n$/,
    );
    expect((await cluster.run(['images'])).stdout).not.toContain('together');
    const unused = await json('images --unused');
    expect(unused.map(({ name, uses }: ImageUse) => [name, uses])).toEqual([['nginx:1.27', []]]);
  });
});
