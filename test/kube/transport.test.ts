import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ApiStatusError } from '../../src/api/status.ts';
import type { Cluster } from '../../src/kube/cluster.ts';
import type { ClusterOptions } from '../../src/kube/cluster-options.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import { proxyFor } from '../../src/kube/transport/agent.ts';
import { connectionError } from '../../src/kube/transport/connection-error.ts';
import { parseRequestTimeout } from '../../src/kube/transport/request-timeout.ts';
import { parseWarnings } from '../../src/kube/transport/warnings.ts';
import type { KctlError } from '../../src/lib/errors.ts';
import { createAuthority, type Issued, type TestAuthority } from './support/pki.ts';
import { type Handler, sendJson, startServer, type TestServer } from './support/test-server.ts';

let folder: string;
let authority: TestAuthority;
let good: Issued;
const servers: TestServer[] = [];
const clusters: Cluster[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-transport-'));
  authority = await createAuthority();
  good = await authority.issue('server', { hosts: ['127.0.0.1', 'api.test'] });
  writeFileSync(join(folder, 'ca.pem'), authority.cert);
});

afterEach(async () => {
  for (const cluster of clusters.splice(0)) cluster.transport.close();
  for (const server of servers.splice(0)) await server.close();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function serve(handle: Handler, tls: Issued | false = good): Promise<TestServer> {
  const server = await startServer(handle, tls ? { ...tls, ca: authority.cert } : undefined);
  servers.push(server);
  return server;
}

async function open(server: string, options: Partial<ClusterOptions> = {}): Promise<Cluster> {
  const cluster = await openCluster({
    env: { HOME: folder },
    server,
    ...(server.startsWith('https') && !options.insecureSkipTlsVerify
      ? { certificateAuthority: join(folder, 'ca.pem') }
      : {}),
    ...options,
  });
  clusters.push(cluster);
  return cluster;
}

const pods = '/api/v1/namespaces/default/pods';
const list = (cluster: Cluster, extra = {}) =>
  cluster.transport.json<Record<string, unknown>>({ method: 'GET', path: pods, ...extra });

async function failure(promise: Promise<unknown>): Promise<KctlError> {
  return promise.then(
    () => Promise.reject(new Error('did not fail')),
    (error: KctlError) => error,
  );
}

describe('requests', () => {
  test('carry the credential, the agent and impersonation over one kept connection', async () => {
    const server = await serve((_, response) => sendJson(response, { ok: true }));
    const cluster = await open(server.url, {
      token: 'secret',
      as: 'jane',
      asUid: '7',
      asGroup: ['a', 'b'],
      asUserExtra: ['Scopes/x=view'],
      tool: 'kctl',
      version: '1.2.3',
    });
    for (let i = 0; i < 5; i++)
      expect(await list(cluster, { query: { limit: 5, a: ['x', 'y z'], none: undefined } })).toEqual({ ok: true });
    expect(server.connections).toBe(1);
    expect(server.seen[0]!.url).toBe(`${pods}?limit=5&a=x&a=y%20z`);
    expect(server.seen[0]!.headers).toMatchObject({
      authorization: 'Bearer secret',
      'user-agent': expect.stringMatching(/^kctl\/1\.2\.3 \(\w+\/\w+\)$/),
      'impersonate-user': 'jane',
      'impersonate-uid': '7',
      'impersonate-group': 'a, b',
      'impersonate-extra-scopes%2fx': 'view',
      accept: 'application/json',
    });
  });

  test('a server below a path, and a body', async () => {
    const server = await serve((_, response) => sendJson(response, {}), false);
    const cluster = await open(`${server.url}/k8s/`);
    await cluster.transport.json({ method: 'POST', path: pods, body: '{"é":1}' });
    expect(server.seen[0]).toMatchObject({
      url: `/k8s${pods}`,
      body: '{"é":1}',
      headers: { 'content-type': 'application/json' },
    });
  });

  test('nothing secret goes to a server without TLS, impersonation does', async () => {
    const server = await serve((_, response) => sendJson(response, {}), false);
    await list(await open(server.url, { token: 'secret', as: 'jane' }));
    await list(await open(server.url, { username: 'u', password: 'p' }));
    expect(server.seen.map((one) => one.headers.authorization)).toEqual([undefined, undefined]);
    expect(server.seen[0]!.headers['impersonate-user']).toBe('jane');
  });

  test('client certificates and basic authentication', async () => {
    const client = await authority.issue('jane');
    writeFileSync(join(folder, 'c.pem'), client.cert);
    writeFileSync(join(folder, 'k.pem'), client.key);
    let subject = '';
    const server = await serve((_, response) => {
      subject = String((response.socket as TLSSocket).getPeerCertificate().subject?.CN);
      sendJson(response, {});
    });
    const files = { clientCertificate: join(folder, 'c.pem'), clientKey: join(folder, 'k.pem') };
    await list(await open(server.url, files));
    expect(subject).toBe('jane');
    await list(await open(server.url, { username: 'u', password: 'p' }));
    expect(server.seen[1]!.headers.authorization).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
  });

  test('gzip is asked for and undone, also while the stream is open', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync('{"zipped":true}'));
    });
    expect(await list(await open(server.url))).toEqual({ zipped: true });
    expect(server.seen[0]!.headers['accept-encoding']).toBe('gzip');
    await list(await open(server.url, { disableCompression: true }));
    expect(server.seen[1]!.headers['accept-encoding']).toBeUndefined();
  });

  test('warnings are handed on once each', async () => {
    const header = [
      '299 - "old \\"api\\""',
      '299 - "old \\"api\\"" "Sat, 21 Nov 2026 00:00:00 GMT"',
      '299 k "two"',
      '199 - "no"',
    ];
    const server = await serve((_, response) => {
      response.setHeader('warning', header);
      sendJson(response, {});
    });
    const cluster = await open(server.url);
    const heard: string[] = [];
    cluster.transport.onWarning((text) => heard.push(text));
    await list(cluster);
    await list(cluster);
    expect(heard).toEqual(['old "api"', 'two']);
    expect(parseWarnings('299 - "a", 299 - "b, c"')).toEqual(['a', 'b, c']);
  });

  test('follows redirects within the server only', async () => {
    const server = await serve((request, response) => {
      if (request.path === pods) response.writeHead(302, { location: '/there' }).end();
      else if (request.path === '/out') response.writeHead(302, { location: 'https://example.invalid/' }).end();
      else sendJson(response, { there: true });
    });
    const cluster = await open(server.url, { token: 't' });
    expect(await list(cluster)).toEqual({ there: true });
    expect((await failure(cluster.transport.json({ method: 'GET', path: '/out' }))).message).toContain('302');
  });
});

