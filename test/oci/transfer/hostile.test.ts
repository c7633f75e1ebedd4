import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../../src/oci/digest.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import { pullImage } from '../../../src/oci/transfer/pull-image.ts';
import { pushImage } from '../../../src/oci/transfer/push-image.ts';
import { type MadeImage, makeImage, storeImage, types } from '../store/images.ts';
import { type Counted, impatient, serveCounted } from './served.ts';

let folder: string;
let store: ImageStore;
let image: MadeImage;
const open: Counted[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-hostile-'));
  store = openImageStore(join(folder, 'store'));
  image = await makeImage([{ a: 'one' }, { b: 'two' }]);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Serves the image as `web:1`, but for what `odd` answers: the end of an address, and what is said there. */
async function serving(odd: Readonly<Record<string, Answer>>): Promise<Counted> {
  const blobs = new Map([...image.layers, image.config].map((content) => [digestOf(content), content]));
  const server = await serveCounted((request, response) => {
    const path = new URL(request.url!, 'http://x').pathname;
    const found = Object.entries(odd).find(([end]) => path.endsWith(end));
    if (found) return void found[1](request, response);
    if (path === '/v2/') return void response.end('{}');
    if (path.endsWith('/manifests/1')) {
      response.setHeader('content-type', types.manifest);
      return void response.end(image.manifest);
    }
    const blob = blobs.get(path.split('/').at(-1)!);
    if (!blob) response.statusCode = 404;
    return void response.end(blob ?? '{}');
  });
  open.push(server);
  return server;
}

const layerPath = () => `/blobs/${digestOf(image.layers[1]!)}`;
const pull = ({ host }: Counted, more: object = {}) =>
  pullImage(store, `${host}/web:1`, { registries: impatient(), ...more });

/** No name, no blob, no part of one, no pin. */
async function expectNothingKept(): Promise<void> {
  expect(store.images.list()).toEqual([]);
  expect(await store.verify()).toEqual({ blobs: 0, bytes: 0, problems: [] });
  const ingest = join(store.path, 'ingest');
  expect(existsSync(ingest) ? readdirSync(ingest) : []).toEqual([]);
  expect(store.pins()).toEqual(new Map());
}

test('as it is, it is pulled', async () => {
  expect((await pull(await serving({}))).digest).toBe(image.target.digest);
});

test('a layer of another content leaves nothing behind', async () => {
  const other = Buffer.from(image.layers[1]!);
  other[20] = other[20]! ^ 1;
  const server = await serving({ [layerPath()]: (_, response) => response.end(other) });
  await expect(pull(server)).rejects.toThrow(`the content does not have the digest ${digestOf(image.layers[1]!)}`);
  await expectNothingKept();
});

test('a layer that does not end is not read to its end', async () => {
  let sent = 0;
  const server = await serving({
    [layerPath()]: (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      response.on('drain', more);
      more();
    },
  });
  await expect(pull(server)).rejects.toThrow(/more bytes came than the \d+ that were announced/);
  expect(sent).toBeLessThan(50_000_000);
  await expectNothingKept();
});

test('a layer, a config or a manifest of another size is refused', async () => {
  const tooLong = await serving({
    [layerPath()]: (_, response) => response.end(Buffer.concat([image.layers[1]!, Buffer.alloc(9)])),
  });
  await expect(pull(tooLong)).rejects.toThrow(/bytes of the blob .* where the image says/);
  const tooBig = {
    ...JSON.parse(image.manifest.toString()),
    config: { mediaType: types.config, digest: digestOf(image.config), size: 5_000_000 },
  };
  const bigConfig = await serving({ '/manifests/1': (_, response) => response.end(JSON.stringify(tooBig)) });
  await expect(pull(bigConfig)).rejects.toThrow('which is no config of an image');
  const endless = await serving({ '/manifests/1': (_, response) => response.end(Buffer.alloc(5_000_000)) });
  await expect(pull(endless)).rejects.toThrow(/sends more than 4194304 bytes/);
  await expectNothingKept();
});

test('a manifest that is not what its digest says, or is none, is refused', async () => {
  const lie = await serving({
    '/manifests/1': (_, response) => {
      response.setHeader('docker-content-digest', digestOf(image.config));
      response.end(image.manifest);
    },
  });
  await expect(pull(lie)).rejects.toThrow('with something of another digest');
  const page = await serving({ '/manifests/1': (_, response) => response.end('<html>') });
  await expect(pull(page)).rejects.toThrow('is not JSON');
  const both = await serving({
    '/manifests/1': (_, response) =>
      response.end(JSON.stringify({ ...JSON.parse(image.manifest.toString()), manifests: [] })),
  });
  await expect(pull(both)).rejects.toThrow('it has both layers and manifests');
  await expectNothingKept();
});

test('an answer that is not the range that was asked for begins the layer anew', async () => {
  const [, layer] = image.layers as [Buffer, Buffer];
  await using lease = store.lease('test');
  const part = await lease.writer({ digest: digestOf(layer), size: layer.length, resume: digestOf(layer) });
  await part.write(Buffer.alloc(10, 1));
  await part.suspend();
  // What was there of it was damaged: the whole is wrong, and comes once more.
  const ranges: unknown[] = [];
  const server = await serving({
    [layerPath()]: (request, response) => {
      ranges.push(request.headers.range);
      const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      if (from > 0) {
        response.writeHead(206, { 'content-range': `bytes ${from}-${layer.length - 1}/${layer.length}` });
      }
      response.end(layer.subarray(from));
    },
  });
  await pull(server);
  expect(ranges).toEqual(['bytes=10-', undefined]);
  expect((await store.verify()).problems).toEqual([]);
});

test('redirects that do not end, and such to no address, are refused', async () => {
  const circle = await serving({
    [layerPath()]: (request, response) => response.writeHead(307, { location: request.url! }).end(),
  });
  await expect(pull(circle)).rejects.toThrow('redirects again and again');
  const file = await serving({
    [layerPath()]: (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  });
  await expect(pull(file)).rejects.toThrow('redirects to what is no address');
});

const asksForAnn = (request: IncomingMessage, response: ServerResponse): boolean => {
  if (request.headers.authorization === `Basic ${btoa('ann:secret')}`) return false;
  response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  return true;
};
const asAnn = () => impatient({ credentials: async () => ({ username: 'ann', password: 'secret' }) });

test('credentials go to the registry and to nobody that it sends to', async () => {
  const elsewhere = await serving({});
  const server = await serving({
    '/manifests/1': (request, response) => {
      if (asksForAnn(request, response)) return;
      response.setHeader('content-type', types.manifest);
      response.end(image.manifest);
    },
    [layerPath()]: (request, response) => {
      if (asksForAnn(request, response)) return;
      response.writeHead(307, { location: `http://${elsewhere.host}${request.url}` }).end();
    },
  });
  await pullImage(store, `${server.host}/web:1`, { registries: asAnn() });
  expect(elsewhere.asked.length).toBe(1);
  expect(elsewhere.asked[0]!.authorization).toBeUndefined();
});

test('an upload that is sent elsewhere gets no credentials there', async () => {
  await storeImage(store, image, 'docker.io/library/web:1');
  const elsewhere = await serveCounted((request, response) => {
    request.resume();
    request.once('end', () => response.writeHead(request.method === 'PUT' ? 201 : 202).end());
  });
  open.push(elsewhere);
  const server = await serveCounted((request, response) => {
    request.resume();
    if (request.url === '/v2/') return void response.end('{}');
    if (asksForAnn(request, response)) return;
    const status = { HEAD: 404, POST: 202, PUT: 201 }[request.method!] ?? 500;
    response.writeHead(status, { location: `http://${elsewhere.host}/upload/${server.asked.length}` }).end();
  });
  open.push(server);
  await pushImage(store, image, `${server.host}/web:1`, { registries: asAnn() });
  expect(elsewhere.asked.map(({ line }) => line.split(' ')[0])).toEqual(['PUT', 'PUT', 'PUT']);
  expect(elsewhere.asked.flatMap(({ authorization }) => authorization ?? [])).toEqual([]);
});

test('a token is asked for what is to be done, once, and its place must be one', async () => {
  await storeImage(store, image, 'docker.io/library/web:1');
  const tokens = await serveCounted((_, response) => response.end('{"token":"t0k","expires_in":300}'));
  open.push(tokens);
  let realm = `http://${tokens.host}/token`;
  const server = await serveCounted((request, response) => {
    request.resume();
    if (request.url === '/v2/') return void response.end('{}');
    if (request.headers.authorization !== 'Bearer t0k') {
      const scope = 'repository:web:pull';
      return void response
        .writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="s",scope="${scope}"` })
        .end();
    }
    const status = { HEAD: 200, PUT: 201 }[request.method!] ?? 500;
    return void response.writeHead(status).end();
  });
  open.push(server);
  await pushImage(store, image, `${server.host}/web:1`, { registries: asAnn() });
  expect(tokens.asked).toEqual([
    {
      line: 'GET /token?service=s&scope=repository%3Aweb%3Apull%2Cpush',
      authorization: `Basic ${btoa('ann:secret')}`,
      range: undefined,
    },
  ]);
  realm = 'file:///etc/passwd';
  await expect(pushImage(store, image, `${server.host}/web:1`, { registries: asAnn() })).rejects.toThrow(
    'does not say where its tokens come from',
  );
});

test('an identity token is exchanged, and a refusal is told in one line', async () => {
  const bodies: string[] = [];
  const tokens = await serveCounted((request, response) => {
    request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
    request.once('end', () => response.writeHead(401).end('{"details":"incorrect\\u001b[31m token"}'));
  });
  open.push(tokens);
  const server = await serving({
    '/manifests/1': (_, response) =>
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${tokens.host}/token"` }).end(),
  });
  const registries = impatient({ credentials: async () => ({ identityToken: 'id-t0k' }) });
  await expect(pullImage(store, `${server.host}/web:1`, { registries })).rejects.toMatchObject({
    code: 'auth',
    message: expect.stringMatching(
      /^pull access denied for .*\/web, repository does not exist or may require 'kctl login .*': .* \(401: incorrect[^\u001b\n]* token\)$/,
    ),
  });
  expect(bodies[0]).toContain('grant_type=refresh_token');
  expect(bodies[0]).toContain('refresh_token=id-t0k');
});
