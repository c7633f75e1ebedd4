import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { ApiStatusError } from '../../../src/api/status.ts';
import { FactsCache } from '../../../src/oci/look-up/facts-cache.ts';
import { ImageLookUp } from '../../../src/oci/look-up/image-look-up.ts';
import type { ImagePuller } from '../../../src/oci/look-up/node-platform.ts';
import { RegistryImages, type RegistryImagesOptions } from '../../../src/oci/look-up/registry-images.ts';
import { RegistryHttp } from '../../../src/oci/registry/http.ts';
import {
  answerFrom,
  digestOf,
  documentsOf,
  type MadeImage,
  madeImage,
  type Served,
  serve,
} from '../registry/fake-registry.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function started(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Served> {
  const served = await serve(answer);
  ends.push(() => served.stop());
  return served;
}

const basic = (user: string) => `Basic ${Buffer.from(user).toString('base64')}`;

/** A registry that lets in who comes as one of these; anybody where none is named. */
function registryOf(
  images: Readonly<Record<string, MadeImage | string>>,
  users: readonly string[] = [],
): Promise<Served> {
  const real = Object.entries(images).filter((one): one is [string, MadeImage] => typeof one[1] !== 'string');
  const documents = documentsOf(Object.fromEntries(real));
  for (const [tag, text] of Object.entries(images))
    if (typeof text === 'string') documents.set(tag, text).set(digestOf(text), text);
  return started((request, response) => {
    // Mirrors are told whom they stand for.
    const [path = ''] = request.url!.split('?');
    const name = decodeURIComponent(path.split('/').at(-1)!);
    const found = documents.get(name);
    if (found !== undefined) response.setHeader('docker-content-digest', digestOf(found));
    if (users.length === 0 || users.map(basic).includes(request.headers.authorization ?? ''))
      return answerFrom(documents, response, path);
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
}

const secret = (place: string, user: string, isOld = false): KubeObject => {
  const entry = { [place]: { auth: Buffer.from(user).toString('base64') } };
  const text = JSON.stringify(isOld ? entry : { auths: entry });
  const key = isOld ? '.dockercfg' : '.dockerconfigjson';
  return { metadata: { name: 'pull' }, data: { [key]: Buffer.from(text).toString('base64') } } as unknown as KubeObject;
};

const refusal = (code: number) =>
  new ApiStatusError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, message: 'no' });

/** @param objects `secrets/pull` and the like; a number is the code of what is answered in its place */
function world(objects: Readonly<Record<string, KubeObject | number>> = {}, more: Partial<RegistryImagesOptions> = {}) {
  const read: string[] = [];
  const registries = new RegistryImages({
    http: new RegistryHttp(),
    async get(resource, namespace, name) {
      read.push(`${resource}/${namespace}/${name}`);
      const found = objects[`${resource}/${name}`] ?? 404;
      if (typeof found === 'number') throw refusal(found);
      return found;
    },
    signal: AbortSignal.timeout(20_000),
    ...more,
  });
  const lookUp = new ImageLookUp({ isOwn: false, ownFacts: async () => undefined, registries: async () => registries });
  return { read, registries, lookUp };
}

const amd64 = { os: 'linux', architecture: 'amd64' };
const puller = (spec: Record<string, unknown> = { imagePullSecrets: [{ name: 'pull' }] }): ImagePuller => ({
  ...{ namespace: 'shop', spec, platform: amd64 },
});
const image = madeImage([['a', 5]]);
const other = madeImage([['b', 7]]);