describe('failures of the server', () => {
  // The texts are those of kubectl 1.32.5 for the same answers.
  test.each<[number, string, string, string]>([
    [404, '404 page not found\n', 'NotFound', 'the server could not find the requested resource (get pods)'],
    [
      500,
      'boom\n',
      'InternalError',
      'an error on the server ("boom") has prevented the request from succeeding (get pods)',
    ],
    [
      502,
      '<html>bad</html>',
      'InternalError',
      'an error on the server ("<html>bad</html>") has prevented the request from succeeding (get pods)',
    ],
    [503, '', 'ServiceUnavailable', 'the server is currently unable to handle the request (get pods)'],
    [
      504,
      'x',
      'Timeout',
      'the server was unable to return a response in the time allotted, but may still be processing the request (get pods)',
    ],
    [401, 'nope', 'Unauthorized', 'the server has asked for the client to provide credentials (get pods)'],
    [403, 'nope', 'Forbidden', 'nope (get pods)'],
    [400, 'nope', 'BadRequest', 'the server rejected our request for an unknown reason (get pods)'],
    [409, 'nope', 'Conflict', 'the server reported a conflict (get pods)'],
    [405, 'nope', 'MethodNotAllowed', 'the server does not allow this method on the requested resource (get pods)'],
    [410, 'nope', '', 'the server responded with the status code 410 but did not return more information (get pods)'],
    [415, 'nope', 'UnsupportedMediaType', 'nope (get pods)'],
    [422, 'nope', 'Invalid', 'the server rejected our request due to an error in our request (get pods)'],
    [
      429,
      'nope',
      'TooManyRequests',
      'the server has received too many requests and has asked us to try again later (get pods)',
    ],
  ])('%i %j', async (code, body, reason, message) => {
    const server = await serve((_, response) => void response.writeHead(code).end(body), false);
    const error = await failure(list(await open(server.url)));
    expect(error).toBeInstanceOf(ApiStatusError);
    expect(error).toMatchObject({ message, reason, httpCode: code });
  });

  test('a Status body is taken as it is', async () => {
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      message: 'pods "x" not found',
      reason: 'NotFound',
      code: 404,
    };
    const server = await serve((_, response) => sendJson(response, status, 404), false);
    expect(await failure(list(await open(server.url)))).toMatchObject({ message: 'pods "x" not found', status });
  });

  test('names what was asked for', async () => {
    const server = await serve((_, response) => void response.writeHead(500).end('x'), false);
    const cluster = await open(server.url);
    const message = async (method: 'GET' | 'DELETE' | 'PATCH', path: string) =>
      (await failure(cluster.transport.json({ method, path }))).message;
    expect(await message('GET', `${pods}/x/log`)).toContain('(get pods x)');
    expect(await message('DELETE', '/apis/apps/v1/namespaces/a/deployments/b')).toContain(
      '(delete deployments.apps b)',
    );
    expect(await message('PATCH', '/api/v1/namespaces/a')).toContain('(patch namespaces a)');
    expect(await message('GET', '/version')).toMatch(/succeeding$/);
  });

  test('Retry-After is waited for', async () => {
    let calls = 0;
    const server = await serve((_, response) => {
      if (calls++ === 0) response.writeHead(429, { 'retry-after': '0' }).end();
      else sendJson(response, { calls });
    }, false);
    expect(await list(await open(server.url))).toEqual({ calls: 2 });
  });

  test('answers that are no JSON', async () => {
    let type = 'text/html';
    const server = await serve(
      (_, response) => void response.writeHead(200, { 'content-type': type }).end('<html>'),
      false,
    );
    const cluster = await open(server.url);
    expect(await failure(list(cluster))).toMatchObject({
      message: "serializer for text/html doesn't exist",
      prefix: '',
    });
    type = 'application/json';
    expect(await failure(list(cluster))).toMatchObject({ message: 'unexpected end of JSON input' });
  });
});

