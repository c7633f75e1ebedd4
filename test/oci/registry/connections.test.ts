import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { registryConnections } from '../../../src/kube/registry-agents.ts';
import { RegistryHttp } from '../../../src/oci/registry/http.ts';
import { Repository } from '../../../src/oci/registry/repository.ts';
import { RegistrySession } from '../../../src/oci/registry/session.ts';
import { type Served, serve } from './fake-registry.ts';

const hasOpenssl = spawnSync('openssl', ['version']).error === undefined;

let folder: string;
const closing: (() => Promise<void>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-connections-'));
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(folder, { recursive: true, force: true });
});

async function listening(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return `localhost:${(server.address() as AddressInfo).port}`;
}

async function served(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Served> {
  const found = await serve(answer);
  closing.push(() => found.stop());
  return found;
}

const tags = (http: RegistryHttp, registry: string) =>
  new Repository({ http, registry, repository: 'shop/web' }).tags();

test('every request says who asks', async () => {
  const agents = new Set<string | undefined>();
  const { host } = await served((request, response) => {
    agents.add(request.headers['user-agent']);
    response.end('{"tags": ["1"]}');
  });
  expect(await tags(new RegistryHttp(), host)).toEqual(['1']);
  expect([...agents]).toEqual([`kctl/0.0.0-source (${process.platform}; ${process.arch})`]);
});

describe.skipIf(!hasOpenssl)('with TLS', () => {
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const read = (name: string) => readFileSync(join(folder, name));

  /** An authority, and what it has signed. */
  function certificates(...names: string[]): void {
    openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=authority');
    writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost');
    for (const name of names) {
      openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
      openssl(
        ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
        ...['-out', `${name}.crt`, '-days', '2', '-extfile', 'names'],
      );
    }
  }

  test('a client certificate is shown to the host that it is for', async () => {
    certificates('server', 'ann');
    const server = createTlsServer(
      { cert: read('server.crt'), key: read('server.key'), ca: read('ca.crt'), requestCert: true },
      (request, response) => {
        const { CN: name } = (request.socket as TLSSocket).getPeerCertificate().subject;
        response.writeHead(name === 'ann' ? 200 : 403).end('{"tags": ["1"]}');
      },
    );
    const host = await listening(server);
    const http = (more = {}) => new RegistryHttp(registryConnections({ HOME: folder, ...more }, [], () => undefined));
    await expect(tags(http(), host)).rejects.toThrow(`the certificate of ${host} is signed by an authority`);
    await expect(tags(http({ SSL_CERT_FILE: join(folder, 'ca.crt') }), host)).rejects.toMatchObject({
      code: 'connection',
      message: expect.stringContaining(`${host} lets in only who shows a certificate that it knows`),
      hint: expect.stringContaining(`certs.d/${host}/client.cert`),
    });
    const files = join(folder, '.config/docker/certs.d', host);
    mkdirSync(files, { recursive: true });
    for (const [from, to] of [['ca.crt'], ['ann.crt', 'client.cert'], ['ann.key', 'client.key']] as const) {
      writeFileSync(join(files, to ?? from), read(from));
    }
    expect(await tags(http(), host)).toEqual(['1']);
    rmSync(join(files, 'client.key'));
    await expect(tags(http(), host)).rejects.toThrow('missing key client.key for client certificate');
    rmSync(files, { recursive: true });
    // The same from a file that names them.
    const named = {
      authorities: [join(folder, 'ca.crt')],
      client: { cert: join(folder, 'ann.crt'), key: join(folder, 'ann.key') },
    };
    const other = new RegistryHttp(
      registryConnections({ HOME: folder }, [], (at) => (at === host ? named : undefined)),
    );
    expect(await tags(other, host)).toEqual(['1']);
  });

  test('a proxy is asked for a tunnel with its password, and not for what needs none', async () => {
    certificates('server');
    const tls = { cert: read('server.crt'), key: read('server.key') };
    const host = await listening(createTlsServer(tls, (_, response) => response.end('{"tags": ["1"]}')));
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket: Socket) => {
      const { 'proxy-authorization': who = '' } = request.headers;
      asked.push(`${request.url} ${Buffer.from(who.replace('Basic ', ''), 'base64')}`);
      if (!asked.at(-1)!.endsWith(' ann:pass word')) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      // The name is one that only the proxy knows.
      const beyond = connect(Number(host.split(':')[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(beyond).pipe(socket);
      });
      beyond.on('error', () => socket.destroy());
      socket.on('error', () => beyond.destroy());
    });
    const at = await listening(proxy);
    const far = 'registry.example:443';
    const env = { HOME: folder, HTTPS_PROXY: `http://ann:pass%20word@${at}` };
    const http = (more = {}) => new RegistryHttp(registryConnections({ ...env, ...more }, [far]));
    expect(await tags(http(), far)).toEqual(['1']);
    expect(asked[0]).toBe('registry.example:443 ann:pass word');
    await expect(tags(http({ HTTPS_PROXY: `http://${at}` }), far)).rejects.toMatchObject({
      code: 'connection',
      message: expect.stringContaining('407'),
    });
    asked.length = 0;
    const near = { NO_PROXY: 'localhost', SSL_CERT_FILE: join(folder, 'ca.crt') };
    expect(await tags(http(near), host)).toEqual(['1']);
    expect(asked).toEqual([]);
  });
});

describe('tokens', () => {
  test('that end in the middle are had anew, and one that is never enough is not asked for without end', async () => {
    let given = 0;
    const tokens = await served((_, response) => response.end(JSON.stringify({ token: `t${++given}` })));
    let good = 't1';
    const registry = await served((request, response) => {
      if (request.url === '/v2/' || request.headers.authorization === `Bearer ${good}`) {
        response.end('{"tags": ["1"]}');
        return;
      }
      response.setHeader('www-authenticate', `Bearer realm="http://${tokens.host}/",service="x",scope="wrong:thing:*"`);
      response.writeHead(401).end();
    });
    const session = new RegistrySession({ http: new RegistryHttp(), registry: registry.host, repository: 'a/b' });
    const ask = async () => (await session.exchange('tags/list', { limit: 1000 })).status;
    expect(await ask()).toBe(200);
    expect(await ask()).toBe(200);
    expect(given).toBe(1);
    good = 't2';
    expect(await ask()).toBe(200);
    expect(given).toBe(2);
    // What the challenge asks for is asked for, beside what is needed.
    const scopes = new URL(tokens.asked[0]!.line.slice(4), 'http://x').searchParams.getAll('scope');
    expect(scopes).toEqual(['wrong:thing:*', 'repository:a/b:pull']);
    good = 'none';
    expect(await ask()).toBe(401);
    expect(given).toBe(3);
  });

  test('and errors that are pages of the web are told by their status alone', async () => {
    const { host } = await served((request, response) => {
      if (request.url === '/v2/') response.end();
      else response.writeHead(502, { 'content-type': 'text/html' }).end('<html><h1>Bad \u001b[31mGateway</h1></html>');
    });
    await expect(tags(new RegistryHttp(), host)).rejects.toThrow(
      new RegExp(`^${host} answers 502 for shop/web \\(tag\\)$`),
    );
  });

  test('and a registry that speaks TLS is known by its answer to who does not', async () => {
    const { host } = await served((_, response) => {
      response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n');
    });
    await expect(tags(new RegistryHttp({ onlyPlainHosts: [host] }), host)).rejects.toMatchObject({
      hint: 'It speaks TLS: leave --plain-http out.',
    });
  });
});
