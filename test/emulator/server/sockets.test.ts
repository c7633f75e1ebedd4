import { connect as connectPlain } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { configMap, type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster;
/** One that soon has enough of clients that are slow; on a busy machine all are, so that only they are its guests. */
let hasty: TestCluster;
const reports: string[] = [];
const sockets = new Set<{ destroy(): void }>();

beforeAll(async () => {
  cluster = await testCluster({ log: (text) => reports.push(text) });
  hasty = await testCluster({
    log: (text) => reports.push(text),
    patience: { handshakeMs: 1500, headersMs: 200, requestMs: 400, checkEveryMs: 20 },
  });
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});
afterAll(async () => {
  await cluster.stop();
  await hasty.stop();
});

interface Raw {
  socket: TLSSocket;
  /** All that was received, once the server has ended the connection. */
  ended: Promise<string>;
  /** What was received until `pattern` matches it. */
  until(pattern: RegExp): Promise<string>;
}

/** A connection with the admin's certificate. */
function open({ agent, emulator } = cluster, more: ConnectionOptions = agent.options): Promise<Raw> {
  const { ca } = agent.options;
  const { cert, key, session } = more;
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: emulator.port, ca, cert, key, session, allowHalfOpen: true };
    const socket = connect(options as ConnectionOptions);
    sockets.add(socket);
    let text = '';
    let looking: (() => void)[] = [];
    socket.setEncoding('latin1');
    socket.on('data', (part: string) => {
      text += part;
      for (const look of looking) look();
    });
    const ended = new Promise<string>((done) => socket.once('close', () => done(text)));
    socket.once('end', () => socket.end());
    socket.once('error', reject);
    socket.on('error', () => {});
    socket.once('secureConnect', () =>
      resolve({
        socket,
        ended,
        until: (pattern) =>
          new Promise((found) => {
            const look = () => {
              if (!pattern.test(text)) return;
              looking = looking.filter((one) => one !== look);
              found(text);
            };
            looking.push(look);
            look();
          }),
      }),
    );
  });
}

/** Sends `text` on a connection of its own and returns all that comes back. */
async function exchange(text: string | Buffer): Promise<string> {
  const { socket, ended } = await open();
  socket.write(text);
  return ended;
}

const isWell = async (one = cluster) => expect((await one.call('GET', '/readyz')).text).toBe('ok');

const maps = '/api/v1/namespaces/default/configmaps';
const close = 'Host: x\r\nConnection: close\r\n';