describe('a registry is asked', () => {
  test('as nobody first: of what is open no secret is read', async () => {
    const { host } = await registryOf({ v1: image });
    const { lookUp, read } = world();
    expect(await lookUp.named(`${host}/web:v1`, puller())).toMatchObject({
      facts: { sizeBytes: 5, id: image.configDigest },
    });
    expect(read).toEqual([]);
  });

  test.each([
    ['of the pod', { 'secrets/pull': 'host' }, undefined, false],
    ['as older ones are', { 'secrets/pull': 'host' }, undefined, true],
    [
      'of the service account',
      { 'serviceaccounts/robot': 'account', 'secrets/pull': 'host' },
      { serviceAccountName: 'robot' },
      false,
    ],
  ] as const)('with the pull secrets %s', async (_, names, spec, isOld) => {
    const { host } = await registryOf({ v1: image }, ['ann:secret']);
    const account = { metadata: { name: 'robot' }, imagePullSecrets: [{ name: 'pull' }] } as unknown as KubeObject;
    const objects = Object.fromEntries(
      Object.entries(names).map(([key, what]) => [
        key,
        what === 'host' ? secret(`https://${host}/v1/`, 'ann:secret', isOld) : account,
      ]),
    );
    const { lookUp } = world(objects);
    expect(await lookUp.named(`${host}/web:v1`, puller(spec))).toMatchObject({ facts: { sizeBytes: 5 } });
  });

  test('as the user of this machine last', async () => {
    const { host, asked } = await registryOf({ v1: image }, ['me:mine']);
    const credentials = async () => ({ username: 'me', password: 'mine' });
    const { lookUp, read } = world({ 'secrets/pull': secret(host, 'ann:wrong') }, { credentials });
    expect(await lookUp.named(`${host}/web:v1`, puller())).toMatchObject({ facts: { sizeBytes: 5 } });
    expect(read).toEqual(['secrets/shop/pull']);
    const tried = [...new Set(asked.map(({ authorization }) => authorization))];
    expect(tried).toEqual([undefined, basic('ann:wrong'), basic('me:mine')]);
  });

  test('again by those who may see more where it hides what one may not see', async () => {
    const documents = documentsOf({ v1: image });
    const served = await started((request, response) => {
      if (request.headers.authorization) return answerFrom(documents, response, request.url!);
      if (request.url === '/v2/') return response.writeHead(200).end('{}');
      if (request.url!.includes('app')) return response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      return response.writeHead(404).end('{}');
    });
    const { lookUp } = world({ 'secrets/pull': secret(served.host, 'ann:secret') });
    expect(await lookUp.named(`${served.host}/app:v1`, puller())).toMatchObject({ facts: { sizeBytes: 5 } });
    expect(await lookUp.named(`${served.host}/hidden:v1`, puller())).toMatchObject({ isAbsent: true });
  });

  test('and what did not help is told', async () => {
    const { host } = await registryOf({ v1: image }, ['ann:secret']);
    const told = async (objects: Readonly<Record<string, KubeObject | number>>) =>
      (await world(objects).lookUp.named(`${host}/web:v1`, puller())) as { unknown: string };
    expect((await told({ 'secrets/pull': secret(host, 'ann:wrong') })).unknown).toMatch(
      /does not let these credentials read web .*\(asked without credentials, with pull secret pull\)$/,
    );
    expect((await told({ 'secrets/pull': secret('ghcr.io', 'a:b') })).unknown).toMatch(
      /\(pull secret pull is for other registries\)$/,
    );
    expect((await told({ 'secrets/pull': 403 })).unknown).toMatch(/\(pull secret pull may not be read\)$/);
    expect((await told({})).unknown).toMatch(/\(pull secret pull is not there\)$/);
  });

  test('once, where it does not answer: what waits for it is told the same', async () => {
    const served = await started(() => {});
    const { lookUp } = world({}, { http: new RegistryHttp({ onlyPlainHosts: [served.host] }), patienceMs: 60 });
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, number) => lookUp.named(`${served.host}/a:v${number}`, puller())),
    );
    expect(all).toEqual(
      all.map(() => ({
        unknown: expect.stringMatching(/^the registry cannot be read: .* takes more than 0.06 s/),
        short: 'no answer',
      })),
    );
    expect(served.asked.length).toBe(4);
  });

  test('no more where it has been asked too often; one that cannot answer for one image is asked for others', async () => {
    let code = 429;
    const documents = documentsOf({ v1: image });
    const served = await started((request, response) => {
      if (request.url!.includes('bad')) return response.writeHead(code).end('{}');
      answerFrom(documents, response, request.url!);
    });
    const limited = world().lookUp;
    await limited.named(`${served.host}/bad:v1`, puller({}));
    expect(await limited.named(`${served.host}/good:v1`, puller({}))).toMatchObject({
      unknown: expect.stringContaining('too often'),
    });
    code = 500;
    const broken = world().lookUp;
    expect(await broken.named(`${served.host}/bad:v1`, puller({}))).toMatchObject({
      unknown: expect.stringContaining('answers 500'),
    });
    expect(await broken.named(`${served.host}/good:v1`, puller({}))).toMatchObject({ facts: { sizeBytes: 5 } });
  });

  test('for what may be one: other names and hostile answers are told in place of the image', async () => {
    const broken = JSON.stringify({
      config: { digest: image.configDigest },
      layers: [{ digest: '../../etc', size: 1 }],
    });
    const negative = JSON.stringify({
      config: { digest: image.configDigest },
      layers: [{ digest: image.digest, size: -1 }],
    });
    const strange = madeImage([['a', 1]]);
    strange.config = '{"history":"no list"}';
    strange.configDigest = digestOf(strange.config);
    strange.manifest = strange.manifest.replace(
      /"config":\{[^}]*\}/,
      `"config":{"digest":"${strange.configDigest}","size":1}`,
    );
    strange.digest = digestOf(strange.manifest);
    const { host } = await registryOf({ v1: image, broken, negative, strange });
    const { lookUp } = world();
    const told = async (name: string) => lookUp.named(name, puller());
    expect(await told('Not Valid')).toMatchObject({ unknown: expect.stringContaining('invalid reference format') });
    expect(await told(`${host}/web:broken`)).toMatchObject({ unknown: expect.stringContaining('is not a digest') });
    expect(await told(`${host}/web:negative`)).toMatchObject({
      unknown: expect.stringContaining('a layer of no size'),
    });
    expect(await told(`${host}/web:strange`)).toMatchObject({ facts: { layers: [{ instruction: '' }] } });
  });
});

