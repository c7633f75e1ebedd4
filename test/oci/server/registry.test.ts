import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/oci/digest.ts';
import { onePassword, readPasswords } from '../../../src/oci/server/passwords.ts';
import { Uploads } from '../../../src/oci/server/uploads.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import { eventually } from '../../support/program.ts';
import { describe as descriptorOf, type MadeImage, makeImage, makeIndex, types } from '../store/images.ts';
import { type ServedRegistry, serveRegistry } from './serve.ts';

let folder: string;
let store: ImageStore;
let registry: ServedRegistry;
let now = Date.now();
beforeEach(async () => {
  now = Date.now();
  folder = mkdtempSync(join(tmpdir(), 'kctl-registry-'));
  store = openImageStore(folder, { now: () => now });
  registry = await serveRegistry(store, { now: () => now });
});
afterEach(async () => {
  await registry.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  code: string | undefined;
}

async function call(
  method: string,
  path: string,
  body?: Buffer | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(new URL(path, registry.url), {
    method,
    headers,
    ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
  });
  const text = await answer.text();
  const isErrors = answer.status >= 400 && text.startsWith('{');
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    code: isErrors ? JSON.parse(text).errors[0].code : undefined,
  };
}

const begin = async (repository = 'shop/web') => {
  const { status, headers } = await call('POST', `/v2/${repository}/blobs/uploads/`);
  expect(status).toBe(202);
  return headers.get('location')!;
};

async function pushBlob(content: Buffer | string, repository = 'shop/web'): Promise<string> {
  const digest = digestOf(Buffer.from(content));
  const { status } = await call('PUT', `${await begin(repository)}?digest=${digest}`, content);
  expect(status).toBe(201);
  return digest;
}

async function pushImage(image: MadeImage, reference: string, repository = 'shop/web'): Promise<Answer> {
  for (const blob of [...image.layers, image.config]) await pushBlob(blob, repository);
  return call('PUT', `/v2/${repository}/manifests/${reference}`, image.manifest, { 'content-type': types.manifest });
}

test('says that it is one', async () => {
  const { status, headers, text } = await call('GET', '/v2/');
  expect([status, text, headers.get('docker-distribution-api-version')]).toEqual([200, '{}', 'registry/2.0']);
});

