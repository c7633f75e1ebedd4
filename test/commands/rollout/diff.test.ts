import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { answerFrom, documentsOf, madeImage, type Served, serve } from '../../oci/registry/fake-registry.ts';
import { deployment, pod, replicaSet } from '../../store/rollout/objects.ts';
import { failure, type Routes, run } from '../fake-cluster.ts';

const list = (items: readonly object[]) => ({ kind: 'List', apiVersion: 'v1', metadata: {}, items });
const basic = `Basic ${Buffer.from('ann:secret').toString('base64')}`;

const images = {
  v1: madeImage([
    ['a', 100_000_000],
    ['b', 5_000_000],
  ]),
  v2: madeImage([
    ['a', 100_000_000],
    ['c', 6_000_000],
  ]),
};

let registry: Served;
beforeAll(async () => {
  registry = await serve((request, response) => {
    if (request.headers.authorization === basic) return answerFrom(documentsOf(images), response, request.url!);
    response.statusCode = 401;
    response.setHeader('www-authenticate', 'Basic realm="x"');
    response.end();
  });
});
afterAll(() => registry.stop());

const node = (name: string, names: string[], more: object = {}) =>
  ({
    ...{ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} },
    status: {
      nodeInfo: { operatingSystem: 'linux', architecture: 'amd64', containerRuntimeVersion: 'containerd://2.0' },
      images: [{ names, sizeBytes: 42 }],
    },
    ...more,
  }) as KubeObject;

/** A server with a deployment of two revisions; its service account has a secret for the registry. */
function routes(overrides: Routes = {}): Routes {
  const image = (tag: string) => `${registry.host}/shop/web:${tag}`;
  const set = (revision: number, tag: string, replicas: number, map: string) => {
    const made = replicaSet(revision, image(tag), replicas);
    made.spec.template.spec.containers[0].envFrom = [{ configMapRef: { name: map } }];
    return made;
  };
  const live = deployment(image('v2'), { spec: { selector: { matchLabels: { app: 'web' } } } });
  live.spec.template = { ...set(2, 'v2', 3, 'c-2').spec.template, metadata: { labels: { app: 'web' } } };
  const auths = { [registry.host]: { username: 'ann', password: 'secret' } };
  const secret = { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') };
  const map = (value: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: {}, data: { LEVEL: value } });
  const shop = 'GET /api/v1/namespaces/shop';
  return {
    'GET /apis/apps/v1/namespaces/shop/deployments/web': live,
    'GET /apis/apps/v1/namespaces/shop/replicasets': list([set(1, 'v1', 0, 'c-1'), set(2, 'v2', 3, 'c-2')]),
    'GET /api/v1/nodes': list([node('n1', [image('v1')]), node('n2', ['other:1'])]),
    [`${shop}/pods`]: list([pod('web-0', 2, image('v2'), { node: 'n1', ready: true })]),
    [`${shop}/configmaps/c-1`]: map('info'),
    [`${shop}/configmaps/c-2`]: map('debug'),
    [`${shop}/serviceaccounts/default`]: {
      ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: {} },
      imagePullSecrets: [{ name: 'pull' }],
    },
    [`${shop}/secrets/pull`]: { apiVersion: 'v1', kind: 'Secret', metadata: {}, data: secret },
    ...overrides,
  };
}
const diff = (line: string[] = [], overrides: Routes = {}) =>
  run(['rollout', 'diff', 'deploy/web', ...line], routes(overrides), { tool: 'kctl', namespace: 'shop' });