describe('what a container was made from', () => {
  const running = async (imageId: string, tag = 'v1', name = 'web') => {
    const { host } = await registryOf({ v1: image, v2: other });
    const id = imageId.replace('HOST', host);
    return world().lookUp.running(`${name === 'web' ? host : name}/web:${tag}`, id, puller());
  };

  test('is known by its digest, whatever its tag means by now', async () => {
    expect(await running(`HOST/web@${other.digest}`)).toMatchObject({ facts: { sizeBytes: 7 } });
    expect(await running(`docker-pullable://HOST/web@${other.digest}`)).toMatchObject({ facts: { sizeBytes: 7 } });
    expect(await running('')).toMatchObject({ facts: { sizeBytes: 5 } });
  });

  test('is known by the id of the image, where the tag still is that', async () => {
    expect(await running(image.configDigest)).toMatchObject({ facts: { sizeBytes: 5 } });
    expect(await running(other.configDigest)).toEqual({
      unknown: expect.stringMatching(
        /^the registry has another image by now: .*:v1 was [0-9a-f]{12} when it was pulled$/,
      ),
      ...{ short: 'replaced', isAbsent: true },
    });
  });

  test('is not what the tag means now, where the registry has the old one no more', async () => {
    expect(await running(`HOST/web@sha256:${'9'.repeat(64)}`)).toMatchObject({ isAbsent: true });
  });

  test('is asked of the registry that the node names, too', async () => {
    expect(await running(`HOST/web@${other.digest}`, 'v1', 'localhost:1')).toMatchObject({ facts: { sizeBytes: 7 } });
  });

  test('is opened all the same to look into it, with a word that it may be another', async () => {
    const { host } = await registryOf({ v1: image });
    const { lookUp } = world();
    expect(await lookUp.open(`${host}/web:v1`, `${host}/web@${image.digest}`, puller())).toMatchObject({
      isOther: false,
    });
    expect(await lookUp.open(`${host}/web:v1`, `${host}/web@sha256:${'9'.repeat(64)}`, puller())).toMatchObject({
      isOther: true,
    });
  });
});