describe('blobs come', () => {
  const content = Buffer.from('0123456789');
  const digest = digestOf(content);
  const check = async () => {
    const { status, text, headers } = await call('GET', `/v2/shop/web/blobs/${digest}`);
    expect([status, text]).toEqual([200, '0123456789']);
    expect(headers.get('docker-content-digest')).toBe(digest);
    expect((await store.verify()).problems).toEqual([]);
    expect(readdirSync(join(folder, 'ingest'))).toEqual([]);
  };

  test('whole, by POST and PUT', async () => {
    const { status, headers } = await call('PUT', `${await begin()}?digest=${digest}`, content);
    expect([status, headers.get('location'), headers.get('docker-content-digest')]).toEqual([
      201,
      `/v2/shop/web/blobs/${digest}`,
      digest,
    ]);
    await check();
  });

  test('whole, by one POST', async () => {
    const { status, headers } = await call('POST', `/v2/shop/web/blobs/uploads/?digest=${digest}`, content);
    expect([status, headers.get('location')]).toEqual([201, `/v2/shop/web/blobs/${digest}`]);
    await check();
    expect((await call('POST', `/v2/shop/web/blobs/uploads/?digest=${digest}`)).status).toBe(202);
  });

  test('as a stream without ranges', async () => {
    const { status, headers } = await call('PATCH', await begin(), content, {
      'content-type': 'application/octet-stream',
    });
    expect([status, headers.get('range')]).toEqual([202, '0-9']);
    expect((await call('PUT', `${headers.get('location')}?digest=${digest}`)).status).toBe(201);
    await check();
  });

  test('in chunks, in order only', async () => {
    const location = await begin();
    const chunk = (from: number, to: number) =>
      call('PATCH', location, content.subarray(from, to + 1), { 'content-range': `${from}-${to}` });
    expect((await chunk(2, 4)).status).toBe(416);
    const first = await chunk(0, 3);
    expect([first.status, first.headers.get('range')]).toEqual([202, '0-3']);
    const again = await chunk(0, 3);
    expect([again.status, again.code, again.headers.get('range')]).toEqual([416, 'RANGE_INVALID', '0-3']);
    expect(again.headers.get('location')).toBe(location);
    const status = await call('GET', location);
    expect([status.status, status.headers.get('range'), status.headers.get('location')]).toEqual([
      204,
      '0-3',
      location,
    ]);
    expect((await call('PATCH', location, 'xy', { 'content-range': '4-9' })).code).toBe('SIZE_INVALID');
    expect((await call('PATCH', location, 'xy', { 'content-range': 'all' })).status).toBe(416);
    expect((await chunk(4, 6)).status).toBe(202);
    const last = await call('PUT', `${location}?digest=${digest}`, content.subarray(7), { 'content-range': '7-9' });
    expect(last.status).toBe(201);
    await check();
    expect((await call('GET', location)).code).toBe('BLOB_UPLOAD_UNKNOWN');
  });

  test('the rest after a connection that broke', async () => {
    const location = await begin();
    await new Promise<void>((resolve) => {
      const half = request(new URL(location, registry.url), { method: 'PATCH', headers: { 'content-length': '10' } });
      half.on('error', () => resolve());
      half.write(content.subarray(0, 6));
      void eventually(async () => (await call('GET', location)).headers.get('range') === '0-5', 'six bytes').then(() =>
        half.destroy(),
      );
    });
    const { status } = await eventually(async () => {
      const answer = await call('PATCH', location, content.subarray(6), { 'content-range': '6-9' });
      return answer.status === 409 ? undefined : answer;
    }, 'the server to notice');
    expect(status).toBe(202);
    expect((await call('PUT', `${location}?digest=${digest}`)).status).toBe(201);
    await check();
  });

  test('the rest after the registry was started anew', async () => {
    const location = await begin();
    await call('PATCH', location, content.subarray(0, 6));
    await registry.close();
    registry = await serveRegistry(store, { now: () => now });
    expect((await call('GET', location)).headers.get('range')).toBe('0-5');
    expect((await call('GET', location.replace('shop/web', 'other'))).code).toBe('BLOB_UPLOAD_UNKNOWN');
    const last = await call('PUT', `${location}?digest=${digest}`, content.subarray(6));
    expect(last.status).toBe(201);
    await check();
  });

  test('with sha512', async () => {
    const long = `sha512:${createHash('sha512').update(content).digest('hex')}`;
    const begun = await call('POST', '/v2/shop/web/blobs/uploads/?digest-algorithm=sha512');
    expect((await call('PUT', `${begun.headers.get('location')}?digest=${long}`, content)).status).toBe(201);
    expect((await call('GET', `/v2/shop/web/blobs/${long}`)).text).toBe('0123456789');
    expect((await call('POST', '/v2/shop/web/blobs/uploads/?digest-algorithm=md5')).code).toBe('DIGEST_INVALID');
  });

  test('empty', async () => {
    const { status } = await call('POST', `/v2/shop/web/blobs/uploads/?digest=${digestOf(Buffer.alloc(0))}`);
    expect(status).toBe(201);
  });

  test('never with another digest, and nothing is left', async () => {
    const wrong = digestOf(Buffer.from('other'));
    const location = await begin();
    expect((await call('PUT', `${location}?digest=${wrong}`, content)).code).toBe('DIGEST_INVALID');
    expect((await call('GET', location)).status).toBe(404);
    expect((await call('PUT', await begin(), content)).code).toBe('DIGEST_INVALID');
    expect((await call('PUT', `${await begin()}?digest=sha256:zz`, content)).code).toBe('DIGEST_INVALID');
    const cancelled = await begin();
    expect((await call('DELETE', cancelled)).status).toBe(204);
    expect((await call('DELETE', cancelled)).code).toBe('BLOB_UPLOAD_UNKNOWN');
    expect((await store.verify()).blobs).toBe(0);
  });

  test('from another repository without a byte', async () => {
    await pushBlob(content);
    const mounted = await call('POST', `/v2/other/blobs/uploads/?mount=${digest}&from=shop/web`);
    expect([mounted.status, mounted.headers.get('location')]).toEqual([201, `/v2/other/blobs/${digest}`]);
    expect((await call('HEAD', `/v2/other/blobs/${digest}`)).status).toBe(200);
    expect((await call('POST', `/v2/third/blobs/uploads/?mount=${digest}`)).status).toBe(201);
    const absent = digestOf(Buffer.from('absent'));
    for (const path of [`mount=${absent}&from=shop/web`, `mount=${digest}&from=nobody`]) {
      const { status, headers } = await call('POST', `/v2/fourth/blobs/uploads/?${path}`);
      expect([status, headers.get('location')?.startsWith('/v2/fourth/blobs/uploads/')]).toEqual([202, true]);
    }
    expect((await call('HEAD', `/v2/fourth/blobs/${digest}`)).status).toBe(404);
  });

  test('within limits', async () => {
    await registry.close();
    registry = await serveRegistry(store, { limits: { blobBytes: 8, uploads: 2 }, now: () => now });
    const location = await begin();
    const tooMuch = await call('PATCH', location, content);
    expect([tooMuch.status, tooMuch.code]).toEqual([413, 'SIZE_INVALID']);
    expect((await call('GET', location)).status).toBe(404);
    await begin();
    await begin();
    expect((await call('POST', '/v2/shop/web/blobs/uploads/')).code).toBe('TOOMANYREQUESTS');
  });
});

