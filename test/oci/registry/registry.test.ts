import { afterEach, describe, expect, test } from 'vitest';
import { parseReference } from '../../../src/oci/reference.ts';
import { parseChallenges } from '../../../src/oci/registry/challenge.ts';
import { credentialsFor, readDockerConfig } from '../../../src/oci/registry/credentials.ts';
import { RegistryHttp } from '../../../src/oci/registry/http.ts';
import { readRegistryImage } from '../../../src/oci/registry/image-facts.ts';
import { answerFrom, digestOf, documentsOf, madeImage, type Served, serve } from './fake-registry.ts';

const open: Served[] = [];
const started = async (...args: Parameters<typeof serve>): Promise<Served> => {
  const server = await serve(...args);
  open.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop()));
});

const amd64 = { os: 'linux', architecture: 'amd64' };
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const config = (host: string, user = 'ann:secret'): string =>
  JSON.stringify({ auths: { [host]: { auth: Buffer.from(user).toString('base64') } } });

describe('an image of a registry', () => {
  test('is read from manifest and config, without its layers', async () => {
    const image = madeImage([
      ['a', 300],
      ['b', 20],
    ]);
    const registry = await started((request, response) =>
      answerFrom(documentsOf({ v1: image }), response, request.url!),
    );
    const facts = await readRegistryImage(`${registry.host}/team/app:v1`, {
      http: new RegistryHttp(),
      platform: amd64,
    });
    expect(facts).toEqual({
      reference: `${registry.host}/team/app:v1`,
      digest: image.digest,
      digests: [image.digest],
      id: image.configDigest,
      simulated: false,
      sizeBytes: 320,
      layers: [
        { digest: `sha256:${'a'.repeat(64)}`, sizeBytes: 300, instruction: 'COPY a /a' },
        { digest: `sha256:${'b'.repeat(64)}`, sizeBytes: 20, instruction: 'COPY b /b' },
      ],
    });
    expect(registry.asked.map(({ line }) => line)).toEqual([
      // On this machine it is asked whether it speaks TLS.
      'GET /v2/',
      'GET /v2/team/app/manifests/v1',
      `GET /v2/team/app/blobs/${image.configDigest}`,
    ]);
  });

  test('of an index is the one for the platform of the nodes', async () => {
    const [intel, arm] = [madeImage([['a', 1]]), madeImage([['b', 2]])];
    const index = JSON.stringify({
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        { digest: digestOf('proof'), size: 1, platform: { os: 'unknown', architecture: 'unknown' } },
        { digest: intel.digest, size: 1, platform: amd64 },
        { digest: arm.digest, size: 1, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
      ],
    });
    const documents = documentsOf({ intel, arm }).set('v1', index);
    const registry = await started((request, response) => answerFrom(documents, response, request.url!));
    const http = new RegistryHttp();
    const read = (architecture: string) =>
      readRegistryImage(`${registry.host}/app:v1`, { http, platform: { os: 'linux', architecture } });
    expect(await read('arm64')).toMatchObject({ sizeBytes: 2, digests: [digestOf(index), arm.digest] });
    expect(await read('amd64')).toMatchObject({ sizeBytes: 1, digest: intel.digest });
    await expect(read('s390x')).rejects.toThrow(
      `${registry.host}/app:v1 is not there for linux/s390x, only for linux/amd64, linux/arm64/v8`,
    );
  });

  test('that is something else than its digest says is refused', async () => {
    const image = madeImage([['a', 1]]);
    const documents = documentsOf({ v1: image }).set(image.configDigest, '{"os":"linux"}');
    const registry = await started((request, response) => answerFrom(documents, response, request.url!));
    await expect(
      readRegistryImage(`${registry.host}/app:v1`, { http: new RegistryHttp(), platform: amd64 }),
    ).rejects.toThrow(`answers ${image.configDigest} with something of another digest`);
  });

  test('that is not there is told in the words of the registry', async () => {
    const registry = await started((request, response) => answerFrom(new Map(), response, request.url!));
    await expect(
      readRegistryImage(`${registry.host}/app:nope`, { http: new RegistryHttp(), platform: amd64 }),
    ).rejects.toThrow(`${registry.host} does not have app (manifest): manifest unknown`);
  });

  test('of a registry that says nothing is not waited for', async () => {
    const registry = await started(() => {});
    await expect(
      readRegistryImage(`${registry.host}/app:v1`, {
        http: new RegistryHttp({ plainHosts: [registry.host], timeoutMs: 50 }),
        platform: amd64,
        signal: AbortSignal.timeout(5000),
      }),
    ).rejects.toThrow(/does not answer within 0.05 s|cannot be reached/);
  });
});