describe('failures of the connection', () => {
  const reach = async (server: string, options: Partial<ClusterOptions> = {}) => {
    const error = await failure(list(await open(server, options)));
    expect(error).toMatchObject({ code: 'connection', prefix: '' });
    return error.message;
  };
  const unverified = 'Unable to connect to the server: tls: failed to verify certificate: x509:';

  test('refused', async () => {
    const free = await startServer(() => undefined);
    await free.close();
    expect(await reach(free.url)).toBe(
      `The connection to the server 127.0.0.1:${free.port} was refused - did you specify the right host or port?`,
    );
  });

  test('unknown authority, unless it is not to be checked', async () => {
    const other = await createAuthority('other');
    const server = await serve(
      (_, response) => sendJson(response, { ok: 1 }),
      await other.issue('x', { hosts: ['127.0.0.1'] }),
    );
    expect(await reach(server.url)).toBe(`${unverified} certificate signed by unknown authority`);
    expect(await list(await open(server.url, { insecureSkipTlsVerify: true }))).toEqual({ ok: 1 });
  });

  test('expired and not yet valid, with both times', async () => {
    const hosts = ['127.0.0.1'];
    const past = await authority.issue('x', {
      hosts,
      notBefore: new Date('2020-01-01T00:00:00Z'),
      notAfter: new Date('2020-02-01T00:00:00Z'),
    });
    const expired = await serve(() => undefined, past);
    expect(await reach(expired.url)).toMatch(
      /x509: certificate has expired or is not yet valid: current time \S+Z is after 2020-02-01T00:00:00Z$/,
    );
    const future = await authority.issue('x', { hosts, notBefore: new Date(Date.now() + 3_600_000) });
    const early = await serve(() => undefined, future);
    expect(await reach(early.url)).toMatch(/not yet valid: current time \S+Z is before \S+Z$/);
  });

  test('a certificate for another name, and --tls-server-name', async () => {
    const address = await serve(() => undefined, await authority.issue('x', { hosts: ['10.0.0.1', '10.0.0.2'] }));
    expect(await reach(address.url)).toBe(`${unverified} certificate is valid for 10.0.0.1, 10.0.0.2, not 127.0.0.1`);
    const named = await serve(
      (_, response) => sendJson(response, { ok: 1 }),
      await authority.issue('x', { hosts: ['api.other'] }),
    );
    expect(await reach(named.url)).toBe(
      `${unverified} cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs`,
    );
    expect(await reach(named.url, { tlsServerName: 'api.test' })).toBe(
      `${unverified} certificate is valid for api.other, not api.test`,
    );
    expect(await list(await open(named.url, { tlsServerName: 'api.other' }))).toEqual({ ok: 1 });
  });

  test('HTTP where TLS is expected', async () => {
    const server = await serve(() => undefined, false);
    expect(await reach(server.url.replace('http:', 'https:'))).toBe(
      'Unable to connect to the server: http: server gave HTTP response to HTTPS client',
    );
  });

  test('names that do not resolve, routes that do not exist', () => {
    const error = (code: string, extra = {}) =>
      connectionError(Object.assign(new Error(code), { code, ...extra }), 'https://api.example:6443').message;
    expect(error('ENOTFOUND', { hostname: 'api.example' })).toMatch(
      /^Unable to connect to the server: dial tcp: lookup api\.example( on \S+:\d+)?: no such host$/,
    );
    expect(error('EHOSTUNREACH', { address: '10.0.0.1', port: 6443 })).toBe(
      'Unable to connect to the server: dial tcp 10.0.0.1:6443: connect: no route to host',
    );
    expect(error('ETIMEDOUT')).toBe('Unable to connect to the server: dial tcp api.example:6443: i/o timeout');
  });

  test('the deadline, before the answer and within it', async () => {
    const server = await serve((request, response) => {
      if (request.path.endsWith('pods')) return;
      response.writeHead(200).write('{"a":');
    });
    const cluster = await open(server.url, { requestTimeout: '80ms' });
    expect((await failure(list(cluster))).message).toBe('Unable to connect to the server: context deadline exceeded');
    expect((await failure(cluster.transport.json({ method: 'GET', path: '/slow' }))).message).toBe(
      'unexpected error when reading response body. Please retry. Original error: net/http: request canceled (Client.Timeout or context cancellation while reading body)',
    );
  });

  test('--request-timeout: seconds, durations, and kubectl words for the rest', () => {
    expect([undefined, '0', '5', '1m', '250ms'].map(parseRequestTimeout)).toEqual([0, 0, 5000, 60_000, 250]);
    expect(() => parseRequestTimeout('5x')).toThrow(/^Invalid timeout value\. Timeout must be a single integer/);
    expect(() => parseRequestTimeout('-1')).toThrow('Invalid timeout value');
  });

  test('a cut answer, a reset connection', async () => {
    const server = await serve((request, response) => {
      if (request.path.endsWith('pods')) return void response.socket?.destroy();
      response.writeHead(200, { 'content-length': '1000' }).write('{"a":');
      setImmediate(() => response.destroy());
    });
    const cluster = await open(server.url);
    expect((await failure(list(cluster))).message).toBe('Unable to connect to the server: EOF');
    expect((await failure(cluster.transport.json({ method: 'GET', path: '/x' }))).message).toBe(
      'unexpected error when reading response body. Please retry. Original error: unexpected EOF',
    );
  });

  test('a kept connection that the server closed: reads are sent again, writes are not', async () => {
    let drop = false;
    const server = await serve((_, response) => {
      if (drop) {
        drop = false;
        return void response.socket?.destroy();
      }
      sendJson(response, { ok: true });
    });
    const cluster = await open(server.url);
    await list(cluster);
    drop = true;
    expect(await list(cluster)).toEqual({ ok: true });
    expect(server.connections).toBe(2);
    drop = true;
    expect((await failure(cluster.transport.json({ method: 'POST', path: pods, body: '{}' }))).message).toContain(
      'EOF',
    );
  });

  test('an abort ends the request with its own reason', async () => {
    const server = await serve((_, response) => void response.writeHead(200).write('x'));
    const cluster = await open(server.url);
    const stop = new AbortController();
    const response = await cluster.transport.send({ method: 'GET', path: '/', signal: stop.signal });
    const reading = response.text();
    stop.abort();
    await expect(reading).rejects.toThrow('aborted');
    await expect(list(cluster, { signal: stop.signal })).rejects.toThrow('aborted');
  });

  test('CA data that is no certificate', async () => {
    writeFileSync(join(folder, 'bad.pem'), 'foo');
    const error = await failure(open('https://127.0.0.1:1', { certificateAuthority: join(folder, 'bad.pem') }));
    expect(error.prefix + error.message).toBe(
      'error: unable to load root certificates: unable to parse bytes as PEM block',
    );
  });
});

