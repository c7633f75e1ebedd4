import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster;
let token: string;
beforeAll(async () => {
  cluster = await testCluster();
  const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
  token = (await cluster.call('POST', path, { body: { spec: {} } })).body.status.token;
});
afterAll(() => cluster.stop());

const ACCOUNT = 'system:serviceaccount:default:default';
const PROTOCOL = 'base64url.bearer.authorization.k8s.io.';
const encoded = (text: string) => PROTOCOL + Buffer.from(text).toString('base64url');

/** The name, or the status code where nobody was let in. */
async function whoami(headers: Record<string, string>, anonymous = true): Promise<unknown> {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const { body } = await cluster.call('POST', path, { anonymous, headers, body: {} });
  return body.status?.userInfo?.username ?? body.code;
}

test('a good certificate counts whatever token comes with it', async () => {
  for (const authorization of ['Bearer nonsense', `Bearer ${token}`, 'Bearer ', 'Basic x']) {
    expect(await whoami({ authorization }, false), authorization).toBe('kubernetes-admin');
  }
});

test('the second word of the header is the token', async () => {
  expect(await whoami({ authorization: `bEARER ${token} more` })).toBe(ACCOUNT);
  expect(await whoami({ authorization: `Bearer ${token}x` })).toBe(401);
  // Two spaces have nothing between them, and nobody is somebody unknown.
  expect(await whoami({ authorization: `Bearer  ${token}` })).toBe(403);
});

test('a token among the protocols is looked at in a request for a WebSocket alone', async () => {
  const protocols = { 'sec-websocket-protocol': `${encoded(token)}, v5.channel.k8s.io` };
  expect(await whoami(protocols)).toBe(403);
  expect(await whoami({ ...protocols, authorization: `Bearer ${token}` })).toBe(ACCOUNT);
});

/** The status of a watch over a WebSocket. */
async function upgrade(protocols: string, authorization?: string): Promise<number> {
  const { WebSocket } = await import('ws');
  const url = `${cluster.emulator.url.replace('https', 'wss')}/apis?watch=1`;
  const socket = new WebSocket(url, protocols.split(', '), {
    ca: cluster.agent.options.ca as string,
    headers: authorization ? { authorization } : {},
  });
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('error', reject);
  });
}

test('protocols of a WebSocket that hold no readable token are refused', async () => {
  const asAccount = await upgrade(`v4.channel.k8s.io, ${encoded(token)}`);
  expect(asAccount).not.toBe(401);
  const refused = [
    encoded(token),
    `${encoded(token)}, ${encoded(token)}x, v4.channel.k8s.io`,
    `${encoded('nonsense')}, v4.channel.k8s.io`,
    `${PROTOCOL}_w, v4.channel.k8s.io`,
  ];
  for (const protocols of refused) expect(await upgrade(protocols), protocols).toBe(401);
  // The header is good, so what is wrong elsewhere does no harm.
  expect(await upgrade(refused[2]!, `Bearer ${token}`)).toBe(asAccount);
});
