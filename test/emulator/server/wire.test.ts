import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

const call = (method: string, path: string, headers: Record<string, string> = {}, body?: unknown) =>
  cluster.call(method, path, { headers, ...(body === undefined ? {} : { body }) });
const get = (path: string, headers?: Record<string, string>) => call('GET', path, headers);

const FLOWS = '/apis/flowcontrol.apiserver.k8s.io/v1';
const uidOf = async (plural: string, name: string) => (await get(`${FLOWS}/${plural}/${name}`)).body.metadata.uid;
const flowOf = ({ headers }: { headers: Record<string, unknown> }) => [
  headers['x-kubernetes-pf-flowschema-uid'],
  headers['x-kubernetes-pf-prioritylevel-uid'],
];
const as = (user: string, group?: string) => ({
  'impersonate-user': user,
  ...(group ? { 'impersonate-group': group } : {}),
});

describe('headers', () => {
  test.each([
    ['an administrator', '/api/v1/pods', {}, 'exempt', 'exempt'],
    ['somebody', '/api/v1/pods', as('ann'), 'global-default', 'global-default'],
    ['a node', '/api/v1/pods', as('system:node:n', 'system:nodes'), 'system-nodes', 'system'],
    [
      'a service account',
      '/api/v1/pods',
      as('system:serviceaccount:a:b', 'system:serviceaccounts'),
      'service-accounts',
      'workload-low',
    ],
    ['a probe of anybody', '/readyz', as('ann'), 'probes', 'exempt'],
  ])('say the flow of %s', async (_who, path, headers, schema, level) => {
    const flow = [await uidOf('flowschemas', schema), await uidOf('prioritylevelconfigurations', level)];
    expect(flowOf(await get(path, headers as Record<string, string>))).toEqual(flow);
  });

  test('say no flow of a connection, nor to who is nobody', async () => {
    expect(flowOf(await get('/api/v1/namespaces/default/pods/x/log'))).toEqual([undefined, undefined]);
    expect(flowOf(await get('/api/v1/pods', { authorization: 'Bearer none' }))[0]).toBeDefined();
  });

  test('of what is forbidden', async () => {
    const refused = await get('/api/v1/secrets', as('ann'));
    expect([refused.status, refused.headers['x-content-type-options']]).toEqual([403, 'nosniff']);
    const found = await get('/api/v1/secrets');
    expect([found.status, found.headers['x-content-type-options'], found.headers.connection]).toEqual([
      200,
      undefined,
      undefined,
    ]);
  });
});

const wrong = (code: number, message: string) => ({ code, message });
const nowhere = wrong(404, 'the server could not find the requested resource');
const methodless = wrong(405, 'the server does not allow this method on the requested resource');
const maps = '/api/v1/namespaces/default/configmaps';

test.each([
  ['GET', '/api/v1//nodes', nowhere],
  ['GET', '/api//v1', nowhere],
  ['GET', '/apis/apps//v1', nowhere],
  ['GET', '/api/v1/namespaces/default//configmaps', nowhere],
  ['GET', `${maps}//x`, nowhere],
  ['GET', '/api/v1/nodes//status', wrong(400, 'name must be provided')],
  ['GET', '/api/v1/namespaces//configmaps/x', wrong(400, 'Namespace parameter required.')],
  ['DELETE', '/api/v1/namespaces//configmaps', wrong(400, 'Namespace parameter required.')],
  ['DELETE', '/api/v1/configmaps', methodless],
  ['GET', `${maps}/..%2f`, wrong(400, `Name parameter invalid: "..": may not be '..'`)],
  ['GET', `${maps}/a%25b`, wrong(400, `Name parameter invalid: "a%b": may not contain '%'`)],
  ['GET', `${maps}/a/b/c`, nowhere],
  ['HEAD', maps, undefined],
  ['OPTIONS', maps, methodless],
  [
    'GET',
    `${maps}?timeout=10`,
    wrong(400, 'invalid timeout specified in the request URL - time: missing unit in duration "10"'),
  ],
  [
    'GET',
    '/healthz?timeout=x',
    wrong(400, 'invalid timeout specified in the request URL - time: invalid duration "x"'),
  ],
])('%s %s', async (method, path, expected) => {
  const { status, body } = await call(method, path);
  if (!expected) expect([status, body]).toEqual([405, undefined]);
  else expect({ code: body.code, message: body.message, status }).toEqual({ ...expected, status: expected.code });
});

test('what has no namespace is not made', async () => {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };
  const { body: answer } = await call('POST', '/api/v1/namespaces//configmaps', {}, body);
  expect(answer.message).toBe('ConfigMap "x" is invalid: metadata.namespace: Required value');
  expect(
    (await get('/api/v1/namespaces//configmaps')).body.items.map((one: never) => one['metadata']['name']),
  ).not.toContain('x');
});

test('who may not ask is not told what there is', async () => {
  const { body } = await call('OPTIONS', maps, as('ann'));
  expect(body.message).toBe(
    'configmaps is forbidden: User "ann" cannot  resource "configmaps" in API group "" in the namespace "default"',
  );
  expect((await get('/api/v1/namespaces/default/nothings', as('ann'))).body.code).toBe(403);
});

test('only who asks for gzip by its bare name gets it', async () => {
  const data = { k: 'x'.repeat(140_000) };
  await call('POST', maps, {}, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'long' }, data });
  const coding = async (accepted: string) =>
    (await get(`${maps}/long`, { 'accept-encoding': accepted })).headers['content-encoding'];
  expect(await coding('br, gzip')).toBe('gzip');
  expect(await coding('gzip;q=0')).toBeUndefined();
  expect(await coding('gzip;q=1.0')).toBeUndefined();
});

test('health checks and metrics', async () => {
  expect((await get('/readyz/etcd-readiness')).text).toBe('ok');
  expect((await get('/livez/')).status).toBe(404);
  expect((await get('/livez?verbose')).text.split('\n').slice(0, 4)).toEqual([
    '[+]ping ok',
    '[+]log ok',
    '[+]loopback-serving-certificate ok',
    '[+]etcd ok',
  ]);
  expect((await get('/metrics/slis')).text).toContain('kubernetes_healthcheck{name="ping",type="livez"} 1\n');
  const counted = 'apiserver_request_total{code="200"';
  await get('/api/v1/nodes');
  expect((await get('/metrics')).text).toContain(counted);
  expect((await call('DELETE', '/metrics')).text).toBe('metrics reset\n');
  expect((await get('/metrics')).text).not.toContain(counted);
});

test('a watch prefix with nothing behind it', async () => {
  const { status, text } = await get('/api/v1/watch/');
  expect([status, text]).toEqual([
    500,
    'Internal Server Error: "/api/v1/watch/": failed to create RequestInfo: unable to determine kind and namespace from url, /api/v1/watch/\n',
  ]);
});