test('blobs go out whole, in ranges, by HEAD, and not when the client has them', async () => {
  const digest = await pushBlob('0123456789');
  const path = `/v2/shop/web/blobs/${digest}`;
  const head = await call('HEAD', path);
  expect([head.status, head.headers.get('content-length'), head.text]).toEqual([200, '10', '']);
  const part = (range: string) => call('GET', path, undefined, { range });
  const ranges: [string, number, string, string | null][] = [
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=7-99', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-30', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=0-1,4-5', 200, '0123456789', null],
    ['lines=1-2', 200, '0123456789', null],
    ['bytes=5-2', 200, '0123456789', null],
  ];
  for (const [range, status, text, contentRange] of ranges) {
    const answer = await part(range);
    expect([range, answer.status, answer.text, answer.headers.get('content-range')]).toEqual([
      range,
      status,
      text,
      contentRange,
    ]);
  }
  for (const range of ['bytes=10-', 'bytes=-0']) {
    const beyond = await part(range);
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */10']);
  }
  expect((await call('GET', path, undefined, { 'if-none-match': head.headers.get('etag')! })).status).toBe(304);
  expect((await call('GET', path.replace('shop/web', 'other'))).code).toBe('BLOB_UNKNOWN');
  expect((await call('GET', '/v2/shop/web/blobs/sha256:abc')).code).toBe('DIGEST_INVALID');
  expect((await call('HEAD', `/v2/shop/web/blobs/${digestOf(Buffer.from('x'))}`)).status).toBe(404);
  expect((await call('DELETE', path)).status).toBe(202);
  expect((await call('DELETE', path)).code).toBe('BLOB_UNKNOWN');
  expect((await call('GET', path)).status).toBe(404);
});

