import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../../src/oci/digest.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { eventually, kctl, type Sandbox, sandbox } from '../../support/program.ts';

let box: Sandbox;
beforeEach(() => {
  box = sandbox();
});
afterEach(() => {
  spawnSync(kctl, ['registry', 'stop'], { env: box.env });
  box.dispose();
});

const record = () => JSON.parse(readFileSync(join(box.home, 'kctl/registry/registry.json'), 'utf8'));
const start = (...flags: string[]) => {
  const { code, stderr, stdout } = box.kctl(['registry', 'start', ...flags]);
  expect([code, stderr]).toEqual([0, '']);
  return { ...record(), stdout } as { url: string; pid: number; password?: string; stdout: string };
};
const call = (url: string, method: string, body?: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  // A connection that is kept would be one to the process of before.
  fetch(url, { method, headers: { ...headers, connection: 'close' }, ...(body ? { body } : {}) });

test('starts once, tells where, keeps its port, stops', async () => {
  const { url, stdout } = start();
  expect(stdout).toMatch(/^registry started at localhost:\d+\n/);
  expect((await call(`${url}/v2/`, 'GET')).status).toBe(200);
  expect(box.kctl(['registry', 'start']).stdout).toMatch(/^registry is already running at localhost:\d+\n$/);
  const status = box.kctl(['registry', 'status']);
  expect([status.code, status.stdout]).toEqual([0, expect.stringContaining('Access:       everybody on this machine')]);
  expect(box.kctl(['registry', 'stop']).stdout).toBe('registry stopped\n');
  expect(box.kctl(['registry', 'stop']).stdout).toBe('registry is not running\n');
  expect(box.kctl(['registry', 'status']).code).toBe(1);
  expect(start().url).toBe(url);
}, 30_000);

test('asks for the password that it made, or for those of a file', async () => {
  const { url, password, stdout } = start('--with-password');
  expect(stdout).toContain(`User: kctl\nPassword: ${password}\n`);
  expect(statSync(join(box.home, 'kctl/registry/registry.json')).mode & 0o077).toBe(0);
  const ask = async (user: string, word: string) =>
    (await call(`${url}/v2/`, 'GET', undefined, { authorization: `Basic ${btoa(`${user}:${word}`)}` })).status;
  expect([await ask('kctl', password!), await ask('kctl', 'x')]).toEqual([200, 401]);
  box.kctl(['registry', 'stop']);
  writeFileSync(join(box.home, 'users'), 'me:{SHA}fEqNCco3Yq9h5ZUglD3CZJT4lBs=\n');
  start('--auth', 'users');
  expect([await ask('me', '123456'), await ask('kctl', password!)]).toEqual([200, 401]);
  box.kctl(['registry', 'stop']);
  const bad = box.kctl(['registry', 'start', '--auth', 'nobody']);
  expect([bad.code, bad.stderr]).toEqual([1, expect.stringContaining('cannot read')]);
}, 30_000);

test('says what it cannot have', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  try {
    const taken = box.kctl(['registry', 'start', '--port', String(port)]);
    expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining(`port ${port} is already in use`)]);
  } finally {
    server.close();
  }
  for (const flags of [['--port', '70000'], ['--auth', 'x', '--with-password'], ['now']]) {
    expect(box.kctl(['registry', 'start', ...flags]).code).toBe(1);
  }
}, 30_000);

test('kill -9 in the middle of a push: the store verifies, and the push goes on', async () => {
  const { url, pid } = start();
  const content = new Uint8Array(randomBytes(6_000_000));
  const half = content.slice(0, 2_000_000);
  const begun = await call(`${url}/v2/shop/web/blobs/uploads/`, 'POST');
  const location = begun.headers.get('location')!;
  expect((await call(url + location, 'PATCH', half, { 'content-range': '0-1999999' })).status).toBe(202);
  // A second chunk is on its way when the process ends.
  const broken = request(url + location, { method: 'PATCH' });
  const failed = new Promise((resolve) => broken.once('error', resolve));
  broken.write(content.slice(2_000_000, 3_500_000));
  await eventually(async () => {
    const range = (await call(url + location, 'GET')).headers.get('range')!;
    return Number(range.split('-')[1]) > 3_000_000;
  }, 'the second chunk to arrive');
  process.kill(pid, 'SIGKILL');
  expect(await failed).toBeInstanceOf(Error);

  const store = openImageStore(join(box.home, 'kctl/images'));
  expect(await store.verify()).toEqual({ blobs: 0, bytes: 0, problems: [] });
  const again = start();
  expect(again.url).toBe(url);
  const status = await call(url + location, 'GET');
  expect([status.status, Number(status.headers.get('range')!.split('-')[1])]).toEqual([204, expect.any(Number)]);
  expect((await call(url + location, 'DELETE')).status).toBe(204);

  const anew = (await call(`${url}/v2/shop/web/blobs/uploads/`, 'POST')).headers.get('location')!;
  await call(url + anew, 'PATCH', half, { 'content-range': '0-1999999' });
  process.kill(again.pid, 'SIGKILL');
  start();
  expect((await call(url + anew, 'GET')).headers.get('range')).toBe('0-1999999');
  const digest = digestOf(content);
  const rest = content.slice(2_000_000);
  expect(
    (await call(`${url}${anew}?digest=${digest}`, 'PUT', rest, { 'content-range': '2000000-5999999' })).status,
  ).toBe(201);
  const got = await call(`${url}/v2/shop/web/blobs/${digest}`, 'GET');
  expect(digestOf(new Uint8Array(await got.arrayBuffer()))).toBe(digest);
  expect((await store.verify()).problems).toEqual([]);
  store.close();
}, 30_000);