describe('what is no request is answered in words, and ends its connection', () => {
  test.each<[string, string, RegExp]>([
    ['nonsense', 'what is this?\r\n\r\n', /^HTTP\/1.1 400 Bad Request\r\n.*\r\n\r\n400 Bad Request$/s],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost x\r\n\r\n', /^HTTP\/1.1 400 /],
    ['no host', 'GET /version HTTP/1.1\r\n\r\n', /^HTTP\/1.1 400 /],
    [
      'two lengths',
      `POST ${maps} HTTP/1.1\r\n${close}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`,
      /^HTTP\/1.1 400 /,
    ],
    [
      'a length and chunks',
      `POST ${maps} HTTP/1.1\r\n${close}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1.1 400 /,
    ],
    [
      'chunks that are none',
      `POST ${maps} HTTP/1.1\r\n${close}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
      /^HTTP\/1.1 400 /,
    ],
    ['a byte of zero', 'GET /ver\0sion HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1.1 400 /],
    [
      'headers of 2 MiB',
      `GET /version HTTP/1.1\r\n${close}X: ${'x'.repeat(2 ** 21)}\r\n\r\n`,
      /^HTTP\/1.1 431 Request Header Fields Too Large\r\n/,
    ],
    ['a URL of 2 MiB', `GET /version?${'x'.repeat(2 ** 21)} HTTP/1.1\r\n${close}\r\n`, /^HTTP\/1.1 431 /],
    ['HTTP/2 without having agreed on it', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1.1 (400|505) /],
  ])('%s', async (_, text, expected) => {
    expect(await exchange(text)).toMatch(expected);
    await isWell();
  });
});

describe('HTTP as it may be spoken', () => {
  test.each<[string, string, RegExp]>([
    ['version 1.0', 'GET /readyz HTTP/1.0\r\n\r\n', /^HTTP\/1.1 200 OK\r\n.*\r\n\r\nok$/s],
    [
      'an absolute URI',
      `GET https://cluster.example:1/readyz?x=1 HTTP/1.1\r\n${close}\r\n`,
      /^HTTP\/1.1 200 .*\r\n\r\nok$/s,
    ],
    ['an absolute URI without a path', `GET https://cluster.example HTTP/1.1\r\n${close}\r\n`, /^HTTP\/1.1 200 /],
    ['HEAD of a resource', `HEAD /api/v1/namespaces/default HTTP/1.1\r\n${close}\r\n`, /^HTTP\/1.1 405 .*\r\n\r\n$/is],
    [
      'OPTIONS of a resource',
      `OPTIONS ${maps} HTTP/1.1\r\n${close}\r\n`,
      /^HTTP\/1.1 405 .*"reason":"MethodNotAllowed"/s,
    ],
    ['OPTIONS of everything', `OPTIONS * HTTP/1.1\r\n${close}\r\n`, /^HTTP\/1.1 404 /],
    ['another method', `BREW ${maps} HTTP/1.1\r\n${close}\r\n`, /^HTTP\/1.1 40[05] /],
    [
      'Expect: 100-continue',
      `POST ${maps} HTTP/1.1\r\n${close}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}`,
      /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 422 /,
    ],
    ['another expectation', `GET /version HTTP/1.1\r\n${close}Expect: cake\r\n\r\n`, /^HTTP\/1.1 417 /],
    ['a URL of 64 KiB', `GET /readyz?${'x'.repeat(65_536)} HTTP/1.1\r\n${close}\r\n`, /^HTTP\/1.1 200 /],
    [
      'a body in chunks with a trailer',
      `POST ${maps} HTTP/1.1\r\n${close}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n`,
      /^HTTP\/1.1 422 /,
    ],
  ])('%s', async (_, text, expected) => expect(await exchange(text)).toMatch(expected));

  test('requests one after the other without waiting are answered in order', async () => {
    const paths = ['/readyz', '/version', '/livez', `${maps}/nothing`, '/readyz'];
    const text = paths.map(
      (path, at) => `GET ${path} HTTP/1.1\r\nHost: x\r\n${at === 4 ? 'Connection: close\r\n' : ''}\r\n`,
    );
    const answer = await exchange(text.join(''));
    expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual([200, 200, 200, 404, 200].map((code) => `HTTP/1.1 ${code}`));
  });

  test('a body in gzip is not what its type says', async () => {
    const body = gzipSync(JSON.stringify(configMap('zipped')));
    const head = `POST ${maps} HTTP/1.1\r\n${close}Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`;
    expect(await exchange(Buffer.concat([Buffer.from(head), body]))).toMatch(/^HTTP\/1.1 400 .*"reason":"BadRequest"/s);
  });

  test('a long answer is compressed for those who take it, a short one is not', async () => {
    await cluster.call('POST', maps, { body: configMap('long', { data: { k: 'x'.repeat(200_000) } }) });
    const headers = { 'accept-encoding': 'gzip' };
    const long = await cluster.call('GET', maps, { headers });
    expect([long.headers['content-encoding'], long.body.kind]).toEqual(['gzip', 'ConfigMapList']);
    expect((await cluster.call('GET', maps)).headers['content-encoding']).toBeUndefined();
    expect((await cluster.call('GET', '/version', { headers })).headers['content-encoding']).toBeUndefined();
  });
});

describe('clients that take their time', () => {
  test('with the handshake are cut off', async () => {
    const socket = connectPlain(hasty.emulator.port, '127.0.0.1');
    sockets.add(socket);
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('close', resolve));
    await isWell(hasty);
  });

  test('with their headers are told so', async () => {
    const { socket, ended } = await open(hasty);
    socket.write('GET /version HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const drip = setInterval(() => socket.write('y'), 10);
    expect(await ended).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
    clearInterval(drip);
    await isWell(hasty);
  });

  test('with their body are told so', async () => {
    const { socket, ended } = await open(hasty);
    socket.write(`POST ${maps} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n`);
    const drip = setInterval(() => socket.write(' '), 10);
    expect(await ended).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
    clearInterval(drip);
    await isWell(hasty);
  });

  test('with reading a watch are not cut off: its request came long ago', async () => {
    const watch = await open(hasty);
    watch.socket.write(
      `GET ${maps}?watch=1&resourceVersion=0&fieldSelector=metadata.name%3Dlate HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    await watch.until(/\r\n\r\n/);
    const slow = await open(hasty);
    slow.socket.write('GET /version HTTP/1.1\r\n');
    // By now both are older than a request may be.
    await slow.ended;
    const slower = await open(hasty);
    slower.socket.write(`POST ${maps} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n`);
    await slower.ended;
    await hasty.call('POST', maps, { body: configMap('late') });
    expect(await watch.until(/"late"/)).toMatch(/"type":"ADDED"/);
  });

  test('with reading a long list hold up nobody', async () => {
    for (let count = 0; count < 20; count++) {
      await cluster.call('POST', maps, { body: configMap(`bulk-${count}`, { data: { k: 'x'.repeat(900_000) } }) });
    }
    const slow = await open();
    slow.socket.pause();
    slow.socket.write(`GET ${maps} HTTP/1.1\r\n${close}\r\n`);
    await cluster.call('POST', maps, { body: configMap('meanwhile') });
    expect((await cluster.call('GET', `${maps}/meanwhile`)).status).toBe(200);
    slow.socket.resume();
    expect((await slow.ended).length).toBeGreaterThan(18_000_000);
    await cluster.call('DELETE', maps);
  });
});

describe('connections that end too early, or never', () => {
  test('a client that has said all it wants leaves nothing behind', async () => {
    const { socket, ended } = await open();
    socket.end(`GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(await ended).toMatch(/^(HTTP\/1.1 200 .*ok)?$/s);
    await isWell();
  });

  test('a client that goes in the middle of a body, a list or a watch harms nobody', async () => {
    for (const text of [
      `POST ${maps} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"met`,
      `GET /apis HTTP/1.1\r\nHost: x\r\n\r\n`,
      `GET ${maps}?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n`,
    ]) {
      const { socket } = await open();
      await new Promise((resolve) => socket.write(text, resolve));
      socket.destroy();
    }
    await isWell();
  });

  test('a thousand idle ones are kept, and the next request is answered', async () => {
    const idle = 1000;
    // Anonymous, and all in one session: a thousand whole handshakes would measure the cryptography.
    let session: Buffer | undefined;
    const rest = async () => {
      const { socket, until } = await open(cluster, session ? { session } : {});
      socket.once('session', (fresh: Buffer) => {
        session ??= fresh;
      });
      socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
      await until(/ok$/);
    };
    await rest();
    for (let begun = 1; begun < idle; begun += 37) await Promise.all(Array.from({ length: 37 }, rest));
    const before = process.threadCpuUsage();
    expect((await cluster.call('GET', '/readyz')).text).toBe('ok');
    const { user, system } = process.threadCpuUsage(before);
    // Time of this thread, for what others do on the machine says nothing of it.
    expect((user + system) / 1000).toBeLessThan(2000);
    expect(sockets.size).toBe(idle);
    expect([...sockets].every((socket) => !(socket as TLSSocket).destroyed)).toBe(true);
  });
});

describe('data that lies deep in itself', () => {
  const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  const arrays = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  const body = (inner: string) => `{"metadata":{"name":"deep"},"data":${inner}}`;

  for (const levels of [100_000, 5_000, 900]) {
    test.each<[string, string, string, string]>([
      ['a new object', 'POST', 'json', body(deep(levels))],
      ['arrays in a new object', 'POST', 'json', body(arrays(levels))],
      ['an update', 'PUT', 'json', body(deep(levels))],
      ['a merge patch', 'PATCH', 'merge-patch+json', body(deep(levels))],
      ['a strategic patch', 'PATCH', 'strategic-merge-patch+json', body(deep(levels))],
      ['a JSON patch', 'PATCH', 'json-patch+json', `[{"op":"add","path":"/data","value":${deep(levels)}}]`],
      ['an applied object', 'PATCH', 'apply-patch+yaml', body(deep(levels))],
      ['an object in YAML', 'POST', 'yaml', body(arrays(levels))],
    ])(`${levels} levels: %s`, async (_, method, type, text) => {
      await cluster.call('POST', maps, { body: configMap('deep') });
      const path = method === 'POST' ? maps : `${maps}/deep?fieldManager=x`;
      const answer = await cluster.call(method, path, {
        body: text,
        headers: { 'content-type': `application/${type}` },
      });
      // What can be read becomes an object that does not fit its kind, and then the patch is what is invalid.
      const code = levels < 5000 && method === 'PATCH' && !type.startsWith('apply') ? 422 : 400;
      expect([answer.status, answer.body?.kind, answer.body?.status]).toEqual([code, 'Status', 'Failure']);
    });
  }

  test('options of a deletion', async () => {
    const body = `{"preconditions":${deep(5000)}}`;
    expect((await cluster.call('DELETE', `${maps}/deep`, { body })).body).toMatchObject({ kind: 'Status', code: 400 });
  });

  test('a custom object of any shape keeps what it may, and is refused beyond', async () => {
    const made = await cluster.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      body: {
        metadata: { name: 'boxes.example.com' },
        spec: {
          group: 'example.com',
          scope: 'Cluster',
          names: { plural: 'boxes', kind: 'Box' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
            },
          ],
        },
      },
    });
    expect(made.status).toBe(201);
    const boxes = '/apis/example.com/v1/boxes';
    const box = (levels: number, name = 'b') =>
      `{"apiVersion":"example.com/v1","kind":"Box","metadata":{"name":"${name}"},"spec":${deep(levels)}}`;
    expect((await cluster.call('POST', boxes, { body: box(900) })).status).toBe(201);
    expect(JSON.stringify((await cluster.call('GET', `${boxes}/b`)).body.spec)).toBe(deep(900));
    expect((await cluster.call('POST', boxes, { body: box(5000, 'c') })).status).toBe(400);
    for (const type of ['merge-patch+json', 'apply-patch+yaml']) {
      const headers = { 'content-type': `application/${type}` };
      const path = `${boxes}/b?fieldManager=x&force=${type.startsWith('apply')}`;
      const patch = (levels: number) =>
        cluster.call('PATCH', type.startsWith('apply') ? path : `${boxes}/b`, { body: box(levels), headers });
      expect([type, (await patch(950)).status]).toEqual([type, 200]);
      expect([type, (await patch(5000)).status]).toEqual([type, 400]);
    }
  });
});

test('bodies of more than 3 MiB are refused in the words of the real server, however they come', async () => {
  const size = 3 * 1024 * 1024 + 1;
  const refused = { code: 413, reason: 'RequestEntityTooLarge', message: 'Request entity too large: limit is 3145728' };
  expect((await cluster.call('POST', maps, { body: ' '.repeat(size) })).body).toMatchObject(refused);
  const { socket, ended } = await open();
  socket.write(
    `POST ${maps} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n${' '.repeat(size)}`,
  );
  const answer = await ended;
  expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject(refused);
  const fits = `{"metadata":{"name":"big"},"data":{"k":"${'x'.repeat(1000)}"}}`.padEnd(size - 1);
  expect((await cluster.call('POST', maps, { body: fits })).status).toBe(201);
});

test('nothing of all this is written down as a defect', () => expect(reports).toEqual([]));