describe('manifests', () => {
  test('come back as they were, by tag and digest', async () => {
    const image = await makeImage([{ a: '1' }]);
    const put = await pushImage(image, 'v1');
    const { digest } = image.target;
    expect([put.status, put.headers.get('location'), put.headers.get('docker-content-digest')]).toEqual([
      201,
      `/v2/shop/web/manifests/${digest}`,
      digest,
    ]);
    for (const reference of ['v1', digest]) {
      const got = await call('GET', `/v2/shop/web/manifests/${reference}`);
      expect([got.status, got.text, got.headers.get('content-type')]).toEqual([
        200,
        image.manifest.toString(),
        types.manifest,
      ]);
      const head = await call('HEAD', `/v2/shop/web/manifests/${reference}`);
      expect([
        head.status,
        head.headers.get('content-length'),
        head.headers.get('docker-content-digest'),
        head.text,
      ]).toEqual([200, String(image.manifest.length), digest, '']);
    }
    const cached = await call('GET', '/v2/shop/web/manifests/v1', undefined, { 'if-none-match': `"${digest}"` });
    expect(cached.status).toBe(304);
  });

  test('by digest with tags; only what was pushed may be named', async () => {
    const [image, arm] = [await makeImage([{ a: '1' }]), await makeImage([{ a: '2' }])];
    const { digest } = image.target;
    const put = await pushImage(image, `${digest}?tag=v1&tag=v2`);
    expect([put.status, put.headers.get('oci-tag')]).toEqual([201, 'v1, v2']);
    expect(JSON.parse((await call('GET', '/v2/shop/web/tags/list')).text)).toEqual({
      name: 'shop/web',
      tags: ['v1', 'v2'],
    });
    const other = digestOf(Buffer.from('x'));
    const wrong = await call('PUT', `/v2/shop/web/manifests/${other}`, image.manifest, {
      'content-type': types.manifest,
    });
    expect(wrong.code).toBe('DIGEST_INVALID');
    const missing = await call('PUT', '/v2/elsewhere/manifests/v1', image.manifest, { 'content-type': types.manifest });
    expect([missing.status, missing.code]).toEqual([400, 'MANIFEST_BLOB_UNKNOWN']);
    expect(JSON.parse(missing.text).errors[0].detail).toContainEqual({ digest: digestOf(image.layers[0]!) });
    const index = makeIndex([
      { image, architecture: 'amd64' },
      { image: arm, architecture: 'arm64' },
    ]);
    const putIndex = () => call('PUT', '/v2/shop/web/manifests/multi', index.content, { 'content-type': types.index });
    expect((await putIndex()).code).toBe('MANIFEST_BLOB_UNKNOWN');
    await pushImage(arm, arm.target.digest);
    expect((await putIndex()).status).toBe(201);
    const got = await call('GET', '/v2/shop/web/manifests/multi');
    expect([got.text, got.headers.get('content-type')]).toEqual([index.content.toString(), types.index]);
  });

  test.each([
    ['{', types.manifest],
    ['{"schemaVersion":1}', 'application/vnd.docker.distribution.manifest.v1+prettyjws'],
    ['{"schemaVersion":2}', types.manifest],
    ['{"schemaVersion":2,"manifests":[]}', types.manifest],
    ['{"schemaVersion":2,"manifests":[]}', 'text/html'],
    [
      JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: types.manifest, digest: 'x', size: 1 }] }),
      types.index,
    ],
    [
      JSON.stringify({
        schemaVersion: 2,
        manifests: [{ mediaType: types.manifest, digest: `sha256:${'a'.repeat(64)}`, size: -1 }],
      }),
      types.index,
    ],
  ])('%s as %s is none', async (body, type) => {
    const answer = await call('PUT', '/v2/shop/web/manifests/v1', body, { 'content-type': type });
    expect([answer.status, answer.code]).toEqual([400, 'MANIFEST_INVALID']);
  });

  test('that are too large, tags that are none, and what is not there', async () => {
    const large = await call('PUT', '/v2/shop/web/manifests/v1', Buffer.alloc(4 * 1024 * 1024 + 1, 32), {
      'content-type': types.manifest,
    });
    expect([large.status, large.code]).toEqual([413, 'SIZE_INVALID']);
    expect((await call('PUT', '/v2/shop/web/manifests/.bad', '{}')).code).toBe('TAG_INVALID');
    expect((await call('GET', '/v2/shop/web/manifests/v1')).code).toBe('NAME_UNKNOWN');
    await pushBlob('x');
    expect((await call('GET', '/v2/shop/web/manifests/v1')).code).toBe('MANIFEST_UNKNOWN');
    expect((await call('HEAD', `/v2/shop/web/manifests/${digestOf(Buffer.from('x'))}`)).status).toBe(404);
    expect((await call('GET', '/v2/shop/web/manifests/sha256:abc')).code).toBe('DIGEST_INVALID');
  });

  test('go: a tag alone, or a manifest with its tags', async () => {
    const image = await makeImage([{ a: '1' }]);
    await pushImage(image, `${image.target.digest}?tag=v1&tag=v2`);
    expect((await call('DELETE', '/v2/shop/web/manifests/v1')).status).toBe(202);
    expect((await call('GET', '/v2/shop/web/manifests/v1')).status).toBe(404);
    expect((await call('GET', `/v2/shop/web/manifests/${image.target.digest}`)).status).toBe(200);
    expect((await call('DELETE', `/v2/shop/web/manifests/${image.target.digest}`)).status).toBe(202);
    expect((await call('GET', '/v2/shop/web/manifests/v2')).status).toBe(404);
    expect((await call('DELETE', '/v2/shop/web/manifests/v2')).status).toBe(404);
  });
});

