import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { registryConnections } from '../../../src/kube/registry-agents.ts';
import { digestOf } from '../../../src/oci/digest.ts';
import { RegistryHttp } from '../../../src/oci/registry/http.ts';
import { signIn } from '../../../src/oci/registry/sign-in.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import type { ImageStore } from '../../../src/oci/store/types.ts';
import { OpenUploads } from '../../../src/oci/transfer/open-uploads.ts';
import { pullImage } from '../../../src/oci/transfer/pull-image.ts';
import { pushImage } from '../../../src/oci/transfer/push-image.ts';
import { eventually } from '../../support/program.ts';
import { makeImage, storeImage } from '../store/images.ts';
import { impatient } from './served.ts';

const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

let folder: string;
let here: ImageStore;
let server: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-distribution-'));
  here = openImageStore(join(folder, 'here'));
});
afterEach(async () => {
  if (server) {
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
    server = undefined;
  }
  here.close();
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const socket = createServer().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address() as AddressInfo;
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

/** @param more lines of `http` and beside it. @returns its host */
async function start(tls = '', more = ''): Promise<string> {
  const port = await freePort();
  writeFileSync(
    join(folder, 'config.yml'),
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${folder}/data}}\nhttp:\n  addr: 127.0.0.1:${port}\n${tls}${more}`,
  );
  server = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  await eventually(() => {
    if (server?.exitCode !== null) throw new Error('docker-registry has ended');
    return connects(port);
  }, 'docker-registry to answer');
  return `localhost:${port}`;
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Announces a megabyte, sends 100 kB of it and is gone. */
function brokenOff(location: string): Promise<void> {
  const { hostname, port, pathname, search } = new URL(location);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.write(`PATCH ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 1000000\r\n\r\n`);
    socket.end(Buffer.alloc(100_000), () => socket.destroy());
    socket.once('close', () => resolve());
    socket.once('error', () => resolve());
  });
}

function makeCertificates(): void {
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=test authority');
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost');
  openssl(
    ...['x509', '-req', '-in', 'server.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-out', 'server.crt', '-days', '2', '-extfile', 'names'],
  );
}

/** Of `secret`, by bcrypt: the only form that it takes. */
const HTPASSWD = 'ann:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n';

describe.skipIf(!has('docker-registry'))('docker-registry', () => {
  test('takes, mounts and gives back what is pushed', async () => {
    const host = await start();
    const registries = impatient();
    const [one, two] = [await makeImage([{ a: '1' }, { b: '2' }]), await makeImage([{ a: '1' }, { b: '3' }])];
    await storeImage(here, one, `${host}/shop/web:1`);
    await pushImage(here, one, `${host}/shop/web:1`, { registries });
    await storeImage(here, two, 'docker.io/library/two:1');
    const second = await pushImage(here, two, `${host}/shop/web:2`, { registries });
    expect(second.tally.layers.map(({ outcome }) => outcome)).toEqual(['exists', 'moved']);
    const third = await pushImage(here, two, `${host}/other:2`, { registries });
    expect(third.tally.layers).toMatchObject([{ outcome: 'mounted', from: 'shop/web' }, { outcome: 'moved' }]);
    // An upload that broke off is one that it does not know any more: all is sent again.
    const big = await makeImage([{ big: randomBytes(1_000_000).toString('hex') }]);
    await storeImage(here, big, `${host}/big:1`);
    const digest = digestOf(big.layers[0]!);
    const begun = await fetch(`http://${host}/v2/big/blobs/uploads/`, { method: 'POST' });
    const location = begun.headers.get('location')!;
    await brokenOff(location);
    new OpenUploads(here.path).note(`${host}/big`, digest, new URL(location));
    const sent = await pushImage(here, big, `${host}/big:1`, { registries });
    expect(sent.tally.travelled).toBe(big.layers[0]!.length);
    const other = openImageStore(join(folder, 'other'));
    try {
      const pulled = await pullImage(other, `${host}/other:2`, { registries });
      expect(pulled.digest).toBe(two.target.digest);
      await expect(pullImage(other, `${host}/other:9`, { registries })).rejects.toMatchObject({
        message: `manifest for ${host}/other:9 not found: manifest unknown`,
        hint: 'There are the tags 2',
      });
      expect((await other.verify()).problems).toEqual([]);
    } finally {
      other.close();
    }
  }, 30_000);

  test.skipIf(!has('openssl'))(
    'with TLS and passwords lets in who is known, over what is trusted',
    async () => {
      makeCertificates();
      writeFileSync(join(folder, 'users'), HTPASSWD);
      const host = await start(
        `  tls: {certificate: ${folder}/server.crt, key: ${folder}/server.key}\n`,
        `auth: {htpasswd: {realm: test, path: ${folder}/users}}\n`,
      );
      const image = await makeImage([{ a: '1' }]);
      await storeImage(here, image, `${host}/web:1`);
      const env = { HOME: folder };
      const access = (password: string | undefined, more: Record<string, string> = {}, insecure: string[] = []) =>
        impatient({
          http: new RegistryHttp(registryConnections({ ...env, ...more }, insecure)),
          credentials: async () => (password === undefined ? undefined : { username: 'ann', password }),
        });
      const push = (registries: ReturnType<typeof access>) => pushImage(here, image, `${host}/web:1`, { registries });
      await expect(push(access('secret'))).rejects.toMatchObject({
        code: 'connection',
        message: expect.stringContaining(
          `the certificate of ${host} is signed by an authority that is not trusted here`,
        ),
        hint: expect.stringContaining(`certs.d/${host}/ca.crt`),
      });
      const trusting = { SSL_CERT_FILE: join(folder, 'ca.crt') };
      await expect(push(access(undefined, trusting))).rejects.toMatchObject({
        code: 'auth',
        message: expect.stringContaining(`it may require 'kctl login ${host}'`),
      });
      await expect(push(access('wrong', trusting))).rejects.toMatchObject({ code: 'auth' });
      await push(access('secret', trusting));
      await pullImage(here, `${host}/web:1`, { registries: access('secret', {}, [host]) });
      mkdirSync(join(folder, '.config/docker/certs.d', host), { recursive: true });
      execFileSync('cp', [join(folder, 'ca.crt'), join(folder, '.config/docker/certs.d', host)]);
      const { http } = access('secret');
      const known = { username: 'ann', password: 'secret' };
      expect(await signIn(http, host, known)).toEqual(known);
      await expect(signIn(http, host, { ...known, password: 'x' })).rejects.toThrow(
        'unauthorized: incorrect username or password',
      );
    },
    30_000,
  );
});