test('on Windows the image for the build of the node counts, on arm the usual variant', async () => {
  const [old, fresh, v6, v7] = [
    madeImage([['1', 1]]),
    madeImage([['2', 2]]),
    madeImage([['6', 6]]),
    madeImage([['7', 7]]),
  ];
  const windows = (version: string) => ({ os: 'windows', architecture: 'amd64', 'os.version': version });
  const index = JSON.stringify({
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      { digest: old.digest, size: 1, platform: windows('10.0.17763.5') },
      { digest: fresh.digest, size: 1, platform: windows('10.0.20348.9') },
      { digest: v6.digest, size: 1, platform: { os: 'linux', architecture: 'arm', variant: 'v6' } },
      { digest: v7.digest, size: 1, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } },
    ],
  });
  const { host } = await registryOf({ old, fresh, v6, v7, all: index });
  const { lookUp } = world();
  const size = async (platform: ImagePuller['platform']) => {
    const told = await lookUp.named(`${host}/web:all`, { namespace: '', platform });
    return 'facts' in told ? told.facts.sizeBytes : told.unknown;
  };
  expect(await size({ os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.2113' })).toBe(2);
  expect(await size({ os: 'windows', architecture: 'amd64', osVersion: '10.0.17763.1' })).toBe(1);
  expect(await size({ os: 'linux', architecture: 'arm' })).toBe(7);
  expect(await size(amd64)).toContain('is not there for linux/amd64');
  expect(await size({ ...amd64, isAssumed: true })).toBe(1);
});

describe('what was learnt', () => {
  test('is not asked again: nothing of a digest, of a tag only whether it is the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kctl-facts-'));
    ends.push(() => rmSync(folder, { recursive: true }));
    const served = await registryOf({ v1: image });
    const lookUp = () => world({}, { cache: new FactsCache(folder) }).lookUp;
    const [tag, digest] = [`${served.host}/web:v1`, `${served.host}/web@${image.digest}`];
    const first = await lookUp().named(tag, puller());
    const count = served.asked.length;
    expect(await lookUp().running(tag, digest, puller())).toMatchObject({ facts: { sizeBytes: 5, reference: digest } });
    expect(served.asked.length).toBe(count);
    expect(await lookUp().named(tag, puller())).toEqual(first);
    expect(served.asked.slice(count).map(({ line }) => line)).toEqual(['GET /v2/', 'HEAD /v2/web/manifests/v1']);
  });

  test('by one is so for all, and asked once of many at a time', async () => {
    const served = await registryOf({ v1: image }, ['ann:secret']);
    const { lookUp, read } = world({ 'secrets/pull': secret(served.host, 'ann:secret') });
    const all = await Promise.all([
      ...Array.from({ length: 5 }, () => lookUp.named(`${served.host}/web:v1`, puller())),
      lookUp.named(`${served.host}/web:v1`, puller({ imagePullSecrets: [{ name: 'none' }] })),
    ]);
    expect(all.every((one) => 'facts' in one)).toBe(true);
    expect(read).toEqual(['secrets/shop/pull']);
  });
});