test('lists come in order and in pages', async () => {
  const image = await makeImage([{ a: '1' }]);
  await pushImage(image, 'b');
  for (const tag of ['a', 'B', 'c', '1.10', '1.9']) {
    await call('PUT', `/v2/shop/web/manifests/${tag}`, image.manifest, { 'content-type': types.manifest });
  }
  const tags = async (query: string) => {
    const { text, headers } = await call('GET', `/v2/shop/web/tags/list${query}`);
    return [JSON.parse(text).tags, headers.get('link')];
  };
  const all = ['1.10', '1.9', 'B', 'a', 'b', 'c'];
  expect(await tags('')).toEqual([all, null]);
  expect(await tags('?n=2')).toEqual([['1.10', '1.9'], '</v2/shop/web/tags/list?n=2&last=1.9>; rel="next"']);
  expect(await tags('?n=2&last=1.9')).toEqual([['B', 'a'], '</v2/shop/web/tags/list?n=2&last=a>; rel="next"']);
  expect(await tags('?n=4&last=B')).toEqual([['a', 'b', 'c'], null]);
  expect(await tags('?n=0')).toEqual([[], null]);
  expect(await tags('?last=aa')).toEqual([['b', 'c'], null]);
  expect((await call('GET', '/v2/shop/web/tags/list?n=x')).status).toBe(400);
  expect((await call('GET', '/v2/nobody/tags/list')).code).toBe('NAME_UNKNOWN');
  await pushBlob('x', 'api');
  expect(JSON.parse((await call('GET', '/v2/_catalog')).text)).toEqual({ repositories: ['api', 'shop/web'] });
  expect((await call('GET', '/v2/_catalog?n=1')).headers.get('link')).toBe('</v2/_catalog?n=1&last=api>; rel="next"');
});

test('referrers are found, those of older clients too', async () => {
  const image = await makeImage([{ a: '1' }]);
  const { digest } = image.target;
  const empty = await call('GET', `/v2/shop/web/referrers/${digest}`);
  expect([empty.status, empty.headers.get('content-type')]).toEqual([200, types.index]);
  expect(JSON.parse(empty.text)).toEqual({ schemaVersion: 2, mediaType: types.index, manifests: [] });
  const config = Buffer.from('{}');
  await pushBlob(config);
  const refer = async (artifactType: string, more: object = {}) => {
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: types.manifest,
        artifactType,
        config: descriptorOf('application/vnd.oci.empty.v1+json', config),
        layers: [],
        subject: image.target,
        ...more,
      }),
    );
    // The subject may come later.
    const put = await call('PUT', `/v2/shop/web/manifests/${digestOf(manifest)}`, manifest, {
      'content-type': types.manifest,
    });
    expect([put.status, put.headers.get('oci-subject')]).toEqual([201, digest]);
    return descriptorOf(types.manifest, manifest);
  };
  const signature = await refer('application/example.signature', { annotations: { by: 'me' } });
  const bill = await refer('application/example.sbom');
  await pushImage(image, 'v1');
  const old = {
    mediaType: types.manifest,
    digest: digestOf(Buffer.from('old')),
    size: 3,
    artifactType: 'application/old',
  };
  const fallback = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: [] }));
  await call('PUT', `/v2/shop/web/manifests/${digest.replace(':', '-')}`, fallback, { 'content-type': types.index });
  const list = async (query = '') => {
    const answer = await call('GET', `/v2/shop/web/referrers/${digest}${query}`);
    return { manifests: JSON.parse(answer.text).manifests, filters: answer.headers.get('oci-filters-applied') };
  };
  const signed = { ...signature, artifactType: 'application/example.signature', annotations: { by: 'me' } };
  expect((await list()).manifests).toHaveLength(2);
  expect((await list()).manifests).toContainEqual(signed);
  expect(await list('?artifactType=application/example.signature')).toEqual({
    manifests: [signed],
    filters: 'artifactType',
  });
  const listed = { ...signed, digest: bill.digest, size: bill.size, artifactType: old.artifactType };
  const tagged = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: [listed, image.target] }),
  );
  await call('PUT', `/v2/shop/web/manifests/${digest.replace(':', '-')}`, tagged, { 'content-type': types.index });
  expect((await list()).manifests).toHaveLength(3);
  await call('DELETE', `/v2/shop/web/manifests/${signature.digest}`);
  expect((await list()).manifests).toHaveLength(2);
  expect((await call('GET', '/v2/shop/web/referrers/x')).code).toBe('DIGEST_INVALID');
});

