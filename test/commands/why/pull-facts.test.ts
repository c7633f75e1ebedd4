import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { isPulling, pullFacts } from '../../../src/commands/why/pull-facts.ts';
import type { World } from '../../../src/commands/why/world.ts';

const pod = (image: string, spec: object = {}, container: object = {}, reason = 'ImagePullBackOff') =>
  ({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop' } },
    spec: { nodeName: 'n1', containers: [{ name: 'app', image, ...container }], ...spec },
    status: { containerStatuses: [{ name: 'app', state: { waiting: { reason } } }] },
  }) as KubeObject;

const secret = (auths: object, type = 'kubernetes.io/dockerconfigjson') => {
  const key = type.endsWith('cfg') ? '.dockercfg' : '.dockerconfigjson';
  const text = JSON.stringify(type.endsWith('cfg') ? auths : { auths });
  return { metadata: { name: 'cred' }, type, data: { [key]: Buffer.from(text).toString('base64') } };
};

/** Only what these facts ask for. */
function world(objects: Record<string, unknown> = {}, nodes: object[] = [], hidden: readonly string[] = []): World {
  const missing: string[] = [];
  return {
    missing,
    async get(resource: string, _namespace: string | undefined, name: string) {
      if (hidden.includes(resource)) missing.push(`${resource}/${name}`);
      return objects[`${resource}/${name}`];
    },
    list: async () => nodes,
  } as unknown as World;
}

const said = async (one: KubeObject, there: World) =>
  (await pullFacts(one, there)).map(({ level, text }) => `${level}: ${text}`);
const pulls = { imagePullSecrets: [{ name: 'cred' }] };

describe('an image that is not pulled', () => {
  test('is named in full', async () => {
    const words = async (image: string) => (await said(pod(image), world()))[0];
    expect(await words('nginx')).toBe(
      'warn: image nginx means: registry docker.io, repository library/nginx, tag latest, since none is given',
    );
    expect(await words('ghcr.io/a/b:v1')).toBe(
      'warn: image ghcr.io/a/b:v1 means: registry ghcr.io, repository a/b, tag v1',
    );
  });

  test('is asked for without credentials', async () => {
    expect((await said(pod('ghcr.io/a/b'), world()))[1]).toBe(
      'warn: it is pulled without credentials: neither the pod nor its service account default names a secret',
    );
    const account = { 'serviceaccounts/robot': { imagePullSecrets: [{ name: 'late' }] } };
    expect((await said(pod('ghcr.io/a/b', { serviceAccountName: 'robot' }), world(account)))[1]).toContain(
      'bad: the pod names no secret; its service account robot names late by now',
    );
  });

  test.each([
    [{ 'ghcr.io': {} }, 'ghcr.io/a/b', 'ok'],
    [{ 'https://ghcr.io/v2/': {} }, 'ghcr.io/a/b', 'ok'],
    [{ 'https://index.docker.io/v1/': {} }, 'nginx', 'ok'],
    [{ '*.example.com': {} }, 'eu.example.com/a', 'ok'],
    [{ '*.example.com': {} }, 'a.eu.example.com/a', 'bad'],
    [{ 'example.com': {} }, 'example.com:5000/a', 'bad'],
    [{}, 'ghcr.io/a/b', 'bad'],
  ])('with credentials for %j, of %s: %s', async (auths, image, level) => {
    const there = world({ 'secrets/cred': secret(auths) });
    expect((await pullFacts(pod(image, pulls), there))[1]?.level).toBe(level);
    const old = world({ 'secrets/cred': secret(auths, 'kubernetes.io/dockercfg') });
    expect((await pullFacts(pod(image, pulls), old))[1]?.level).toBe(level);
  });

  test('by a secret that is none, is broken, is not there, or may not be seen', async () => {
    const of = async (there: World) => (await said(pod('ghcr.io/a/b', pulls), there))[1];
    expect(await of(world({ 'secrets/cred': { metadata: { name: 'cred' }, type: 'Opaque' } }))).toContain(
      'is of type Opaque',
    );
    const broken = { ...secret({}), data: { '.dockerconfigjson': 'bm8=' } };
    expect(await of(world({ 'secrets/cred': broken }))).toContain('holds no readable .dockerconfigjson');
    expect(await of(world())).toContain('bad: pull secret cred, which the pod names, does not exist in namespace shop');
    expect(await of(world({}, [], ['secrets']))).toBeUndefined();
  });

  test('may be on nodes, under this tag or another', async () => {
    const nodes = [
      { status: { images: [{ names: ['ghcr.io/a/b:v1', `ghcr.io/a/b@sha256:${'0'.repeat(64)}`] }, { names: null }] } },
      { status: { images: [{ names: ['ghcr.io/a/b:v0'] }, { names: ['ghcr.io/a/other:v9'] }] } },
    ];
    expect((await said(pod('ghcr.io/a/b:v2'), world({}, nodes))).at(-1)).toBe(
      'warn: of a/b nodes have the tags v0, v1',
    );
    expect((await said(pod('ghcr.io/a/b:v1'), world({}, nodes))).at(-1)).toContain('1 of 2 nodes have this very image');
  });

  test('and never will be, by its policy', async () => {
    expect(await said(pod('ghcr.io/a/b', {}, { imagePullPolicy: 'Never' }), world())).toContain(
      'bad: its pull policy is Never: node n1 has to have the image already',
    );
  });
});

test('other troubles are not about images', async () => {
  expect(isPulling(pod('x', {}, {}, 'CrashLoopBackOff'))).toBe(false);
  expect(await pullFacts(pod('x', {}, {}, 'CrashLoopBackOff'), world())).toEqual([]);
});