describe('mirrors of the user', () => {
  const at = ({ host }: Served, more: object = {}) => ({ address: new URL(`http://${host}/`), ...more });

  test('are asked first and are told nothing that is for the registry, but what is for themselves', async () => {
    const mirror = await registryOf({ v1: image }, ['me:of the mirror']);
    const credentials = async (host: string) => ({
      ...{ username: 'me', password: host === mirror.host ? 'of the mirror' : 'of the registry' },
    });
    const { lookUp, read } = world(
      { 'secrets/pull': secret('reg.test', 'ann:secret') },
      { credentials, route: () => ({ mirrors: [at(mirror)] }) },
    );
    expect(await lookUp.named('reg.test/web:v1', puller())).toMatchObject({ facts: { sizeBytes: 5 } });
    expect(await lookUp.open('reg.test/web:v1', '', puller())).toMatchObject({ facts: { sizeBytes: 5 } });
    expect(read).toEqual([]);
    expect([...new Set(mirror.asked.map(({ authorization }) => authorization))]).toEqual([
      undefined,
      basic('me:of the mirror'),
    ]);
    expect(mirror.asked[0]!.line).toMatch(/ns=reg\.test/);
  });

  test('that have it not, or do not answer, leave it to the registry with its secrets; once they are silent, for good', async () => {
    const [silent, empty] = [await started(() => {}), await registryOf({ other })];
    const registry = await registryOf({ v1: image, v2: other }, ['ann:secret']);
    const { lookUp } = world(
      { 'secrets/pull': secret(registry.host, 'ann:secret') },
      { http: new RegistryHttp({ timeoutMs: 100 }), route: () => ({ mirrors: [at(silent), at(empty)] }) },
    );
    expect(await lookUp.named(`${registry.host}/web:v1`, puller())).toMatchObject({ facts: { sizeBytes: 5 } });
    expect(await lookUp.named(`${registry.host}/web:v2`, puller())).toMatchObject({ facts: { sizeBytes: 7 } });
    expect(silent.asked.length).toBe(1);
    expect([...silent.asked, ...empty.asked].every(({ authorization }) => authorization === undefined)).toBe(true);
    expect(await lookUp.named(`${registry.host}/web:v9`, puller())).toMatchObject({
      unknown: expect.stringMatching(/\(.*mirror 127.0.0.1:\d+ does not have web/),
      ...{ short: 'not found', isAbsent: true },
    });
  });

  test('have their own time: one that is slow leaves the registry as much', async () => {
    const [slow, registry] = [await started(() => {}), await registryOf({ v1: image })];
    const { lookUp } = world(
      {},
      { http: new RegistryHttp({ timeoutMs: 60_000 }), patienceMs: 1500, route: () => ({ mirrors: [at(slow)] }) },
    );
    expect(await lookUp.named(`${registry.host}/web:v1`, puller())).toMatchObject({ facts: { sizeBytes: 5 } });
  });

  test('for digests only are not asked for tags, and one that stands for the registry is asked alone', async () => {
    const mirror = await registryOf({ v1: image });
    const digests = world(
      {},
      { route: () => ({ mirrors: [at(mirror, { digestOnly: true }), at(mirror)], isOnly: true }) },
    );
    expect(await digests.lookUp.named('reg.test/web:v1', puller())).toMatchObject({ facts: { sizeBytes: 5 } });
    expect(mirror.asked.filter(({ line }) => line.includes('manifests/v1')).length).toBe(1);
    const only = world({}, { route: () => ({ mirrors: [at(mirror)], isOnly: true }) });
    expect(await only.lookUp.named('reg.test/web:v9', puller())).toMatchObject({ isAbsent: true });
  });

  test('count for nothing where the registry is blocked: nobody is asked', async () => {
    const mirror = await registryOf({ v1: image });
    const { lookUp } = world({}, { route: () => ({ mirrors: [at(mirror)], blockedBy: '/etc/containers/x.conf' }) });
    expect(await lookUp.named('reg.test/web:v1', puller())).toMatchObject({
      unknown: 'the registry cannot be read: registry reg.test is blocked in /etc/containers/x.conf',
      short: 'blocked',
    });
    expect(mirror.asked).toEqual([]);
  });
});

test('the bundled cluster is believed, and others are not asked for what it does not know', async () => {
  const { host, asked } = await registryOf({ v1: image });
  const { registries } = world();
  const facts = { reference: 'x', digest: image.digest, sizeBytes: 1, simulated: true, layers: [] };
  const own = new ImageLookUp({
    isOwn: true,
    ownFacts: async (reference) => (reference === 'nginx' ? facts : undefined),
    registries: async () => registries,
  });
  expect(await own.running('nginx', `docker.io/library/nginx@sha256:${'9'.repeat(64)}`, puller())).toEqual({ facts });
  expect(await own.named(`${host}/web:v1`, puller())).toEqual({
    ...{ unknown: 'the cluster knows no such image', short: 'not found', isAbsent: true },
  });
  expect(asked).toEqual([]);
  const unsaid = new ImageLookUp({
    isOwn: undefined,
    ownFacts: async () => undefined,
    registries: async () => registries,
  });
  expect(await unsaid.named(`${host}/web:v1`, puller())).toMatchObject({ facts: { sizeBytes: 5 } });
  const none = new ImageLookUp({ isOwn: false, ownFacts: async () => facts });
  expect(await none.named(`${host}/web:v1`, puller())).toMatchObject({ unknown: 'registries were not asked' });
});
