import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

async function tokenFor(audiences?: string[]): Promise<string> {
  const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
  const { body } = await cluster.call('POST', path, { body: { spec: { audiences } } });
  return body.status.token;
}

async function whoami(token: string): Promise<unknown> {
  const { body } = await cluster.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    anonymous: true,
    headers: { authorization: `Bearer ${token}` },
    body: {},
  });
  return body.status?.userInfo?.username ?? body.code;
}

async function review(token: string, audiences?: string[]): Promise<unknown> {
  const { body } = await cluster.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
    body: { spec: { token, audiences } },
  });
  return body.status.authenticated ?? false;
}

test('a token that is for somebody else opens nothing here, but can be reviewed for them', async () => {
  const [own, vault] = await Promise.all([tokenFor(), tokenFor(['vault'])]);
  expect([await whoami(own), await whoami(vault)]).toEqual(['system:serviceaccount:default:default', 401]);
  expect([await review(own), await review(own, ['vault'])]).toEqual([true, false]);
  expect([await review(vault), await review(vault, ['vault'])]).toEqual([false, true]);
});

test('a token that was changed is nobody', async () => {
  const [head, payload, signature] = (await tokenFor()).split('.');
  const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString());
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'system:admin' })).toString('base64url');
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  for (const token of [`${head}.${forged}.${signature}`, `${none}.${forged}.`, `${none}.${forged}.AA`, 'a.b.c', '..']) {
    expect(await whoami(token)).toBe(401);
  }
});

test('who is nobody learns the health and the version, and nothing else', async () => {
  const status = async (path: string) => (await cluster.call('GET', path, { anonymous: true })).status;
  expect(await Promise.all(['/healthz', '/livez', '/readyz', '/version'].map(status))).toEqual([200, 200, 200, 200]);
  const closed = [
    '/',
    '/api',
    '/apis',
    '/api/v1/secrets',
    '/openapi/v2',
    '/metrics',
    '//api/v1/pods',
    '/kctl.dev/v1/images/nginx',
  ];
  for (const path of closed) expect([path, await status(path)]).toEqual([path, 403]);
});

test('no page of a browser is let in', async () => {
  const headers = { origin: 'https://evil.example', 'access-control-request-method': 'GET' };
  for (const method of ['GET', 'OPTIONS']) {
    const answer = await cluster.call(method, '/version', { anonymous: true, headers });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});
