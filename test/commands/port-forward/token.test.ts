import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acceptSpdy, acceptWebSocket } from '../../../src/emulator/server/streams/accept.ts';
import { forwardStreams } from '../../../src/emulator/server/streams/forward-streams.ts';
import { WebSocketBytes } from '../../../src/emulator/server/streams/web-socket-bytes.ts';
import { openCluster } from '../../../src/kube/open-cluster.ts';
import { PodDialer } from '../../../src/kube/port-forward.ts';
import { createAuthority } from '../../kube/support/pki.ts';
import { sendJson, startServer, type TestServer } from '../../kube/support/test-server.ts';
import { eventually } from '../../support/program.ts';
import { serve } from './rig.ts';

/** A server that takes one token at a time, and credentials of a plugin that hands out what a file says. */
let folder: string;
let server: TestServer;
let program: Awaited<ReturnType<typeof serve>>;
let taken = 'first';
let isGetForbidden = false;
const seen: string[] = [];
const open = new Set<Duplex>();

beforeEach(async () => {
  taken = 'first';
  seen.length = 0;
  isGetForbidden = false;
  folder = mkdtempSync(join(tmpdir(), 'kctl-token-'));
  program = await serve((socket: Socket) => void socket.end('hello'));
  const authority = await createAuthority();
  writeFileSync(join(folder, 'ca.pem'), authority.cert);
  server = await startServer(
    (_, response) => sendJson(response, {}),
    await authority.issue('server', { hosts: ['127.0.0.1'] }),
  );
  server.server.on('upgrade', (request, socket, head) => {
    seen.push(`${request.method} ${request.headers.authorization}`);
    open.add(socket);
    if (request.headers.authorization !== `Bearer ${taken}`) {
      const body = JSON.stringify({
        kind: 'Status',
        status: 'Failure',
        code: 401,
        reason: 'Unauthorized',
        message: 'no',
      });
      socket.end(
        `HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      return;
    }
    if (request.method === 'GET' && isGetForbidden) {
      const body = JSON.stringify({
        kind: 'Status',
        status: 'Failure',
        code: 403,
        reason: 'Forbidden',
        message: 'no get',
      });
      socket.end(
        `HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      return;
    }
    const forwarding = {
      connect: async () => connect({ port: program.port, host: '127.0.0.1', allowHalfOpen: true }),
      sandbox: 'pod',
      onEnd() {},
    };
    const upgrade = { request, socket, head };
    if (request.method === 'POST') {
      acceptSpdy(upgrade, ['portforward.k8s.io']);
      forwardStreams(socket, forwarding);
    } else
      void acceptWebSocket(upgrade, ['SPDY/3.1+portforward.k8s.io']).then(({ client }) =>
        forwardStreams(new WebSocketBytes(client), forwarding),
      );
  });
});

afterEach(async () => {
  for (const socket of open) socket.destroy();
  await server.close();
  program.close();
  rmSync(folder, { recursive: true, force: true });
});

async function dialer(): Promise<PodDialer> {
  const script = join(folder, 'plugin.mjs');
  writeFileSync(
    script,
    `import { readFileSync } from 'node:fs';
console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential',
  status: { token: readFileSync(${JSON.stringify(join(folder, 'token'))}, 'utf8') } }));`,
  );
  writeFileSync(join(folder, 'token'), 'first');
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: [script],
    interactiveMode: 'Never',
  };
  const config = {
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: server.url, 'certificate-authority': join(folder, 'ca.pem') } }],
    users: [{ name: 'u', user: { exec } }],
  };
  writeFileSync(join(folder, 'config'), JSON.stringify(config));
  const { transport } = await openCluster({ env: { PATH: process.env.PATH }, kubeconfig: join(folder, 'config') });
  return new PodDialer(transport);
}

const ask = async (pods: PodDialer): Promise<string> => {
  const connection = await pods.dial({ namespace: 'default', pod: 'a', port: 80 });
  connection.end();
  return text(connection);
};

test.each([
  ['through WebSockets', 'GET', undefined],
  ['and before there were any', 'POST', 'false'],
])('a token that has been taken back is replaced by the plugin, %s', async (_, method, webSockets) => {
  if (webSockets) process.env.KUBECTL_PORT_FORWARD_WEBSOCKETS = webSockets;
  try {
    const pods = await dialer();
    expect(await ask(pods)).toBe('hello');
    taken = 'second';
    writeFileSync(join(folder, 'token'), 'second');
    // The tunnel that is open knows nothing of tokens; when it goes, the next one needs one.
    expect(await ask(pods)).toBe('hello');
    for (const socket of open) socket.destroy();
    // Until the loss is known here, it may hit who asks; a forward asks again.
    expect(await eventually(() => ask(pods).catch(() => undefined), 'an answer')).toBe('hello');
    expect(seen).toEqual([`${method} Bearer first`, `${method} Bearer first`, `${method} Bearer second`]);
    pods.close();
  } finally {
    delete process.env.KUBECTL_PORT_FORWARD_WEBSOCKETS;
  }
});

test('who may create port-forwards and not get them is let in the old way', async () => {
  isGetForbidden = true;
  const pods = await dialer();
  expect(await ask(pods)).toBe('hello');
  expect(seen.map((each) => each.split(' ')[0])).toEqual(['GET', 'POST']);
  pods.close();
});