test.each([
  ['GET', '/v2/Shop/tags/list', 400, 'NAME_INVALID'],
  ['GET', '/v2/a//b/tags/list', 400, 'NAME_INVALID'],
  ['GET', `/v2/${'a'.repeat(256)}/tags/list`, 400, 'NAME_INVALID'],
  ['GET', '/v2/..%2f..%2fetc/tags/list', 400, 'NAME_INVALID'],
  ['GET', '/v2/%E0%A4%A/tags/list', 400, 'NAME_INVALID'],
  ['POST', '/v2/shop/tags/list', 405, 'UNSUPPORTED'],
  ['GET', '/v2/shop/blobs/uploads/x', 404, 'BLOB_UPLOAD_UNKNOWN'],
  ['GET', '/other', 404, 'UNSUPPORTED'],
])('%s %s is %i %s', async (method, path, status, code) => {
  const answer = await call(method, path);
  expect([answer.status, answer.code, answer.headers.get('content-type')]).toEqual([status, code, 'application/json']);
});

test('pages of the web are kept out', async () => {
  const ask = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      const asking = request(new URL('/v2/', registry.url), { headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asking.on('error', reject);
      asking.end();
    });
  expect(await ask({ host: 'evil.example.com' })).toBe(403);
  expect(await ask({ origin: 'https://evil.example.com' })).toBe(403);
  expect(await ask({ host: 'localhost:5000' })).toBe(200);
  expect(await ask({ host: registry.host, origin: registry.url })).toBe(200);
});

describe('with passwords', () => {
  const basic = (user: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  });

  test('a token is had for one, and ends', async () => {
    await registry.close();
    registry = await serveRegistry(store, { checkPassword: onePassword('kctl', 'secret'), now: () => now });
    const refused = await call('POST', '/v2/shop/web/blobs/uploads/');
    expect([refused.status, refused.code, refused.headers.get('www-authenticate')]).toEqual([
      401,
      'UNAUTHORIZED',
      `Bearer realm="${registry.url}/v2/token",service="kctl",scope="repository:shop/web:pull,push"`,
    ]);
    expect((await call('GET', '/v2/token', undefined, basic('kctl', 'wrong'))).status).toBe(401);
    expect((await call('GET', '/v2/', undefined, basic('kctl', 'secret'))).status).toBe(200);
    const { token } = JSON.parse((await call('GET', '/v2/token?scope=x', undefined, basic('kctl', 'secret'))).text);
    const bearer = { authorization: `Bearer ${token}` };
    expect((await call('POST', '/v2/shop/web/blobs/uploads/', undefined, bearer)).status).toBe(202);
    const [payload, signature] = token.split('.');
    const forged = `${Buffer.from(JSON.stringify({ user: 'x', expires: 1e12 })).toString('base64url')}.${signature}`;
    for (const wrong of [forged, payload, `${payload}.`, 'x.y']) {
      expect((await call('GET', '/v2/', undefined, { authorization: `Bearer ${wrong}` })).status).toBe(401);
    }
    now += 301_000;
    expect((await call('GET', '/v2/', undefined, bearer)).status).toBe(401);
  });

  test('as htpasswd writes them', () => {
    const sha = `{SHA}${createHash('sha1').update('one').digest('base64')}`;
    // From "htpasswd -nbm" and "openssl passwd -apr1".
    const text = `# users\n\na:${sha}\nb:$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/\n`;
    const check = readPasswords(text, 'users');
    expect([
      check('a', 'one'),
      check('a', 'two'),
      check('b', 'myPassword'),
      check('b', 'mypassword'),
      check('c', 'one'),
    ]).toEqual([true, false, true, false, false]);
    expect(() => readPasswords('a:$2y$05$c4WoMPo3SXsafkva.HHa6u', 'users')).toThrow('line 1');
    expect(() => readPasswords(`a:$2y$15$${'a'.repeat(53)}`, 'users')).toThrow('a cost of 15');
    expect(() => readPasswords('\n', 'users')).toThrow('no users');
  });
});

