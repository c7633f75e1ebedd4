import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import {
  answerFrom,
  documentsOf,
  type MadeImage,
  madeImage,
  type Served,
  serve,
} from '../../oci/registry/fake-registry.ts';
import { makeImage, storeImage } from '../../oci/store/images.ts';
import { failure, run } from '../fake-cluster.ts';

let home: string;
let registry: Served;
let images: Record<string, MadeImage>;
/** What asks for it has to come as `ann`. */
let isPrivate = false;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'kctl-others-'));
  images = {
    v1: madeImage([['a', 100]]),
    v2: madeImage([
      ['a', 100],
      ['b', 20],
    ]),
  };
  isPrivate = false;
  registry = await serve((request, response) => {
    const ann = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
    if (!isPrivate || request.headers.authorization === ann) answerFrom(documentsOf(images), response, request.url!);
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
});
afterEach(async () => {
  await registry.stop();
  rmSync(home, { recursive: true, force: true });
});

const list = (items: readonly unknown[]) => ({ kind: 'List', apiVersion: 'v1', metadata: {}, items });

function pod(name: string, image: string, imageID = '', waits = ''): KubeObject {
  const state = waits === '' ? { running: {} } : { waiting: { reason: waits } };
  return {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: name } },
    spec: { nodeName: 'n1', imagePullSecrets: [{ name: 'pull' }], containers: [{ name: 'app', image }] },
    status: { containerStatuses: [{ name: 'app', imageID, state }] },
  } as unknown as KubeObject;
}

const node = (name: string, ...names: string[][]) => ({
  ...{ apiVersion: 'v1', kind: 'Node', metadata: { name } },
  status: {
    images: names.map((all) => ({ names: all, sizeBytes: 1 })),
    nodeInfo: { operatingSystem: 'linux', architecture: 'amd64', containerRuntimeVersion: 'containerd://2.0' },
  },
});

function served(pods: readonly KubeObject[], nodes: readonly object[]) {
  const auths = { [registry.host]: { auth: Buffer.from('ann:secret').toString('base64') } };
  const data = { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') };
  return {
    'GET /api/v1/namespaces/default/pods': list(pods),
    'GET /api/v1/pods': list(pods),
    'GET /api/v1/nodes': list(nodes),
    'GET /api/v1/namespaces/default/secrets/pull': { kind: 'Secret', metadata: { name: 'pull' }, data },
  };
}

const env = () => ({ KCTL_HOME: home, HOME: home });

test('what a node names by its digest is all there; the next look asks the registry for nothing', async () => {
  const web = `${registry.host}/web`;
  const { digest } = images['v2']!;
  const world = served(
    [pod('old', `${web}:v1`, `${web}@${images['v1']!.digest}`), pod('new', `${web}@${digest}`, '', 'ErrImagePull')],
    [node('n1', [`${web}@${digest}`, `${web}:v2`])],
  );
  const look = () => run(['get', 'pods', '-o', 'layers'], world, { tool: 'kctl', env: env() });
  const first = await look();
  expect(first.stdout).toMatch(
    /\nold .* 100B +1 +1, 100B +on node +n1\nnew .* 120B +2 +1, 100B +ErrImagePull, all layers on node +n1\n$/,
  );
  const count = registry.asked.length;
  expect((await look()).stdout).toBe(first.stdout);
  expect(registry.asked.length).toBe(count);
});

test('a tag that has moved is not taken for what runs, and only what is asked for is warned of', async () => {
  const web = `${registry.host}/web`;
  const gone = `sha256:${'9'.repeat(64)}`;
  const world = served([pod('a', `${web}:v1`, `${web}@${gone}`), pod('b', `${web}:v2`)], []);
  const look = (...words: string[]) => run(['images', ...words], world, { tool: 'kctl', env: env() });
  const { stdout, stderr } = await look();
  expect(stdout).toMatch(/web:v1 +unknown +unknown +1\/1 +pod\/a\n.*web:v2 +120B +120B +0\/1 +pod\/b\n$/);
  expect(stderr).toBe(
    `Warning: ${web}:v1: the registry has another image by now: ${web}:v1 was 999999999999 when it was pulled\n`,
  );
  expect((await look('v2')).stderr).toBe('');
  const [item] = JSON.parse((await look('v1', '-o', 'json')).stdout).items;
  expect(item).toMatchObject({ digests: [gone], layersUnknown: expect.stringContaining('another image by now') });
});

test('pods of one name that run different images, or have other secrets, are tried in turn', async () => {
  isPrivate = true;
  const web = `${registry.host}/web:v1`;
  const blind = pod('blind', web);
  blind['spec'].imagePullSecrets = [{ name: 'none' }];
  blind.metadata.namespace = 'other';
  const world = {
    ...served([blind, pod('sees', web)], []),
    'GET /api/v1/namespaces/other/secrets/none': failure(403, 'Forbidden', 'no'),
  };
  const { stdout, stderr } = await run(['images', '-A', '--no-headers'], world, { tool: 'kctl', env: env() });
  expect([stderr, stdout]).toEqual([
    '',
    expect.stringMatching(/web:v1 +100B +100B +0\/2 +default\/pod\/sees, other\/pod\/blind\n/),
  ]);
});

test('image layers --nodes reads what nodes keep with the pull secrets of pods that run it', async () => {
  isPrivate = true;
  const store = openImageStore(join(home, 'images'));
  try {
    const image = await makeImage([{ base: 'one' }, { app: 'two' }]);
    await storeImage(store, image, 'docker.io/shop/web:1');
    const [below] = JSON.parse(Buffer.from(image.manifest).toString()).layers as { digest: string; size: number }[];
    const made = madeImage([['a', 1]]);
    made.manifest = made.manifest.replace(`sha256:${'a'.repeat(64)}`, below!.digest);
    const { digestOf } = await import('../../oci/registry/fake-registry.ts');
    made.digest = digestOf(made.manifest);
    images['v3'] = made;
    const name = `${registry.host}/web`;
    const world = served(
      [pod('a', `${name}:v3`, `${name}@${made.digest}`)],
      [node('n1', [`${name}@${made.digest}`, `${name}:v3`]), node('n2')],
    );
    const { stdout } = await run(['image', 'layers', 'shop/web:1', '--nodes'], world, { tool: 'kctl', env: env() });
    expect(stdout).toMatch(/\nn1 +1\/2 +\d+B\nn2 +0\/2 +\d+B\n/);
  } finally {
    store.close();
  }
});
