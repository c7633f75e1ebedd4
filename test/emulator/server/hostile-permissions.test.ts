import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster;
let token: string;
const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
const MAPS = '/api/v1/namespaces/default/configmaps';

beforeAll(async () => {
  cluster = await testCluster();
  await cluster.call('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'low' } } });
  const rules = [
    { apiGroups: ['', 'coordination.k8s.io'], resources: ['configmaps', 'leases'], verbs: ['get', 'update', 'patch'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: ['mine'], verbs: ['create'] },
    { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['get', 'create', 'update', 'patch'] },
  ];
  await cluster.call('POST', `${RBAC}/roles`, { body: { metadata: { name: 'low' }, rules } });
  await cluster.call('POST', `${RBAC}/rolebindings`, {
    body: {
      metadata: { name: 'low' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'low' },
      subjects: [{ kind: 'ServiceAccount', name: 'low', namespace: 'default' }],
    },
  });
  const made = await cluster.call('POST', '/api/v1/namespaces/default/serviceaccounts/low/token', {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  });
  token = made.body.status.token;
});
afterAll(() => cluster.stop());

const asLow = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  cluster.call(method, path, { anonymous: true, body, headers: { authorization: `Bearer ${token}`, ...headers } });

describe('who may change objects', () => {
  const apply = { 'content-type': 'application/apply-patch+yaml' };

  test.each(['', '&dryRun=All'])('makes none by applying them (%s)', async (more) => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' } };
    const refused = await asLow('PATCH', `${MAPS}/new?fieldManager=x${more}`, map, apply);
    expect([refused.status, refused.body.message]).toEqual([403, 'configmaps "new" is forbidden: ']);
    expect((await cluster.call('GET', `${MAPS}/new`)).status).toBe(404);
  });

  test('makes none by replacing them, but where the name may be made', async () => {
    const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
    const lease = (name: string) => ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name } });
    expect((await asLow('PUT', `${leases}/other`, lease('other'))).status).toBe(403);
    expect((await asLow('PUT', `${leases}/mine`, lease('other'))).body).toMatchObject({
      code: 400,
      message: 'the name of the object (other) does not match the name on the URL (mine)',
    });
    expect((await asLow('PUT', `${leases}/mine`, lease('mine'))).status).toBe(201);
    expect((await cluster.call('GET', `${leases}/other`)).status).toBe(404);
  });

  test('a creation by an administrator goes on as before', async () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' } };
    const made = await cluster.call('PATCH', `${MAPS}/applied?fieldManager=x`, { body: map, headers: apply });
    expect(made.status).toBe(201);
  });
});

describe('roles of millions of words', () => {
  const words = (letter: string, count: number) => Array.from({ length: count }, (_, at) => `${letter}${at}`);
  const timed = async (rules: Json[]) => {
    const before = process.threadCpuUsage();
    const answer = await asLow('POST', `${RBAC}/roles`, { metadata: { name: 'wide' }, rules });
    const { user, system } = process.threadCpuUsage(before);
    return { answer, ms: (user + system) / 1000 };
  };

  test('are refused before they are counted through', async () => {
    const wide = {
      apiGroups: words('g', 150),
      resources: words('r', 150),
      verbs: words('v', 150),
      resourceNames: words('n', 30),
    };
    const { answer, ms } = await timed([wide, wide]);
    expect([answer.status, answer.body.reason]).toEqual([403, 'Forbidden']);
    expect(ms).toBeLessThan(5_000);
  });

  test('that repeat what is held are taken', async () => {
    const held = {
      apiGroups: Array(300).fill(''),
      resources: Array(300).fill('configmaps'),
      verbs: Array(300).fill('get'),
    };
    const { answer, ms } = await timed([held]);
    expect(answer.status).toBe(201);
    expect(ms).toBeLessThan(5_000);
  });
});
