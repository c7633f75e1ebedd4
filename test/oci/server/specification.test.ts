import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import { types } from '../store/images.ts';
import { type ServedRegistry, serveRegistry } from './serve.ts';

// What the OCI distribution specification 1.1 asks of a registry, by its end points, for all kinds of content.

type Algorithm = 'sha256' | 'sha512';
const digest = (content: Buffer, algorithm: Algorithm = 'sha256') =>
  `${algorithm}:${createHash(algorithm).update(content).digest('hex')}`;
const EMPTY = 'application/vnd.oci.empty.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';

let folder: string;
let store: ImageStore;
let registry: ServedRegistry;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-specification-'));
  store = openImageStore(folder);
  registry = await serveRegistry(store);
});
afterEach(async () => {
  await registry.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function call(method: string, path: string, body?: Buffer, headers: Record<string, string> = {}) {
  const answer = await fetch(new URL(path, registry.url), {
    method,
    headers,
    ...(body ? { body: new Uint8Array(body) } : {}),
  });
  const content = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, headers: answer.headers, content };
}

const octets = (size: number, more: Record<string, string> = {}) => ({
  'content-type': 'application/octet-stream',
  'content-length': String(size),
  ...more,
});
const withDigest = (location: string, sum: string) => {
  const address = new URL(location, registry.url);
  address.searchParams.set('digest', sum);
  return address.href;
};
async function begin(query = ''): Promise<string> {
  const { status, headers } = await call('POST', `/v2/a/b/blobs/uploads/${query}`);
  expect(status).toBe(202);
  return headers.get('location')!;
}

/** Ways of pushing a blob (end-4 to end-6, end-11); each answers with what its last request was answered. */
const ways: Record<string, (blob: Buffer, sum: string, algorithm: Algorithm) => ReturnType<typeof call>> = {
  'POST alone': (blob, sum) => call('POST', `/v2/a/b/blobs/uploads/?digest=${sum}`, blob, octets(blob.length)),
  'POST and PUT': async (blob, sum) => call('PUT', withDigest(await begin(), sum), blob, octets(blob.length)),
  'with its algorithm said first': async (blob, sum, algorithm) =>
    call('PUT', withDigest(await begin(`?digest-algorithm=${algorithm}`), sum), blob, octets(blob.length)),
  'one chunk': (blob, sum) => inChunks(blob, sum, blob.length),
  'chunks, and an empty PUT': (blob, sum) => inChunks(blob, sum, 100),
  'chunks, the last by PUT': (blob, sum) => inChunks(blob, sum, 100, { lastByPut: true }),
  'chunks, each once out of order before': (blob, sum) => inChunks(blob, sum, 100, { stumbling: true }),
  'chunks, out of order and the last by PUT': (blob, sum) =>
    inChunks(blob, sum, 100, { stumbling: true, lastByPut: true }),
  'a stream': async (blob, sum) => {
    const patched = await call('PATCH', await begin(), blob, { 'content-type': 'application/octet-stream' });
    expect([patched.status, patched.headers.get('range')]).toEqual([202, `0-${blob.length - 1}`]);
    return call('PUT', withDigest(patched.headers.get('location')!, sum));
  },
  'a mount from another repository': async (blob, sum) => {
    await call('POST', `/v2/other/blobs/uploads/?digest=${sum}`, blob, octets(blob.length));
    return call('POST', `/v2/a/b/blobs/uploads/?mount=${sum}&from=other`);
  },
  'a mount from somewhere': async (blob, sum) => {
    await call('POST', `/v2/other/blobs/uploads/?digest=${sum}`, blob, octets(blob.length));
    return call('POST', `/v2/a/b/blobs/uploads/?mount=${sum}`);
  },
  'a mount of what is not there': async (blob, sum) => {
    const refused = await call('POST', `/v2/a/b/blobs/uploads/?mount=${sum}&from=other`);
    expect(refused.status).toBe(202);
    return call('PUT', withDigest(refused.headers.get('location')!, sum), blob, octets(blob.length));
  },
};

async function inChunks(
  blob: Buffer,
  sum: string,
  size: number,
  { lastByPut = false, stumbling = false } = {},
): ReturnType<typeof call> {
  let location = await begin();
  const send = (method: string, from: number, to: number) =>
    call(
      method,
      method === 'PUT' ? withDigest(location, sum) : location,
      blob.subarray(from, to),
      octets(to - from, { 'content-range': `${from}-${to - 1}` }),
    );
  for (let from = 0; from < blob.length; from += size) {
    const to = Math.min(from + size, blob.length);
    if (stumbling) {
      const ahead = to < blob.length ? to : 0;
      const wrong = await send(lastByPut ? 'PUT' : 'PATCH', ahead, Math.min(ahead + size, blob.length));
      if (ahead !== from) expect(wrong.status).toBe(416);
      const { status, headers } = await call('GET', location);
      expect([status, headers.get('range')]).toEqual([204, `0-${Math.max(from - 1, 0)}`]);
      location = headers.get('location')!;
    }
    if (lastByPut && to === blob.length) return send('PUT', from, to);
    const sent = await send('PATCH', from, to);
    expect([sent.status, sent.headers.get('range')]).toEqual([202, `0-${to - 1}`]);
    location = sent.headers.get('location')!;
  }
  return call('PUT', withDigest(location, sum), undefined, octets(0));
}

describe.each(['sha256', 'sha512'] as const)('blobs by %s', (algorithm) => {
  test.each(Object.entries(ways))('%s', async (name, push) => {
    const blob = Buffer.from(`${name} `.repeat(40));
    const sum = digest(blob, algorithm);
    expect((await call('HEAD', `/v2/a/b/blobs/${sum}`)).status).toBe(404);
    const pushed = await push(blob, sum, algorithm);
    expect([pushed.status, pushed.headers.get('docker-content-digest')]).toEqual([201, sum]);
    const place = pushed.headers.get('location')!;
    const [whole, head] = [await call('GET', place), await call('HEAD', place)];
    expect([whole.status, whole.content.equals(blob)]).toEqual([200, true]);
    expect([head.status, head.headers.get('content-length'), head.content.length]).toEqual([
      200,
      String(blob.length),
      0,
    ]);
    const part = await call('GET', place, undefined, { range: 'bytes=7-19' });
    expect([part.status, part.content.equals(blob.subarray(7, 20))]).toEqual([206, true]);
    expect((await call('GET', place, undefined, { range: `bytes=${blob.length}-` })).status).toBe(416);
    expect((await call('DELETE', place)).status).toBe(202);
    expect((await call('GET', place)).status).toBe(404);
    expect(readdirSync(join(folder, 'ingest'))).toEqual([]);
  });

  test.each(Object.entries(ways).filter(([name]) => !name.startsWith('a mount')))(
    '%s, with the digest of something else: nothing is left',
    async (_name, push) => {
      const blob = Buffer.from('x'.repeat(250));
      const wrong = digest(Buffer.from('y'), algorithm);
      expect((await push(blob, wrong, algorithm)).status).toBe(400);
      for (const sum of [wrong, digest(blob, algorithm)])
        expect((await call('HEAD', `/v2/a/b/blobs/${sum}`)).status).toBe(404);
      expect([(await store.verify()).blobs, readdirSync(join(folder, 'ingest'))]).toEqual([0, []]);
    },
  );
});

const describeBlob = (mediaType: string, content: Buffer, algorithm?: Algorithm) => ({
  mediaType,
  digest: digest(content, algorithm),
  size: content.length,
});
const json = (value: object) => Buffer.from(JSON.stringify(value));

/** What is pushed for one kind of content: blobs, then manifests; the last one is tagged. */
interface Content {
  blobs: Buffer[];
  manifests: { type: string; content: Buffer }[];
  subject?: string;
}

function image(more: object = {}, { layers = ['one', 'two'], type = types.manifest as string } = {}): Content {
  const [config, ...bytes] = [json({ architecture: 'amd64', os: 'linux' }), ...layers.map((one) => Buffer.from(one))];
  const manifest = {
    schemaVersion: 2,
    mediaType: type,
    config: describeBlob(CONFIG, config!),
    layers: bytes.map((layer) => describeBlob(LAYER, layer)),
    ...more,
  };
  return { blobs: [config!, ...bytes], manifests: [{ type, content: json(manifest) }] };
}

function indexOf(parts: Content[], more: object = {}, type: string = types.index): Content {
  const heads = parts.map(({ manifests }) => manifests.at(-1)!);
  const manifests = heads.map((one) => describeBlob(one.type, one.content));
  return {
    blobs: parts.flatMap(({ blobs }) => blobs),
    manifests: [
      ...parts.flatMap((one) => one.manifests),
      { type, content: json({ schemaVersion: 2, mediaType: type, manifests, ...more }) },
    ],
  };
}

const artifact = (more: object = {}): Content => {
  const [config, layer] = [Buffer.from('{}'), Buffer.from('text')];
  const content = json({
    schemaVersion: 2,
    mediaType: types.manifest,
    artifactType: 'application/example',
    config: describeBlob(EMPTY, config),
    layers: [describeBlob('text/plain', layer)],
    ...more,
  });
  return { blobs: [config, layer], manifests: [{ type: types.manifest, content }] };
};
const missing = describeBlob(types.manifest, Buffer.from('is not there'));
const [amd, arm] = [image(), image({ annotations: { of: 'arm' } }, { layers: ['three'] })];
const many = Object.fromEntries(Array.from({ length: 390 }, (_, index) => [`a-${index}`, 'A'.repeat(10_000)]));

const contents: Record<string, Content> = {
  'an image': image(),
  "an image of docker's": image({}, { type: DOCKER }),
  'an image without layers': image({}, { layers: [] }),
  'an image with a large manifest': image({ annotations: many }),
  'an image with fields of its own': image({ 'org.example.extra': [1, { two: true }] }),
  'layers from elsewhere': image({
    layers: [
      { ...missing, mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', urls: ['https://x'] },
    ],
  }),
  'an index': indexOf([amd, arm]),
  "a list of docker's": indexOf([amd, arm], {}, DOCKER_LIST),
  'an empty index': indexOf([]),
  'an index of indexes': indexOf([indexOf([amd]), indexOf([amd, arm])]),
  'an artifact': artifact(),
  'an artifact without content': artifact({ layers: [describeBlob(EMPTY, Buffer.from('{}'))] }),
  'an index of artifacts': indexOf([artifact()], { artifactType: 'application/example' }),
  'data within a descriptor': artifact({
    config: { ...describeBlob(EMPTY, Buffer.from('{}')), data: Buffer.from('{}').toString('base64') },
  }),
  'an artifact whose subject is not there': { ...artifact({ subject: missing }), subject: missing.digest },
  'an index with a subject': { ...indexOf([amd], { subject: missing }), subject: missing.digest },
};

test.each(Object.entries(contents))('%s is pushed, listed, pulled and deleted', async (_name, content) => {
  for (const blob of content.blobs) await ways['POST alone']!(blob, digest(blob), 'sha256');
  for (const { type, content: body } of content.manifests) {
    const sum = digest(body);
    const put = await call('PUT', `/v2/a/b/manifests/${sum}`, body, { 'content-type': type });
    expect([put.status, put.headers.get('docker-content-digest')]).toEqual([201, sum]);
    expect((await call('GET', put.headers.get('location')!)).content.equals(body)).toBe(true);
  }
  const { type, content: body } = content.manifests.at(-1)!;
  const put = await call('PUT', '/v2/a/b/manifests/tag', body, { 'content-type': type });
  expect([put.status, put.headers.get('oci-subject')]).toEqual([201, content.subject ?? null]);
  for (const reference of ['tag', digest(body)]) {
    for (const method of ['GET', 'HEAD']) {
      const got = await call(method, `/v2/a/b/manifests/${reference}`, undefined, { accept: type });
      expect([got.status, got.headers.get('content-type'), got.headers.get('docker-content-digest')]).toEqual([
        200,
        type,
        digest(body),
      ]);
      expect(got.headers.get('content-length')).toBe(String(body.length));
      expect(got.content.equals(method === 'GET' ? body : Buffer.alloc(0))).toBe(true);
    }
  }
  expect(JSON.parse((await call('GET', '/v2/a/b/tags/list')).content.toString()).tags).toEqual(['tag']);
  const referrers = async () =>
    JSON.parse((await call('GET', `/v2/a/b/referrers/${content.subject ?? digest(body)}`)).content.toString())
      .manifests;
  expect((await referrers()).map((one: { digest: string }) => one.digest)).toEqual(
    content.subject ? [digest(body)] : [],
  );
  expect((await call('DELETE', '/v2/a/b/manifests/tag')).status).toBe(202);
  expect((await call('GET', '/v2/a/b/manifests/tag')).status).toBe(404);
  expect((await call('DELETE', `/v2/a/b/manifests/${digest(body)}`)).status).toBe(202);
  expect((await call('GET', `/v2/a/b/manifests/${digest(body)}`)).status).toBe(404);
  expect(await referrers()).toEqual([]);
  expect((await store.verify()).problems).toEqual([]);
});

/** As it is sent: `fetch` would set the path right first. */
const raw = (method: string, path: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const { port, hostname } = new URL(registry.url);
    const asking = request({ method, path, port, hostname, headers }, async (answer) => {
      let body = '';
      for await (const chunk of answer) body += chunk;
      resolve({ status: answer.statusCode!, body });
    });
    asking.on('error', reject);
    asking.end();
  });

const zeros = `sha256:${'0'.repeat(64)}`;
test.each([
  ['GET', '/v2/a/../../etc/manifests/x', 404, 'UNSUPPORTED'],
  ['GET', '/v2/a/%2e%2e/b/manifests/x', 404, 'NAME_UNKNOWN'],
  ['GET', '/v2/a/..%2f..%2fb/manifests/x', 400, 'NAME_INVALID'],
  ['PUT', '/v2/Upper/manifests/x', 400, 'NAME_INVALID'],
  ['POST', `/v2/${'a/'.repeat(128)}b/blobs/uploads/`, 400, 'NAME_INVALID'],
  ['POST', '/v2/a_-b/blobs/uploads/', 400, 'NAME_INVALID'],
  ['POST', '/v2/a%00b/blobs/uploads/', 400, 'NAME_INVALID'],
  ['PUT', `/v2/a/manifests/${'t'.repeat(129)}`, 400, 'TAG_INVALID'],
  ['PUT', '/v2/a/manifests/-tag', 400, 'TAG_INVALID'],
  ['PUT', '/v2/a/manifests/sha256:1', 400, 'DIGEST_INVALID'],
  ['PUT', `/v2/a/manifests/${zeros}`, 400, 'MANIFEST_INVALID'],
  ['GET', '/v2/a/manifests/tag', 404, 'NAME_UNKNOWN'],
  ['GET', `/v2/a/blobs/${zeros}`, 404, 'BLOB_UNKNOWN'],
  ['GET', `/v2/a/blobs/md5:${'0'.repeat(32)}`, 400, 'DIGEST_INVALID'],
  ['DELETE', `/v2/a/blobs/${zeros}`, 404, 'BLOB_UNKNOWN'],
  ['DELETE', `/v2/a/manifests/${zeros}`, 404, 'NAME_UNKNOWN'],
  ['POST', '/v2/a/blobs/uploads/?digest=sha256:xyz', 400, 'DIGEST_INVALID'],
  ['POST', '/v2/a/blobs/uploads/?mount=sha256:xyz', 400, 'DIGEST_INVALID'],
  ['PATCH', '/v2/a/blobs/uploads/00000000-0000-0000-0000-000000000000', 404, 'BLOB_UPLOAD_UNKNOWN'],
  ['DELETE', '/v2/a/blobs/uploads/..%2fx', 404, 'UNSUPPORTED'],
  ['GET', '/v2/a/referrers/tag', 400, 'DIGEST_INVALID'],
  ['GET', '/v2/a/tags/list?n=-1', 404, 'NAME_UNKNOWN'],
  ['DELETE', '/v2/a/tags/list', 405, 'UNSUPPORTED'],
  ['PUT', '/v2/', 405, 'UNSUPPORTED'],
])('%s %s is answered %i %s, in the form of the specification', async (method, path, status, code) => {
  const answer = await raw(method, path);
  const { errors } = JSON.parse(answer.body);
  expect([answer.status, errors[0].code, typeof errors[0].message]).toEqual([status, code, 'string']);
  expect((await store.verify()).blobs).toBe(0);
});
