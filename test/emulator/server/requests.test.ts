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

describe('server-side apply', () => {
  const apply = (path: string, body: Json, query = 'fieldManager=one') =>
    cluster.call('PATCH', `${path}?${query}`, { body, headers: { 'content-type': 'application/apply-patch+yaml' } });

  test('gives a custom object its defaults, and nobody owns them', async () => {
    const properties = {
      spec: {
        type: 'object',
        properties: { size: { type: 'integer', default: 3 }, colour: { type: 'string' } },
      },
    };
    await cluster.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      body: {
        metadata: { name: 'gears.example.com' },
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { plural: 'gears', kind: 'Gear' },
          versions: [
            { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties } } },
          ],
        },
      },
    });
    const path = '/apis/example.com/v1/namespaces/default/gears/g';
    const gear = (spec: Json) => ({ apiVersion: 'example.com/v1', kind: 'Gear', metadata: { name: 'g' }, spec });
    const made = await apply(path, gear({ colour: 'red' }));
    expect([made.status, made.body.spec]).toEqual([201, { size: 3, colour: 'red' }]);
    expect(made.body.metadata.managedFields[0].fieldsV1).toEqual({ 'f:spec': { 'f:colour': {} } });
    const wrong = await apply(path, gear({ teeth: 9 }));
    expect([wrong.status, wrong.body.message]).toEqual([
      500,
      'failed to create typed patch object (/g; example.com/v1, Kind=Gear): .spec.teeth: field not declared in schema',
    ]);
  });

  test('knows owners of other versions', async () => {
    const scaler = (version: string, spec: Json) => ({
      apiVersion: `autoscaling/${version}`,
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'h' },
      spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, ...spec },
    });
    const path = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers/h`;
    await apply(path('v1'), scaler('v1', { targetCPUUtilizationPercentage: 50 }));
    const target = { type: 'Utilization', averageUtilization: 70 };
    const metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
    const conflict = await apply(path('v2'), scaler('v2', { metrics }), 'fieldManager=two');
    expect([conflict.status, conflict.body.message]).toEqual([
      409,
      'Apply failed with 1 conflict: conflict with "one": .spec.targetCPUUtilizationPercentage',
    ]);
    const forced = await apply(path('v2'), scaler('v2', { metrics }), 'fieldManager=two&force=true');
    const appliers = forced.body.metadata.managedFields.filter((entry: Json) => entry.operation === 'Apply');
    const owners = appliers.map((entry: Json) => [entry.manager, entry.apiVersion]);
    expect(owners).toEqual([
      ['one', 'autoscaling/v1'],
      ['two', 'autoscaling/v2'],
    ]);
  });

  test.each([
    [
      'fieldManager=',
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ],
    ['fieldManager=a', 400, 'invalid object type: /v1, Kind=Secret'],
    [
      'fieldManager=a%0Ab',
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Invalid value: "a\\nb": invalid character U+000A (at position 1)',
    ],
    [
      `fieldManager=${'é'.repeat(65)}`,
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes',
    ],
  ])('refuses %s', async (query, code, message) => {
    const { status, body } = await apply(
      `${PATH}/a`,
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } },
      query,
    );
    expect([status, body.message]).toEqual([code, message]);
  });
});

describe('a delete', () => {
  const remove = (body: Json, query = '') => cluster.call('DELETE', `${PATH}/a${query}`, { body });
  test.each([
    [
      { orphanDependents: true, propagationPolicy: 'Orphan' },
      422,
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
    ],
    [
      { propagationPolicy: 'Now' },
      422,
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Now": supported values: "Foreground", "Background", "Orphan", "nil"',
    ],
    [
      { gracePeriodSeconds: 'soon' },
      400,
      'json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64',
    ],
  ])('%j', async (body, code, message) => {
    const answer = await remove(body);
    expect([answer.status, answer.body.message]).toEqual([code, message]);
  });

  test('of nothing but null is one without options', async () => {
    expect((await cluster.call('DELETE', `${PATH}/a?dryRun=All`, { body: 'null' })).status).toBe(200);
  });
});

test('a JSON patch has at most 10,000 operations, and what it makes must be what it was', async () => {
  const patch = (body: Json) =>
    cluster.call('PATCH', `${PATH}/b`, { body, headers: { 'content-type': 'application/json-patch+json' } });
  const many = await patch(Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'ConfigMap' })));
  expect([many.status, many.body.message]).toEqual([
    413,
    'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
  ]);
  expect((await patch([{ op: 'replace', path: '/apiVersion', value: 2 }])).status).toBe(400);
  expect((await patch([{ op: 'remove', path: '/kind' }])).status).toBe(200);
  expect((await patch([{ op: 'remove', path: '/nothing' }])).status).toBe(422);
});
