import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configMap, type Json, type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster;
const PATH = '/api/v1/namespaces/default/configmaps';
beforeAll(async () => {
  cluster = await testCluster();
  for (const name of ['a', 'b', 'c']) {
    await cluster.call('POST', PATH, { body: configMap(name, {}, { app: name, of: 'pages' }) });
  }
});
afterAll(() => cluster.stop());

const get = (query: string) => cluster.call('GET', `${PATH}?${query}`);

describe('a list says what is wrong with its options', () => {
  test.each([
    ['limit=abc', 400, 'strconv.ParseInt: parsing "abc": invalid syntax'],
    ['limit=', 400, 'strconv.ParseInt: parsing "": invalid syntax'],
    ['limit=99999999999999999999', 400, 'strconv.ParseInt: parsing "99999999999999999999": value out of range'],
    ['timeoutSeconds=1m', 400, 'strconv.ParseInt: parsing "1m": invalid syntax'],
    ['continue=abc.def', 400, 'invalid continue token: continue key is not valid: illegal base64 data at input byte 3'],
    [
      `continue=${Buffer.from('{"v":"v9"}').toString('base64url')}`,
      400,
      'invalid continue token: continue key is not valid: server does not recognize this encoded version v9',
    ],
    [
      'resourceVersionMatch=Exact',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [
      'resourceVersionMatch=Best&resourceVersion=1',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "Best": supported values: "Exact", "NotOlderThan", ""',
    ],
    [
      'resourceVersionMatch=Exact&resourceVersion=0',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    [
      'sendInitialEvents=true',
      422,
      'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
    ],
    [
      'watch=true&sendInitialEvents=true',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    ],
    [
      'watch=1&resourceVersionMatch=Exact',
      422,
      'ListOptions.meta.k8s.io "" is invalid: [resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided, resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"]',
    ],
    [
      'fieldSelector=spec.x=1',
      400,
      '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
    ['labelSelector=a%20in', 400, "unable to parse requirement: found '' expected: '('"],
  ])('%s', async (query, code, message) => {
    const { status, body } = await get(query);
    expect([status, body.message]).toEqual([code, message]);
  });

  test('a version from the future takes its time', async () => {
    const { status, body, headers } = await get('resourceVersion=99999999');
    expect([status, body.reason, headers['retry-after']]).toEqual([504, 'Timeout', '1']);
    expect(body.message).toMatch(/^Timeout: Too large resource version: 99999999, current: \d+$/);
    expect(body.details.causes).toEqual([{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]);
  });
});

describe('pages', () => {
  const names = (body: Json) => body.items.map((item: Json) => item.metadata.name);

  test('are of one moment, and say how many are left', async () => {
    const first = await get('limit=1&labelSelector=of=pages');
    expect(first.body.metadata.remainingItemCount).toBeUndefined();
    const all = await get('limit=1');
    expect(all.body.metadata.remainingItemCount).toBeGreaterThan(1);
    await cluster.call('POST', PATH, { body: configMap('b2', {}, { of: 'pages' }) });
    const rest = await get(`limit=9&labelSelector=of=pages&continue=${first.body.metadata.continue}`);
    expect([names(first.body), names(rest.body)]).toEqual([['a'], ['b', 'c']]);
    expect(rest.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
    const version = first.body.metadata.resourceVersion;
    const exact = await get(`resourceVersion=${version}&resourceVersionMatch=Exact&labelSelector=of=pages`);
    expect(names(exact.body)).toEqual(['a', 'b', 'c']);
    expect(names((await get(`resourceVersion=${version}&limit=9&labelSelector=of=pages`)).body)).toEqual([
      'a',
      'b',
      'c',
    ]);
    await cluster.call('DELETE', `${PATH}/b2`);
  });

  test('are none where any version will do', async () => {
    expect(names((await get('limit=1&resourceVersion=0&labelSelector=of=pages')).body)).toEqual(['a', 'b', 'c']);
  });

  test('limit what a deletecollection takes', async () => {
    for (const name of ['x', 'y', 'z']) await cluster.call('POST', PATH, { body: configMap(name, {}, { of: 'few' }) });
    const { body } = await cluster.call('DELETE', `${PATH}?labelSelector=of=few&limit=2`);
    expect(names(body)).toEqual(['x', 'y']);
    expect(names((await get('labelSelector=of=few')).body)).toEqual(['z']);
  });
});

test('the old paths of watches still watch', async () => {
  for (const path of ['/api/v1/watch/namespaces/default/configmaps/a', '/api/v1/watch/namespaces/default/configmaps']) {
    const lines = cluster.lines(path);
    const { value } = await lines.next();
    expect([value.type, value.object.metadata.name]).toEqual(['ADDED', 'a']);
    await lines.return(undefined);
  }
  expect((await cluster.call('POST', '/api/v1/watch/namespaces/default/configmaps', { body: {} })).status).toBe(405);
});

test('who may see one object by name may list and watch it by name', async () => {
  const rules = [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['a'], verbs: ['list'] }];
  const role = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
  await cluster.call('POST', `${role}/roles`, { body: { metadata: { name: 'one' }, rules } });
  await cluster.call('POST', `${role}/rolebindings`, {
    body: {
      metadata: { name: 'one' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'amy' }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'one' },
    },
  });
  const list = async (query: string) =>
    (await cluster.call('GET', `${PATH}${query}`, { headers: { 'impersonate-user': 'amy' } })).status;
  expect([
    await list('?fieldSelector=metadata.name=a'),
    await list('?fieldSelector=metadata.name=b'),
    await list(''),
  ]).toEqual([200, 403, 403]);
});
