import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Agent, request } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { KubeObject } from '../../../../src/api/meta.ts';
import { eventually } from '../../../support/program.ts';
import { type FakeCluster, fakeCluster, processNode, runningPod } from './fake-node.ts';

const pod = runningPod('web', ['app', 'side']);
pod['spec'].containers[1].ports = [
  { name: 'http', containerPort: 8080 },
  { name: 'admin', containerPort: 9090 },
];
const noAddress = runningPod('young');
noAddress['status'].podIPs = [];
const other = runningPod('other');

const service = (name: string, ports: object[]): KubeObject =>
  ({ metadata: { name, namespace: 'default' }, spec: { ports } }) as unknown as KubeObject;
const ready = (target: string, ip = '10.244.0.5', namespace = 'default') => ({
  ip,
  targetRef: { kind: 'Pod', name: target, namespace },
});
const endpoints = (name: string, subsets: object[]): KubeObject =>
  ({ metadata: { name, namespace: 'default' }, subsets }) as unknown as KubeObject;

const page = `<!DOCTYPE html>
<!-- <a href="/not"> --><HTML manifest=/m><title><a href="/text"></title>
<A class="x>y" HREF='/a?b=1&amp;c#d'>a</A><a href="b">b</a><img src="//elsewhere/i.png"><a href="http://else.where/x">
<form action="/">ümlaut</form><script src="/s.js">if (a < b) location = '<a href="/js">'</script><p title="/p">&copy;
`;
const rewritten = (to: string) =>
  page
    .replace('manifest=/m', `manifest="${to}/m"`)
    .replace("HREF='/a?", `HREF='${to}/a?`)
    .replace('action="/"', `action="${to}/"`)
    .replace('src="/s.js"', `src="${to}/s.js"`);

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
  bytes: Buffer;
}

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