describe('proxies', () => {
  /** One list through the proxy, of a server that only the proxy can find by that name. */
  async function through(scheme: string, proxy: net.Server, server: TestServer): Promise<unknown> {
    const port = (proxy.address() as net.AddressInfo).port;
    const kubeconfig = join(folder, 'proxied');
    const cluster = {
      server: `https://api.test:${server.port}`,
      'certificate-authority': 'ca.pem',
      'proxy-url': `${scheme}://127.0.0.1:${port}`,
    };
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        clusters: [{ name: 'c', cluster }],
        users: [{ name: 'u', user: { token: 'secret' } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    );
    const opened = await openCluster({ env: {}, kubeconfig });
    clusters.push(opened);
    return list(opened).finally(() => proxy.close());
  }

  test.each(['http', 'socks5'])('a %s proxy that is not there is named in the hint', async (scheme) => {
    const server = await serve((_, response) => sendJson(response, {}));
    const proxy = net.createServer();
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as net.AddressInfo;
    const asking = through(scheme, proxy, server);
    proxy.close();
    expect(await failure(asking)).toMatchObject({
      message: `The connection to the server api.test:${server.port} was refused - did you specify the right host or port?`,
      hint: `requests to this cluster go through the proxy 127.0.0.1:${port}`,
    });
  });

  test('a SOCKS proxy looks the name up', async () => {
    const server = await serve((_, response) => sendJson(response, { via: true }));
    let asked = '';
    // RFC 1928: greeting, no authentication, CONNECT to a name.
    const proxy = net.createServer((client) => {
      client.once('data', () => {
        client.write(Buffer.from([5, 0]));
        client.once('data', (request: Buffer) => {
          asked = `${request[3]} ${request.subarray(5, 5 + request[4]!)}:${request.readUInt16BE(5 + request[4]!)}`;
          const upstream = net.connect(server.port, '127.0.0.1', () => {
            client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
            upstream.pipe(client).pipe(upstream);
          });
          upstream.on('error', () => client.destroy());
          client.on('error', () => upstream.destroy());
        });
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    expect(await through('socks5', proxy, server)).toEqual({ via: true });
    expect(asked).toBe(`3 api.test:${server.port}`);
  });

  test('an HTTP proxy is asked to CONNECT, and sees no credentials', async () => {
    const server = await serve((_, response) => sendJson(response, { via: true }));
    const asked: string[] = [];
    const proxy = http.createServer().on('connect', (message, client, head) => {
      asked.push(`${message.url} ${message.headers.authorization ?? ''}`);
      const upstream = net.connect(server.port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    expect(await through('http', proxy, server)).toEqual({ via: true });
    expect(asked).toEqual([`api.test:${server.port} `]);
    expect(server.seen[0]!.headers.authorization).toBe('Bearer secret');
  });
});

describe('the request log', () => {
  async function logged(level: number): Promise<string[]> {
    const server = await serve((_, response) => sendJson(response, { a: 1 }, 200, { 'set-cookie': 'x=hidden' }));
    let text = '';
    const stderr = new Writable({
      write(chunk, _, done) {
        text += chunk;
        done();
      },
    });
    const cluster = await open(server.url, { token: 'secret', verbosity: level, stderr });
    await list(cluster, { headers: { 'X-Test': '1' } });
    expect(text).not.toContain('secret');
    expect(text).not.toContain('hidden');
    return text
      .replaceAll(server.url, 'URL')
      .replace(/in \d+ milliseconds/g, 'in N milliseconds')
      .replace(/^I\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ /gm, '')
      .trim()
      .split('\n');
  }

  test('6 is one line per request', async () => {
    expect(await logged(6)).toEqual([`round_trippers.go:560] GET URL${pods} 200 OK in N milliseconds`]);
  });

  test('8 has headers and bodies, credentials masked', async () => {
    const lines = await logged(8);
    expect(lines.slice(0, 3)).toEqual([
      'helper.go:113] "Request Body" body=""',
      `round_trippers.go:470] GET URL${pods}`,
      'round_trippers.go:476] Request Headers:',
    ]);
    expect(lines).toContain('round_trippers.go:480]     Authorization: Bearer <masked>');
    expect(lines).toContain('round_trippers.go:581] Response Status: 200 OK in N milliseconds');
    expect(lines).toContain('round_trippers.go:587]     Content-Type: application/json');
    expect(lines.at(-1)).toBe('helper.go:113] "Response Body" body="{\\"a\\":1}"');
  });

  test('9 prints the request as curl', async () => {
    const lines = await logged(9);
    expect(lines[1]).toMatch(
      /^round_trippers\.go:473\] curl -v -XGET {2}-H "Accept: application\/json" .*-H "Authorization: Bearer <masked>" .*'URL\/api\/v1/,
    );
  });
});

describe('proxies of the environment', () => {
  const env = {
    HTTPS_PROXY: 'proxy:3128',
    http_proxy: 'http://plain:80',
    NO_PROXY: '.internal, 10.0.0.0/8,exact.host,other.host:8443',
  };
  test.each([
    ['https://api.example', 'http://proxy:3128'],
    ['http://api.example', 'http://plain:80'],
    ['https://a.internal', undefined],
    ['https://10.1.2.3:6443', undefined],
    ['https://11.1.2.3:6443', 'http://proxy:3128'],
    ['https://exact.host', undefined],
    ['https://sub.exact.host', undefined],
    ['https://inexact.host', 'http://proxy:3128'],
    ['https://other.host:8443', undefined],
    ['https://other.host:6443', 'http://proxy:3128'],
    ['https://127.0.0.1:6443', undefined],
    ['https://localhost:6443', undefined],
  ])('%s → %s', (server, expected) => {
    expect(proxyFor({ server }, env)).toBe(expected);
  });

  test('proxy-url beats them', () => {
    expect(proxyFor({ server: 'https://localhost', 'proxy-url': 'socks5://s' }, env)).toBe('socks5://s');
  });
});
