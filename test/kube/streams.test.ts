import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Cluster } from '../../src/kube/cluster.ts';
import { streamLogs } from '../../src/kube/logs.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import { PodDialer } from '../../src/kube/port-forward.ts';
import { watchLines } from '../../src/kube/watch.ts';
import { createAuthority, type TestAuthority } from './support/pki.ts';
import { type Handler, sendJson, startServer, type TestServer } from './support/test-server.ts';

let folder: string;
let authority: TestAuthority;
const servers: TestServer[] = [];
let cluster: Cluster | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-streams-'));
  authority = await createAuthority();
  writeFileSync(join(folder, 'ca.pem'), authority.cert);
});

afterEach(async () => {
  cluster?.transport.close();
  for (const server of servers.splice(0)) await server.close();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(handle: Handler = (_, response) => sendJson(response, {})): Promise<TestServer> {
  const tls = await authority.issue('server', { hosts: ['127.0.0.1'] });
  const server = await startServer(handle, tls);
  servers.push(server);
  cluster = await openCluster({
    env: {},
    server: server.url,
    certificateAuthority: join(folder, 'ca.pem'),
    token: 'secret',
  });
  return server;
}

async function read(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

describe('logs', () => {
  test('pass the options on; zero lines are zero lines', async () => {
    const server = await start((_, response) => void response.end('one\ntwo\n'));
    const stream = await streamLogs(cluster!.transport, {
      namespace: 'web',
      pod: 'a',
      container: 'c',
      tailLines: 0,
      timestamps: true,
      previous: false,
    });
    expect(await read(stream)).toBe('one\ntwo\n');
    expect(server.seen[0]!.url).toBe('/api/v1/namespaces/web/pods/a/log?container=c&timestamps=true&tailLines=0');
  });

  test('what the server refuses is thrown', async () => {
    await start((_, response) =>
      sendJson(response, { kind: 'Status', status: 'Failure', code: 400, message: 'container is creating' }, 400),
    );
    await expect(streamLogs(cluster!.transport, { namespace: 'a', pod: 'b' })).rejects.toThrow('container is creating');
  });

  test('a followed log ends with its signal, and hurts nobody who left', async () => {
    await start((_, response) => void response.write('one\n'));
    const stop = new AbortController();
    const stream = await streamLogs(cluster!.transport, {
      namespace: 'a',
      pod: 'b',
      follow: true,
      signal: stop.signal,
    });
    expect(String((await once(stream, 'data'))[0])).toBe('one\n');
    stop.abort();
    await new Promise((resolve) => stream.on('close', resolve));
    expect(stream.errored?.name).toBe('AbortError');
  });
});

test('a compressed watch arrives event by event', async () => {
  let send: (() => void) | undefined;
  await start((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    const zip = createGzip({ flush: constants.Z_SYNC_FLUSH });
    zip.pipe(response);
    zip.write('{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n');
    send = () => zip.write('{"type":"DELETED","object":{"metadata":{"name":"a"}}}\n');
  });
  const stop = new AbortController();
  const events = watchLines(cluster!.transport, { path: '/api/v1/pods', signal: stop.signal });
  expect((await events.next()).value).toMatchObject({ type: 'ADDED' });
  send!();
  expect((await events.next()).value).toMatchObject({ type: 'DELETED' });
  stop.abort();
  await expect(events.next()).rejects.toThrow('aborted');
});

describe('port-forward', () => {
  /** Greets as a kubelet does: the port on both channels. */
  async function kubelet(behave: (socket: WebSocket, url: string) => void): Promise<TestServer> {
    const server = await start();
    const sockets = new WebSocketServer({ server: server.server, handleProtocols: (offered) => [...offered][0]! });
    sockets.on('connection', (socket, message) => {
      const port = Number(new URL(message.url!, 'http://x').searchParams.get('ports'));
      for (const channel of [0, 1]) socket.send(Buffer.from([channel, port & 0xff, port >> 8]));
      behave(socket, `${message.url} ${message.headers.authorization} ${message.headers['sec-websocket-protocol']}`);
    });
    return server;
  }

  const dial = (port = 8080): Promise<Duplex> =>
    new PodDialer(cluster!.transport).dial({ namespace: 'web', pod: 'a b', port });

  test('carries bytes both ways, without the port prefix', async () => {
    let asked = '';
    await kubelet((socket, url) => {
      asked = url;
      socket.on('message', (data: Buffer) => {
        socket.send(Buffer.concat([Buffer.from([0]), Buffer.from(`echo:${data.subarray(1)}`)]));
        socket.close(1000);
      });
    });
    const connection = await dial();
    connection.write('hello');
    expect(await read(connection)).toBe('echo:hello');
    expect(asked).toBe('/api/v1/namespaces/web/pods/a%20b/portforward?ports=8080 Bearer secret v4.channel.k8s.io');
  });

  test('a prefix in pieces, and data in the same message', async () => {
    const server = await start();
    new WebSocketServer({ server: server.server, handleProtocols: () => 'v4.channel.k8s.io' }).on(
      'connection',
      (socket) => {
        socket.send(Buffer.from([0, 0x50]));
        socket.send(Buffer.from([0, 0x00, 0x61, 0x62]));
        socket.close(1000);
      },
    );
    expect(await read(await dial(80))).toBe('ab');
  });

  test('what the kubelet says on the error channel ends the connection', async () => {
    await kubelet((socket) => socket.send(Buffer.from('\u0001dial tcp4 127.0.0.1:8080: connect: connection refused')));
    const connection = await dial();
    await expect(read(connection)).rejects.toThrow('dial tcp4 127.0.0.1:8080: connect: connection refused');
  });

  test('a lost connection', async () => {
    await kubelet((socket) => socket.terminate());
    await expect(dial().then(read)).rejects.toThrow('lost connection to pod');
  });

  test('a slow reader slows the pod down', async () => {
    const size = 64 * 1024;
    let sent = 0;
    let waiting = 0;
    await kubelet((socket) => {
      const frame = Buffer.alloc(size + 1);
      const pump = () => {
        if (sent >= 64 * 1024 * 1024 || socket.readyState !== 1) return;
        waiting = socket.bufferedAmount;
        if (waiting > 8 * size) return void setTimeout(pump, 5);
        sent += size;
        socket.send(frame, pump);
      };
      pump();
    });
    const connection = await dial();
    // Nothing is read: what is on its way fits into the buffers of the sockets, far from the 64 MB on offer.
    let before = -1;
    while (before !== sent) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(32 * 1024 * 1024);
    let received = 0;
    connection.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    const goal = sent + 4 * 1024 * 1024;
    while (received < goal) await once(connection, 'data');
    connection.destroy();
    expect(received).toBeGreaterThanOrEqual(goal);
  });

  test('a refusal is the status of the server', async () => {
    const server = await start();
    server.server.on('upgrade', (_, socket) => {
      const body = JSON.stringify({
        kind: 'Status',
        status: 'Failure',
        code: 404,
        reason: 'NotFound',
        message: 'pods "a b" not found',
      });
      socket.end(
        `HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
    });
    await expect(dial()).rejects.toMatchObject({ message: 'pods "a b" not found', reason: 'NotFound' });
  });

  test('an abort while it connects', async () => {
    const server = await start();
    server.server.on('upgrade', () => undefined);
    const stop = new AbortController();
    const dialing = new PodDialer(cluster!.transport).dial({ namespace: 'a', pod: 'b', port: 1, signal: stop.signal });
    setImmediate(() => stop.abort());
    await expect(dialing).rejects.toThrow('aborted');
  });

  test('a server that is not there', async () => {
    const server = await start();
    const gone = await openCluster({ env: {}, server: server.url, certificateAuthority: join(folder, 'ca.pem') });
    await servers.pop()!.close();
    await expect(new PodDialer(gone.transport).dial({ namespace: 'a', pod: 'b', port: 1 })).rejects.toThrow(
      /was refused - did you specify/,
    );
  });
});