describe('credentials', () => {
  const image = madeImage([['a', 1]]);

  test('are given when asked for, and only those of the host', async () => {
    const registry = await started((request, response) => {
      if (request.headers.authorization === basic('ann:secret'))
        return answerFrom(documentsOf({ v1: image }), response, request.url!);
      response.statusCode = 401;
      response.setHeader('www-authenticate', 'Basic realm="app"');
      response.end();
    });
    const http = new RegistryHttp();
    const reference = `${registry.host}/app:v1`;
    const keyring = [...readDockerConfig(config('other.example')), ...readDockerConfig(config(registry.host))];
    expect(await readRegistryImage(reference, { http, platform: amd64, keyring })).toMatchObject({ sizeBytes: 1 });
    expect(registry.asked.filter(({ line }) => line.includes('manifests')).map((one) => one.authorization)).toEqual([
      undefined,
      basic('ann:secret'),
    ]);
    await expect(
      readRegistryImage(reference, { http, platform: amd64, keyring: readDockerConfig(config('other.example')) }),
    ).rejects.toThrow('asks for a user and a password, and none is known for it');
  });

  test('become a token where the registry wants one', async () => {
    const tokens = await started((_request, response) => response.end('{"token":"t0k"}'));
    const registry = await started((request, response) => {
      if (request.headers.authorization === 'Bearer t0k')
        return answerFrom(documentsOf({ v1: image }), response, request.url!);
      response.statusCode = 401;
      const challenge = `Bearer realm="http://${tokens.host}/token",service="reg",scope="repository:app:pull"`;
      response.setHeader('www-authenticate', challenge);
      response.end();
    });
    const keyring = readDockerConfig(config(registry.host));
    const asked = { http: new RegistryHttp(), platform: amd64, keyring };
    expect(await readRegistryImage(`${registry.host}/app:v1`, asked)).toMatchObject({ digest: image.digest });
    expect(tokens.asked).toEqual([
      { line: 'GET /token?service=reg&scope=repository%3Aapp%3Apull', authorization: basic('ann:secret') },
    ]);
    // The second document is asked for with the token at once.
    expect(registry.asked.slice(-3).map(({ authorization }) => authorization)).toEqual([
      undefined,
      'Bearer t0k',
      'Bearer t0k',
    ]);
  });

  test('of several secrets are tried one after the other', async () => {
    const registry = await started((request, response) => {
      if (request.headers.authorization === basic('ann:new'))
        return answerFrom(documentsOf({ v1: image }), response, request.url!);
      response.statusCode = 401;
      response.setHeader('www-authenticate', 'Basic realm="app"');
      response.end('{"errors":[{"code":"UNAUTHORIZED","message":"wrong password"}]}');
    });
    const keyring = ['ann:old', 'ann:new'].flatMap((user) => readDockerConfig(config(registry.host, user)));
    const asked = { http: new RegistryHttp(), platform: amd64 };
    expect(await readRegistryImage(`${registry.host}/app:v1`, { ...asked, keyring })).toMatchObject({ sizeBytes: 1 });
    await expect(
      readRegistryImage(`${registry.host}/app:v1`, { ...asked, keyring: keyring.slice(0, 1) }),
    ).rejects.toThrow('does not let these credentials read app (manifest): wrong password');
  });

  test('do not follow a redirect to another host', async () => {
    const store = await started((request, response) => answerFrom(documentsOf({ v1: image }), response, request.url!));
    const registry = await started((request, response) => {
      if (request.headers.authorization === undefined) {
        response.statusCode = 401;
        response.setHeader('www-authenticate', 'Basic realm="app"');
        return response.end();
      }
      if (request.url!.includes('manifests')) return answerFrom(documentsOf({ v1: image }), response, request.url!);
      response.statusCode = 307;
      response.setHeader('location', `http://${store.host}${request.url}`);
      response.end();
    });
    const keyring = readDockerConfig(config(registry.host));
    await readRegistryImage(`${registry.host}/app:v1`, { http: new RegistryHttp(), platform: amd64, keyring });
    expect(store.asked).toEqual([{ line: `GET /v2/app/blobs/${image.configDigest}`, authorization: undefined }]);
  });

  test('are found as kubelets find them', () => {
    const keyring = readDockerConfig(
      JSON.stringify({
        auths: Object.fromEntries(
          ['https://index.docker.io/v1/', '*.example.com', 'ghcr.io/team', 'ghcr.io', 'reg:5000'].map((place) => [
            place,
            { username: place, password: 'x' },
          ]),
        ),
      }),
    );
    const users = (image: string) => credentialsFor(parseReference(image), keyring).map(({ username }) => username);
    expect(users('nginx:1.27')).toEqual(['https://index.docker.io/v1/']);
    expect(users('eu.example.com/a/b')).toEqual(['*.example.com']);
    expect(users('example.com/a/b')).toEqual([]);
    expect(users('a.eu.example.com/a/b')).toEqual([]);
    expect(users('ghcr.io/team/app')).toEqual(['ghcr.io/team', 'ghcr.io']);
    expect(users('ghcr.io/other/app')).toEqual(['ghcr.io']);
    expect(users('reg:5000/app')).toEqual(['reg:5000']);
    expect(users('reg:5001/app')).toEqual([]);
  });

  test('of the older format, of tokens, and of files that are none', () => {
    expect(readDockerConfig(JSON.stringify({ 'reg.io': { auth: btoa('a:b:c') } }))).toEqual([
      { place: 'reg.io', credentials: { username: 'a', password: 'b:c' } },
    ]);
    expect(readDockerConfig('{"auths":{"reg.io":{"identitytoken":"i"},"empty.io":{}}}')).toEqual([
      { place: 'reg.io', credentials: { identityToken: 'i' } },
    ]);
    for (const text of ['', 'no json', 'null', '{"auths":3}', '{"auths":{"a":null}}'])
      expect(readDockerConfig(text)).toEqual([]);
  });
});

test('challenges', () => {
  expect(parseChallenges('Bearer realm="https://a/t?x=1,2",service="a \\"b\\"",scope=x, Basic realm=r')).toEqual([
    { scheme: 'bearer', parameters: { realm: 'https://a/t?x=1,2', service: 'a "b"', scope: 'x' } },
    { scheme: 'basic', parameters: { realm: 'r' } },
  ]);
  expect(parseChallenges(undefined)).toEqual([]);
});

test('other hosts than this machine are spoken to with TLS only', async () => {
  const http = new RegistryHttp({ plainHosts: ['reg.example:5000'] });
  expect((await http.base('reg.other:5000')).href).toBe('https://reg.other:5000/');
});