describe('rollout diff', () => {
  test('tells what changed, with the layers that the registry tells to who has the secret of the pods', async () => {
    const { stdout, code } = await diff();
    const image = `${registry.host}/shop/web`;
    expect(stdout.replace(/, \S+ old/g, ', AGE old')).toBe(`deployment shop/web: revision 1 -> 2
  revision 1 web-hash1, AGE old
  revision 2 (now) web-hash2, AGE old
container web
  ~ image: ${image}:v1 -> ${image}:v2
  ~ env *: (all of configmap c-1) -> (all of configmap c-2)
configmap c-1 -> c-2: envFrom of web
  ~ LEVEL: "info" -> "debug"
layers of ${image}:v1 -> ${image}:v2: web (linux/amd64)
  = 1 layer in both, 100MB
  + 6MB COPY c /c
  - 5MB COPY b /b
pulls for revision 2
  n1  ~6MB    1 layer, 1 pod there now
  n2  ~106MB  2 layers, may run some
  ~ at most: of what the node keeps only images of the same repository are compared
`);
    expect(code).toBe(0);
  });

  test('says why layers are not known, and asks no registry where that is not wanted', async () => {
    const forbidden = failure(403, 'Forbidden', 'no');
    const refused = await diff([], { 'GET /api/v1/namespaces/shop/secrets/pull': forbidden });
    expect(refused.stdout).toContain(
      `  ? not known: the registry cannot be read: ${registry.host} asks for a user and a password, and none is known for it (pull secret pull may not be read)\n`,
    );
    const before = registry.asked.length;
    const quiet = await diff(['--registries=false']);
    expect(quiet.stdout).toContain('  ? not known: registries were not asked\n');
    expect(quiet.stdout).toContain('  ~ its size is not known: registries were not asked\n');
    expect(registry.asked.length).toBe(before);
  });

  test('of who may see neither nodes nor pods is still told', async () => {
    const forbidden = failure(403, 'Forbidden', 'no');
    const { stdout } = await diff([], {
      'GET /api/v1/nodes': forbidden,
      'GET /api/v1/namespaces/shop/pods': forbidden,
    });
    expect(stdout).toContain('  + 6MB COPY c /c\n');
    expect(stdout).not.toContain('pulls for');
    expect(stdout).toContain('Not seen, for want of rights: nodes, pods\n');
  });

  test('as JSON', async () => {
    const { stdout } = await diff(['-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ apiVersion: 'kctl.dev/v1', kind: 'RolloutDiff', workload: 'Deployment' },
      metadata: { name: 'web', namespace: 'shop' },
      ...{ before: { revision: 1 }, after: { revision: 2 } },
      config: [{ before: 'c-1', after: 'c-2', keys: [{ key: 'LEVEL', before: 'info', after: 'debug' }] }],
      nodes: [
        { node: 'n1', bytes: 6_000_000, pods: 1 },
        { node: 'n2', bytes: 106_000_000, pods: 0 },
      ],
    });
  });

  test('of chosen revisions', async () => {
    expect((await diff(['--revision', '2..1', '--registries=false'])).stdout).toContain('revision 2 -> 1\n');
    expect((await diff(['--revision', '1', '--registries=false'])).stdout).toContain('revision 1 -> 2\n');
    expect(await diff(['--revision', '7..'])).toMatchObject({
      stderr: expect.stringContaining('deployment "web" keeps no revision 7'),
      code: 1,
    });
    expect((await diff(['--revision', '2'])).stderr).toContain('revision 2 is the present one');
    expect((await diff(['--revision', '..1'])).stderr).toContain('keeps no revision before 1');
    expect((await diff(['--revision', 'x'])).stderr).toContain('--revision takes a..b');
  });
});

test('on a terminal control characters of a cluster stay text, whatever else is painted', async () => {
  const shop = 'GET /api/v1/namespaces/shop';
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: {}, data: { LEVEL: '\u001b]0;taken\u0007' } };
  const line = ['rollout', 'diff', 'deploy/web', '--registries=false'];
  const { stdout } = await run(line, routes({ [`${shop}/configmaps/c-2`]: map }), {
    ...{ tool: 'kctl', namespace: 'shop', terminal: true, env: { TERM: 'xterm-256color' } },
  });
  expect(stdout).toContain('LEVEL: "info" -> ');
  expect(stdout).not.toContain('\u001b]0');
  expect(stdout).not.toContain('^[[');
});