describe('proxies', () => {
  let backend: Server;
  let cluster: FakeCluster;
  const asked: number[] = [];
  let seen: Seen | undefined;
  let seenUpgrade: IncomingMessage['headers'] | undefined;

  beforeAll(async () => {
    backend = createServer(async (incoming, answer) => {
      let body = '';
      for await (const chunk of incoming) body += chunk;
      seen = { method: incoming.method, url: incoming.url, headers: incoming.headers, body };
      const { pathname } = new URL(incoming.url ?? '/', 'http://x');
      const answers: Record<string, () => void> = {
        '/moved': () => answer.writeHead(302, { Location: '/next/?q=1#f' }).end(),
        '/moved-here': () => answer.writeHead(302, { Location: `http://${incoming.headers.host}/next` }).end(),
        '/moved-away': () => answer.writeHead(302, { Location: 'https://else.where/next' }).end(),
        '/page': () => answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(page),
        '/packed': () =>
          answer.writeHead(200, { 'Content-Type': 'text/html', 'Content-Encoding': 'gzip' }).end(gzipSync(page)),
        '/broken': () => answer.socket?.destroy(),
        '/teapot': () =>
          answer
            .writeHead(418, 'short and stout', [
              ['Set-Cookie', 'a=1'],
              ['Set-Cookie', 'b=2'],
              ['Access-Control-Allow-Origin', '*'],
              ['X-Own', 'kept'],
            ] as never)
            .end('tea'),
        '/drip': () => {
          answer.writeHead(200);
          answer.write('first\n');
        },
      };
      (answers[pathname] ?? (() => answer.end(`you asked for ${incoming.url}`)))();
    });
    backend.on('upgrade', ({ headers }) => {
      seenUpgrade = headers;
    });
    const sockets = new WebSocketServer({ server: backend, path: '/echo' });
    sockets.on('connection', (socket) =>
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
    );
    await new Promise<void>((done) => backend.listen(0, '127.0.0.1', done));
    const node = {
      ...processNode,
      async connect(_namespace: string, name: string, port: number) {
        asked.push(port);
        if (port === 81 || name === 'other') throw new Error('failed to execute portforward: connection refused');
        return connect((backend.address() as AddressInfo).port, '127.0.0.1');
      },
    };
    cluster = await fakeCluster(node, {
      pods: [pod, noAddress, other],
      services: [
        service('web', [{ name: 'http', port: 80 }]),
        service('one', [{ port: 80 }]),
        service('lost', [{ port: 80 }]),
      ],
      endpoints: [
        endpoints('web', [
          {
            // Not a pod, not here, not its address: passed over.
            addresses: [
              { ip: '192.0.2.1' },
              ready('web', '10.244.0.5', 'kube-system'),
              ready('other', '10.9.9.9'),
              ready('web'),
            ],
            ports: [{ name: 'http', port: 8080 }],
          },
        ]),
        endpoints('one', [{ addresses: [ready('web')], ports: [{ port: 8080 }] }]),
        endpoints('idle', []),
        endpoints('sick', [{ notReadyAddresses: [ready('web')], ports: [{ port: 8080 }] }]),
      ],
    });
  });
  afterAll(async () => {
    await cluster.stop();
    backend.closeAllConnections();
    backend.close();
  });

  const base = '/api/v1/namespaces/default';
  const send = (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string,
    agent = cluster.agent,
  ) =>
    new Promise<Answer>((resolve, reject) => {
      const asking = request(cluster.url + path, { method, headers, agent });
      asking.on('error', reject);
      asking.on('response', async (answer) => {
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk);
        const bytes = Buffer.concat(chunks);
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: bytes.toString(), bytes });
      });
      asking.end(body);
    });
  const message = async (path: string) => {
    const { status, text } = await send('GET', path);
    return [status, JSON.parse(text).message];
  };

  test('carry every method with its path, query, headers and body', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const body = method === 'GET' ? '' : `body of ${method}`;
      const good = await send(
        method,
        `${base}/pods/web/proxy/a%20b/c?x=1&y=%26`,
        {
          'x-own': 'kept',
          'x-hop': 'mine',
          connection: 'close, x-hop',
          'x-forwarded-for': '192.0.2.7',
          'impersonate-user': 'kubernetes-admin',
          'impersonate-group': 'system:masters',
          ...(body ? { 'content-length': String(body.length) } : {}),
        },
        body,
      );
      expect(good).toMatchObject({ status: 200, text: 'you asked for /a%20b/c?x=1&y=%26' });
      expect(seen).toMatchObject({ method, body });
      expect(seen!.headers).toMatchObject({
        'x-own': 'kept',
        'x-forwarded-for': expect.stringMatching(/^192\.0\.2\.7, .*127\.0\.0\.1$/),
        'x-forwarded-uri': `${base}/pods/web/proxy/a%20b/c`,
        host: cluster.url.slice('https://'.length),
      });
      for (const gone of ['x-hop', 'impersonate-user', 'impersonate-group', 'authorization']) {
        expect(seen!.headers[gone]).toBeUndefined();
      }
    }
    // The token of nobody is refused before anything is proxied.
    const uncertified = new Agent({ ca: cluster.agent.options.ca });
    const authorization = 'Bearer of-nobody';
    const stranger = await send('GET', `${base}/pods/web/proxy/x`, { authorization }, undefined, uncertified);
    expect(stranger.status).toBe(401);
    const head = await send('HEAD', `${base}/pods/web/proxy/x`);
    expect([head.status, head.text, seen!.method]).toEqual([200, '', 'HEAD']);
  });

  test('carry bodies of no known length, and answers with all their headers', async () => {
    const { status, headers, text } = await send(
      'POST',
      `${base}/pods/web/proxy/teapot`,
      { 'transfer-encoding': 'chunked' },
      'chunks',
    );
    expect(seen!.body).toBe('chunks');
    expect({ status, text }).toEqual({ status: 418, text: 'tea' });
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(headers['x-own']).toBe('kept');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  test('name the port by number, by name, or not; and a scheme', async () => {
    asked.length = 0;
    for (const name of ['web', 'web:9090', 'web:admin', 'http:web:http', 'http:web:']) {
      expect((await send('GET', `${base}/pods/${name}/proxy/x`)).status).toBe(200);
    }
    expect(asked).toEqual([8080, 9090, 9090, 8080, 8080]);
    expect(await message(`${base}/pods/ftp:web:80/proxy/`)).toEqual([400, 'invalid pod request "ftp:web:80"']);
    expect(await message(`${base}/pods/a:b:c:d/proxy/`)).toEqual([400, 'invalid pod request "a:b:c:d"']);
    expect(await message(`${base}/pods/nobody:80/proxy/`)).toEqual([404, 'pods "nobody" not found']);
    expect(await message(`${base}/pods/young:80/proxy/`)).toEqual([400, 'address not allowed']);
  });

  test('say what Go says when nobody is there', async () => {
    expect(await message(`${base}/pods/web:81/proxy/`)).toEqual([
      503,
      'error trying to reach service: dial tcp 10.244.0.5:81: connect: connection refused',
    ]);
    expect(await message(`${base}/pods/web/proxy/broken`)).toEqual([503, 'error trying to reach service: EOF']);
    expect(await message(`${base}/pods/https:web:8080/proxy/`)).toEqual([
      503,
      'error trying to reach service: http: server gave HTTP response to HTTPS client',
    ]);
  });

  test('of services go to a ready pod', async () => {
    asked.length = 0;
    for (const name of ['web:http', 'web:80', 'http:web:80', 'one', 'one:80']) {
      expect((await send('GET', `${base}/services/${name}/proxy/x`)).status).toBe(200);
    }
    expect(asked).toEqual([8080, 8080, 8080, 8080, 8080]);
    const unavailable = (text: string) => [503, text];
    expect(await message(`${base}/services/idle/proxy/`)).toEqual(
      unavailable('no endpoints available for service "idle"'),
    );
    expect(await message(`${base}/services/http:sick:/proxy/`)).toEqual(
      unavailable('no endpoints available for service "http:sick:"'),
    );
    expect(await message(`${base}/services/web:99/proxy/`)).toEqual(
      unavailable('no service port 99 found for service "web"'),
    );
    expect(await message(`${base}/services/web/proxy/`)).toEqual(
      unavailable('no endpoints available for service "web"'),
    );
    expect(await message(`${base}/services/nobody:80/proxy/`)).toEqual([404, 'services "nobody" not found']);
    expect(await message(`${base}/services/lost/proxy/`)).toEqual([404, 'services "lost" not found']);
  });

  test('send to the folder, and rewrite where the backend sends to', async () => {
    const to = `${base}/services/one/proxy`;
    const location = async (path: string) => (await send('GET', to + path)).headers.location;
    const { status, headers } = await send('GET', `${to}?q=1`);
    expect([status, headers.location]).toEqual([301, `${to}/?q=1`]);
    expect((await send('POST', to)).text).toBe('you asked for /');
    expect((await send('GET', `${to}/`)).text).toBe('you asked for /');
    expect((await send('GET', `${to}//a/./b/../c/`)).text).toBe('you asked for /a/c/');
    expect(await location('/moved')).toBe(`${to}/next/?q=1#f`);
    expect(await location('/moved-here')).toBe(`https://${cluster.url.slice(8)}${to}/next`.replace('https', 'http'));
    expect(await location('/moved-away')).toBe('https://else.where/next');
  });

  test('rewrite the links of pages, and nothing else of them', async () => {
    const to = `${base}/pods/web:8080/proxy`;
    const plain = await send('GET', `${to}/page`);
    expect(plain.text).toBe(rewritten(to));
    expect(plain.headers['content-length']).toBe(String(plain.bytes.length));
    const packed = await send('GET', `${to}/packed`, { 'accept-encoding': 'gzip' });
    expect(gunzipSync(packed.bytes).toString()).toBe(rewritten(to));
  });

  test('pass on what comes as it comes, and the hang-up of the client', async () => {
    const answer = await new Promise<IncomingMessage>((resolve) => {
      request(`${cluster.url}${base}/pods/web/proxy/drip`, { agent: cluster.agent }, resolve).end();
    });
    expect(String(await new Promise((resolve) => answer.once('data', resolve)))).toBe('first\n');
    const open = () => new Promise<number>((resolve) => backend.getConnections((_error, count) => resolve(count)));
    const before = await open();
    answer.destroy();
    await eventually(async () => (await open()) < before, 'the end at the backend');
  });

  test('carry WebSockets', async () => {
    const echo = await cluster.open(`${base}/services/one:80/proxy/echo?x=1`, ['chat']);
    expect(echo.socket.protocol).toBe('chat');
    expect(seenUpgrade?.['x-forwarded-for']).toContain('127.0.0.1');
    echo.socket.send('hello');
    await eventually(() => echo.messages.length === 1, 'the echo');
    expect(String(echo.messages[0])).toBe('hello');
    echo.socket.close(1000);
    await eventually(() => echo.closed, 'the close');
    // A token among the protocols is for this server alone; one that is good for nothing is refused by it.
    const token = `base64url.bearer.authorization.k8s.io.${Buffer.from(cluster.adminToken).toString('base64url')}`;
    const secret = await cluster.open(`${base}/services/one:80/proxy/echo`, [token, 'chat']);
    expect(seenUpgrade?.['sec-websocket-protocol']).toBe('chat');
    secret.socket.close(1000);
    await expect(cluster.open(`${base}/services/one:80/proxy/no-socket`, [])).rejects.toMatchObject({ status: 400 });
    await expect(cluster.open(`${base}/pods/web:81/proxy/`, [])).rejects.toMatchObject({ status: 500 });
  });

  test('are for those who may', async () => {
    const plain = await send('GET', `${base}/pods/web/proxy/x`, { 'impersonate-user': 'jane' });
    expect(JSON.parse(plain.text).message).toBe(
      'pods "web" is forbidden: User "jane" cannot get resource "pods/proxy" in API group "" in the namespace "default"',
    );
    expect((await send('OPTIONS', `${base}/pods/web/proxy/x`)).text).toBe('you asked for /x');
  });
});
