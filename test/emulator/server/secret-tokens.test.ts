import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Json, type TestCluster, testCluster } from './cluster.ts';

const SECRETS = '/api/v1/namespaces/default/secrets';
const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';
const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

const account = async (name: string, more: Json = {}): Promise<Json> =>
  (
    await cluster.call('POST', ACCOUNTS, {
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name }, ...more },
    })
  ).body;

const tokenSecret = (name: string, owner: string, more: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'kubernetes.io/service-account-token',
  ...more,
  metadata: { name, annotations: { 'kubernetes.io/service-account.name': owner }, ...more.metadata },
});

const filled = (name: string): Promise<Json> =>
  vi.waitFor(async () => {
    const { body } = await cluster.call('GET', `${SECRETS}/${name}`);
    expect(body.data?.token).toBeTruthy();
    return body;
  });

const decoded = (text: string): string => Buffer.from(text, 'base64').toString();

const review = async (token: string, audiences?: string[]): Promise<Json> =>
  (await cluster.call('POST', REVIEWS, { body: { spec: { token, ...(audiences ? { audiences } : {}) } } })).body.status;

test('a Secret made for a token gets one, with the authority and the namespace', async () => {
  const owner = await account('robot');
  await cluster.call('POST', SECRETS, { body: tokenSecret('robot-token', 'robot') });
  const secret = await filled('robot-token');
  expect(Object.keys(secret.data).sort()).toEqual(['ca.crt', 'namespace', 'token']);
  expect(decoded(secret.data.namespace)).toBe('default');
  expect(decoded(secret.data['ca.crt'])).toContain('BEGIN CERTIFICATE');
  expect(secret.metadata.annotations['kubernetes.io/service-account.uid']).toBe(owner.metadata.uid);
  const token = decoded(secret.data.token);
  const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
  expect(claims).toEqual({
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/namespace': 'default',
    'kubernetes.io/serviceaccount/secret.name': 'robot-token',
    'kubernetes.io/serviceaccount/service-account.name': 'robot',
    'kubernetes.io/serviceaccount/service-account.uid': owner.metadata.uid,
    sub: 'system:serviceaccount:default:robot',
  });
});

test('the token is its account, here and for nobody else, and its use is noted', async () => {
  const owner = await account('user');
  await cluster.call('POST', SECRETS, { body: tokenSecret('user-token', 'user') });
  const token = decoded((await filled('user-token')).data.token);
  const me = await cluster.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    anonymous: true,
    headers: { authorization: `Bearer ${token}` },
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  });
  expect(me.body.status.userInfo).toEqual({
    username: 'system:serviceaccount:default:user',
    uid: owner.metadata.uid,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
  });
  expect(await review(token)).toMatchObject({ authenticated: true });
  expect((await review(token, ['somebody-else'])).authenticated).toBeFalsy();
  await vi.waitFor(async () => {
    const { body } = await cluster.call('GET', `${SECRETS}/user-token`);
    expect(body.metadata.labels['kubernetes.io/legacy-token-last-used']).toMatch(/^\d{4}-\d\d-\d\d$/);
  });
});

test('a token ends with its Secret, with its account, and when it is marked', async () => {
  await account('leaver');
  const tokens: string[] = [];
  for (const name of ['first', 'second', 'third']) {
    await cluster.call('POST', SECRETS, { body: tokenSecret(name, 'leaver') });
    tokens.push(decoded((await filled(name)).data.token));
  }
  expect((await review(tokens[0]!)).authenticated).toBe(true);
  await cluster.call('DELETE', `${SECRETS}/first`);
  expect((await review(tokens[0]!)).authenticated).toBeFalsy();
  await cluster.call('PATCH', `${SECRETS}/second`, {
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } } },
  });
  expect((await review(tokens[1]!)).authenticated).toBeFalsy();
  expect((await review(tokens[2]!)).authenticated).toBe(true);
  await cluster.call('DELETE', `${ACCOUNTS}/leaver`);
  expect((await review(tokens[2]!)).authenticated).toBeFalsy();
  await vi.waitFor(async () => expect((await cluster.call('GET', `${SECRETS}/third`)).status).toBe(404));
});

test('a Secret for an account that is not there goes, and accounts do not list what is gone', async () => {
  await cluster.call('POST', SECRETS, { body: tokenSecret('nobodys', 'nobody') });
  await vi.waitFor(async () => expect((await cluster.call('GET', `${SECRETS}/nobodys`)).status).toBe(404));
  await account('lister', { secrets: [{ name: 'listed' }, { name: 'other' }] });
  await cluster.call('POST', SECRETS, { body: tokenSecret('listed', 'lister') });
  await filled('listed');
  await cluster.call('DELETE', `${SECRETS}/listed`);
  await vi.waitFor(async () =>
    expect((await cluster.call('GET', `${ACCOUNTS}/lister`)).body.secrets).toEqual([{ name: 'other' }]),
  );
});

test('what somebody wrote into the Secret is no token', async () => {
  await account('forger');
  await cluster.call('POST', SECRETS, { body: tokenSecret('forged', 'forger') });
  const token = decoded((await filled('forged')).data.token);
  const [head, body] = token.split('.');
  const forged = `${head}.${body}.${Buffer.alloc(64, 1).toString('base64url')}`;
  await cluster.call('PATCH', `${SECRETS}/forged`, {
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { stringData: { token: forged } },
  });
  expect((await review(forged)).authenticated).toBeFalsy();
  expect((await review(token)).authenticated).toBeFalsy();
});