describe('with bcrypt', () => {
  const basic = (user: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  });
  // As glibc makes it of "secret"; how it begins is all that the versions differ in.
  const sum = '05$k6PI3PHnadZgTIAiwORKMeoxoyhwvACZI/qyKA9iX2GOkRRHVDbTm';

  test.each(['2y', '2a', '2b'])('$%s$ is read, and what came out is known from then on', async (version) => {
    const check = readPasswords(`kctl:$${version}$${sum}\nann:{SHA}x\n`, 'users');
    const first = [check('kctl', 'secret'), check('kctl', 'wrong'), check('nobody', 'secret')];
    expect(first.every((one) => one instanceof Promise)).toBe(true);
    expect(await Promise.all(first)).toEqual([true, false, false]);
    expect([check('kctl', 'secret'), check('kctl', 'wrong'), check('nobody', 'secret')]).toEqual([true, false, false]);
  });

  test('others are answered meanwhile, and not all the world can wait', async () => {
    await registry.close();
    registry = await serveRegistry(store, { checkPassword: readPasswords(`kctl:$2y$${sum}\n`, 'users') });
    expect((await call('GET', '/v2/', undefined, basic('kctl', 'secret'))).status).toBe(200);
    expect((await call('GET', '/v2/', undefined, basic('kctl', 'Secret'))).status).toBe(401);
    const check = readPasswords(`kctl:$2y$${sum}\n`, 'users');
    const guesses = Array.from({ length: 64 }, (_, index) => check('kctl', `guess ${index}`));
    expect(() => check('kctl', 'one more')).toThrow(expect.objectContaining({ code: 'TOOMANYREQUESTS' }));
    // Who waits already is no other.
    expect(await check('kctl', 'guess 63')).toBe(false);
    expect(await Promise.all(guesses)).not.toContain(true);
    expect(await check('kctl', 'secret')).toBe(true);
  });
});

/** An object that does some things its own way. */
const instead = <T extends object>(whole: T, own: Partial<T>): T =>
  new Proxy(whole, {
    get(target, key) {
      if (Object.hasOwn(own, key)) return own[key as keyof T];
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

test('a full disk is said so, and what came of the upload goes', async () => {
  let isFull = true;
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const small = instead(store, {
    lease: (purpose) => {
      const lease = store.lease(purpose);
      return instead(lease, {
        writer: async (options) => {
          const writer = await lease.writer(options);
          return instead(writer, { write: (chunk) => (isFull ? Promise.reject(full) : writer.write(chunk)) });
        },
      });
    },
  });
  await registry.close();
  registry = await serveRegistry(small);
  const location = await begin();
  const refused = await call('PATCH', location, '0123456789');
  expect([refused.status, refused.code]).toEqual([507, 'UNKNOWN']);
  expect((await call('GET', location)).code).toBe('BLOB_UPLOAD_UNKNOWN');
  expect(readdirSync(join(folder, 'ingest'))).toEqual([]);
  isFull = false;
  await pushBlob('0123456789');
});

test('uploads that nobody goes on with are given up after their time', async () => {
  const uploads = new Uploads(store, { blobBytes: 100, uploads: 10, idleMs: 1000 }, () => now);
  const [rests, goesOn] = [await uploads.begin('web'), await uploads.begin('web')];
  const chunk = async function* () {
    yield Buffer.from('x');
  };
  now += 900;
  await uploads.append(goesOn, chunk());
  now += 200;
  await uploads.sweep();
  await expect(uploads.find('web', rests.id)).rejects.toMatchObject({ code: 'BLOB_UPLOAD_UNKNOWN' });
  expect((await uploads.find('web', goesOn.id)).offset).toBe(1);
  now += 1001;
  await uploads.sweep();
  expect(readdirSync(join(folder, 'ingest'))).toEqual([]);
});
