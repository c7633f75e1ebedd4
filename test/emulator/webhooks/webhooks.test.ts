import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { callWebhook } from '../../../src/emulator/webhooks/call.ts';
import { object, Registry } from '../admission/machine.ts';
import { configMap, type TestCluster, testCluster } from '../server/cluster.ts';
import { configuration, type WebhookServer, webhookServer } from './webhook-server.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
type Json = any;

let cluster: TestCluster;
let server: WebhookServer;

beforeAll(async () => {
  [cluster, server] = await Promise.all([testCluster(), webhookServer(['hook.tools.svc'])]);
});

afterAll(async () => {
  await cluster.stop();
  await server.stop();
});

const ROOT = '/apis/admissionregistration.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps';
const installed: string[] = [];

afterEach(async () => {
  for (const path of installed.splice(0)) await cluster.call('DELETE', path);
  server.judges.clear();
  server.asked.length = 0;
});

async function install(kind: 'Mutating' | 'Validating', name: string, more: Record<string, unknown> = {}) {
  const collection = `${ROOT}/${kind.toLowerCase()}webhookconfigurations`;
  const made = await cluster.call('POST', collection, { body: configuration(server, kind, name, more) });
  expect(made.status, made.text).toBe(201);
  installed.push(`${collection}/${name}`);
  return made.body;
}

let count = 0;
const create = (more: Json = {}, query = '', labels?: Record<string, string>) =>
  cluster.call('POST', `${MAPS}${query}`, { body: configMap(`m-${++count}`, more, labels) });

const addKey = (key: string) => () => ({ allowed: true, patch: [{ op: 'add', path: `/data/${key}`, value: 'set' }] });

describe('mutating webhooks', () => {
  test('see the request and change the object, in the order of their configurations', async () => {
    await install('Mutating', 'b');
    await install('Mutating', 'a');
    server.judges.set('/a', addKey('a'));
    server.judges.set('/b', ({ object }) => ({
      allowed: true,
      patch: [{ op: 'add', path: '/data/b', value: Object.keys(object.data).join() }],
    }));
    const made = await create({ data: { x: '1' } }, '?fieldManager=me');
    expect(made.status, made.text).toBe(201);
    expect(made.body.data).toEqual({ x: '1', a: 'set', b: 'x,a' });
    const stored = await cluster.call('GET', `${MAPS}/${made.body.metadata.name}`);
    expect(stored.body.data).toEqual(made.body.data);
    // Nobody comes to own what a webhook sets.
    const [entry] = stored.body.metadata.managedFields;
    expect(entry).toMatchObject({ manager: 'me', operation: 'Update' });
    expect(Object.keys(entry.fieldsV1['f:data'])).toEqual(['.', 'f:x']);
    const [{ path, review, host }] = server.asked as [Json];
    expect(path).toBe('/a?timeout=10s');
    expect(host).toBe(`127.0.0.1:${server.port}`);
    expect(review).toMatchObject({
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1',
      request: {
        kind: { group: '', version: 'v1', kind: 'ConfigMap' },
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
        requestResource: { group: '', version: 'v1', resource: 'configmaps' },
        name: made.body.metadata.name,
        namespace: 'default',
        operation: 'CREATE',
        userInfo: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
        object: { kind: 'ConfigMap', apiVersion: 'v1', data: { x: '1' } },
        oldObject: null,
        dryRun: false,
        options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
      },
    });
    expect(review.request.object.metadata.uid).toBeUndefined();
    expect(review.request.uid).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('share a connection from call to call', async () => {
    await install('Mutating', 'a');
    const before = server.connections();
    for (let at = 0; at < 3; at++) await create();
    expect(server.asked).toHaveLength(3);
    expect(server.connections() - before).toBeLessThanOrEqual(1);
  });

  test('are asked again where another changed the object after them, if they want that', async () => {
    await install('Mutating', 'a', { reinvocationPolicy: 'IfNeeded' });
    await install('Mutating', 'b');
    server.judges.set('/b', ({ object }) => ({
      allowed: true,
      patch: object.data.b ? [] : [{ op: 'add', path: '/data/b', value: '1' }],
    }));
    const made = await create({ data: { x: '1' } });
    expect(made.status, made.text).toBe(201);
    expect(server.asked.map(({ path }) => path[1])).toEqual(['a', 'b', 'a']);
    expect(server.asked[2]!.review.request.object.data).toEqual({ x: '1', b: '1' });
  });

  test('cannot put in what the type does not have, and get defaults filled in', async () => {
    await install('Mutating', 'a', {
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['services'] }],
    });
    server.judges.set('/a', () => ({
      allowed: true,
      patch: [
        { op: 'add', path: '/spec/nonsense', value: 1 },
        { op: 'add', path: '/spec/ports/-', value: { name: 'b', port: 81 } },
      ],
    }));
    const made = await cluster.call('POST', '/api/v1/namespaces/default/services', {
      body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ name: 'a', port: 80 }] } },
    });
    expect(made.status, made.text).toBe(201);
    expect(made.body.spec.nonsense).toBeUndefined();
    expect(made.body.spec.ports[1]).toEqual({ name: 'b', port: 81, protocol: 'TCP', targetPort: 81 });
  });

  test.each([
    [
      { patch: [{ op: 'remove', path: '/data/no' }] },
      `Internal error occurred: error in remove for path: '/data/no': Unable to remove nonexistent key: no: missing value`,
    ],
    [
      { patch: Buffer.from('{}').toString('base64'), patchType: 'Odd' },
      'Internal error occurred: failed calling webhook "a.example.com": received undecodable patch in webhook response: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    ],
    [
      { patch: 'W10=' },
      'Internal error occurred: failed calling webhook "a.example.com": received invalid webhook response: webhook returned response.patch but not response.patchType',
    ],
    [{ uid: 'other' }, /received invalid webhook response: expected response\.uid="[0-9a-f-]{36}", got "other"$/],
    [
      { envelope: { apiVersion: 'admission.k8s.io/v1beta1' } },
      /failed to call webhook: converting \(v1beta1\.AdmissionReview\) to \(v1\.AdmissionReview\): unknown conversion$/,
    ],
    [
      { raw: 'no such page', status: 404 },
      'Internal error occurred: failed calling webhook "a.example.com": failed to call webhook: the server could not find the requested resource',
    ],
    [
      { raw: 'oops', status: 500 },
      'Internal error occurred: failed calling webhook "a.example.com": failed to call webhook: an error on the server ("oops") has prevented the request from succeeding',
    ],
    [
      { raw: 'hello' },
      `Internal error occurred: failed calling webhook "a.example.com": failed to call webhook: couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    ],
  ])('that answer %j fail the request', async (answer, message) => {
    await install('Mutating', 'a');
    server.judges.set('/a', () => ({ allowed: true, ...answer }));
    const made = await create({ data: { x: '1' } });
    expect(made.status).toBe(500);
    expect(made.body).toMatchObject({ reason: 'InternalError', code: 500 });
    if (typeof message === 'string') expect(made.body.message).toBe(message);
    else expect(made.body.message).toMatch(message);
  });
});

describe('validating webhooks', () => {
  test('deny in their own words, with their own code', async () => {
    await install('Validating', 'v');
    server.judges.set('/v', () => ({
      allowed: false,
      status: { message: 'not on Fridays', code: 403, reason: 'Forbidden' },
    }));
    const made = await create();
    expect(made.status).toBe(403);
    expect(made.body).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      message: 'admission webhook "v.example.com" denied the request: not on Fridays',
      reason: 'Forbidden',
      code: 403,
    });
    server.judges.set('/v', () => ({ allowed: false }));
    const other = await create();
    expect(other.status).toBe(400);
    expect(other.body.message).toBe('admission webhook "v.example.com" denied the request without explanation');
  });

  test('see the object as it will be stored, and may warn', async () => {
    await install('Validating', 'v');
    server.judges.set('/v', () => ({ allowed: true, warnings: ['use something newer'] }));
    const made = await cluster.call('POST', MAPS, { body: { ...configMap(''), metadata: { generateName: 'gen-' } } });
    expect(made.headers['warning']).toBe('299 - "use something newer"');
    const { request } = server.asked[0]!.review;
    expect(request.name).toBe(made.body.metadata.name);
    expect(request.object.metadata).toMatchObject({ generateName: 'gen-', name: made.body.metadata.name });
    expect(request.object.metadata.uid).toBe(made.body.metadata.uid);
  });

  test('are told of updates, patches, deletes and collections, with what was there', async () => {
    const { body: made } = await create({ data: { a: '1' } }, '', { of: 'verbs' });
    const { name } = made.metadata;
    await install('Validating', 'v', {
      rules: [{ operations: ['UPDATE', 'DELETE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
    });
    await cluster.call('PATCH', `${MAPS}/${name}`, {
      body: { data: { a: '2' } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    const refused = await cluster.call('DELETE', `${MAPS}/${name}?dryRun=All`);
    expect(refused.status).toBe(200);
    server.judges.set('/v', ({ operation }) => ({ allowed: operation !== 'DELETE' }));
    expect((await cluster.call('DELETE', `${MAPS}?labelSelector=of%3Dverbs`)).status).toBe(400);
    const [patched, dry, collected] = server.asked.map(({ review }) => review.request);
    expect(patched).toMatchObject({
      operation: 'UPDATE',
      object: { data: { a: '2' } },
      oldObject: { data: { a: '1' } },
    });
    expect(patched.options.kind).toBe('UpdateOptions');
    expect(dry).toMatchObject({ operation: 'DELETE', dryRun: true, object: null, oldObject: { data: { a: '2' } } });
    expect(dry.options).toMatchObject({ kind: 'DeleteOptions', dryRun: ['All'] });
    expect(collected).toMatchObject({ operation: 'DELETE', oldObject: { metadata: { name } }, dryRun: false });
    // Of those that go together nobody is told the name.
    expect(collected.name).toBeUndefined();
    expect((await cluster.call('GET', `${MAPS}/${name}`)).status).toBe(200);
  });

  test('may not patch', async () => {
    await install('Validating', 'v');
    server.judges.set('/v', () => ({ allowed: true, patch: [{ op: 'add', path: '/data', value: {} }] }));
    const made = await create();
    expect(made.body.message).toBe(
      'Internal error occurred: failed calling webhook "v.example.com": received invalid webhook response: validating webhook may not return response.patch',
    );
  });
});

describe('who is asked', () => {
  test('rules with subresources: a Scale is its own object', async () => {
    await install('Mutating', 'a', {
      rules: [{ operations: ['*'], apiGroups: ['apps'], apiVersions: ['*'], resources: ['deployments/scale'] }],
    });
    await cluster.call('POST', '/apis/apps/v1/namespaces/default/deployments', {
      body: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'd' },
        spec: {
          replicas: 0,
          selector: { matchLabels: { a: 'b' } },
          template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
        },
      },
    });
    expect(server.asked).toHaveLength(0);
    server.judges.set('/a', () => ({ allowed: true, patch: [{ op: 'replace', path: '/spec/replicas', value: 1 }] }));
    const scaled = await cluster.call('PATCH', '/apis/apps/v1/namespaces/default/deployments/d/scale', {
      body: { spec: { replicas: 3 } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(scaled.body.spec.replicas).toBe(1);
    expect(server.asked[0]!.review.request).toMatchObject({
      kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      resource: { group: 'apps', version: 'v1', resource: 'deployments' },
      subResource: 'scale',
      object: { kind: 'Scale', spec: { replicas: 3 } },
      oldObject: { kind: 'Scale', spec: {} },
    });
  });

  test('selectors of namespaces and objects, the new and the old one', async () => {
    await cluster.call('POST', '/api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'marked', labels: { hooks: 'yes' } } },
    });
    await install('Validating', 'v', {
      namespaceSelector: { matchLabels: { hooks: 'yes' } },
      objectSelector: { matchLabels: { look: 'here' } },
      rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
    });
    const at = '/api/v1/namespaces/marked/configmaps';
    await create({}, '', { look: 'here' });
    await cluster.call('POST', at, { body: configMap('plain') });
    expect(server.asked).toHaveLength(0);
    await cluster.call('POST', at, { body: configMap('seen', {}, { look: 'here' }) });
    await cluster.call('PUT', `${at}/seen`, { body: configMap('seen') });
    await cluster.call('PUT', `${at}/seen`, { body: configMap('seen', { data: { a: 'b' } }) });
    expect(server.asked.map(({ review }) => review.request.operation)).toEqual(['CREATE', 'UPDATE']);
  });

  test('other versions of the same objects, where the policy says so', async () => {
    const rules = [
      {
        operations: ['CREATE'],
        apiGroups: ['autoscaling'],
        apiVersions: ['v1'],
        resources: ['horizontalpodautoscalers'],
      },
    ];
    await install('Validating', 'exact', { rules, matchPolicy: 'Exact' });
    await install('Validating', 'like', { rules });
    const body = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'h' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
        maxReplicas: 3,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
        ],
      },
    };
    const made = await cluster.call('POST', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
      body,
    });
    expect(made.status, made.text).toBe(201);
    expect(server.asked.map(({ path }) => path)).toEqual(['/like?timeout=10s']);
    expect(server.asked[0]!.review.request).toMatchObject({
      kind: { group: 'autoscaling', version: 'v1' },
      requestKind: { group: 'autoscaling', version: 'v2' },
      object: { apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 60 } },
    });
  });

  test('match conditions: a false one keeps the request away, a failing one refuses it', async () => {
    await install('Validating', 'v', {
      matchConditions: [
        { name: 'not-me', expression: "request.userInfo.username != 'kubernetes-admin' || has(object.data)" },
        { name: 'data', expression: "!has(object.data) || object.data.look == 'yes'" },
      ],
    });
    expect((await create()).status).toBe(201);
    expect((await create({ data: { look: 'no' } })).status).toBe(201);
    expect(server.asked).toHaveLength(0);
    expect((await create({ data: { look: 'yes' } })).status).toBe(201);
    expect(server.asked).toHaveLength(1);
    const failed = await create({ data: { other: '1' } });
    expect(failed.body).toMatchObject({
      code: 403,
      message: `configmaps "m-${count}" is forbidden: expression '!has(object.data) || object.data.look == 'yes'' resulted in error: no such key: look`,
    });
  });

  test('never about webhooks and policies themselves', async () => {
    await install('Validating', 'v', {
      rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }],
    });
    server.judges.set('/v', () => ({ allowed: false }));
    const name = 'other';
    const collection = `${ROOT}/mutatingwebhookconfigurations`;
    const made = await cluster.call('POST', collection, { body: configuration(server, 'Mutating', name) });
    expect(made.status).toBe(201);
    expect((await cluster.call('DELETE', `${collection}/${name}`)).status).toBe(200);
    expect((await create()).status).toBe(400);
  });

  test('also about what controllers write, under their own accounts', async () => {
    await install('Mutating', 'a', {
      rules: [
        {
          operations: ['CREATE'],
          apiGroups: ['', 'apps'],
          apiVersions: ['v1'],
          resources: ['pods', 'replicasets', 'pods/binding'],
        },
      ],
    });
    server.judges.set('/a', ({ kind }) => ({
      allowed: true,
      patch: kind.kind === 'Pod' ? [{ op: 'add', path: '/metadata/labels/injected', value: 'yes' }] : [],
    }));
    await cluster.call('PATCH', '/apis/apps/v1/namespaces/default/deployments/d', {
      body: { spec: { replicas: 2 } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    await expect.poll(() => server.asked.length, { timeout: 30_000, interval: 10 }).toBeGreaterThanOrEqual(2);
    const users = new Map(
      server.asked.map(({ review }) => [review.request.kind.kind, review.request.userInfo.username]),
    );
    expect(users.get('Pod')).toBe('system:serviceaccount:kube-system:replicaset-controller');
    await expect
      .poll(() => server.asked.some(({ review }) => review.request.subResource === 'binding'), { timeout: 30_000 })
      .toBe(true);
    const binding = server.asked.find(({ review }) => review.request.subResource === 'binding')!.review.request;
    expect(binding).toMatchObject({ kind: { kind: 'Binding' }, userInfo: { username: 'system:kube-scheduler' } });
    const pods = await cluster.call('GET', '/api/v1/namespaces/default/pods?labelSelector=injected%3Dyes');
    expect(pods.body.items.length).toBeGreaterThanOrEqual(1);
  });
});

describe('webhooks that cannot be asked', () => {
  const message = async (more: Record<string, unknown>, query = '') => {
    await install('Validating', 'v', more);
    const made = await create({}, query);
    return made.body.message ?? made.status;
  };
  const caBundle = () => server.caBundle;
  const failing = 'Internal error occurred: failed calling webhook "v.example.com": failed to call webhook: ';

  test('nobody listens', async () => {
    const clientConfig = { url: 'https://127.0.0.1:1/x', caBundle: caBundle() };
    expect(await message({ clientConfig, timeoutSeconds: 5 })).toBe(
      `${failing}Post "https://127.0.0.1:1/x?timeout=5s": dial tcp 127.0.0.1:1: connect: connection refused`,
    );
  });

  test('which the failure policy may ignore', async () => {
    const clientConfig = { url: 'https://127.0.0.1:1/x', caBundle: caBundle() };
    expect(await message({ clientConfig, failurePolicy: 'Ignore' })).toBe(201);
  });

  test('an authority that is not trusted, a name the certificate is not for', async () => {
    expect(await message({ clientConfig: { url: `${server.url}/v` } })).toBe(
      `${failing}Post "${server.url}/v?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    );
  });

  test('too slow', async () => {
    let release = () => {};
    const waiting = new Promise<void>((done) => {
      release = done;
    });
    server.judges.set('/v', async () => {
      await waiting;
      return { allowed: true };
    });
    expect(await message({ timeoutSeconds: 1 })).toBe(
      `${failing}Post "${server.url}/v?timeout=1s": context deadline exceeded`,
    );
    release();
  });

  test('a dry run takes part, and stores nothing', async () => {
    const emulator = cluster.emulator;
    const made = await install('Validating', 'v', { sideEffects: 'None' });
    expect(made.webhooks[0]).toMatchObject({
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      timeoutSeconds: 10,
      namespaceSelector: {},
      objectSelector: {},
    });
    expect((await create({}, '?dryRun=All')).status).toBe(201);
    expect(server.asked[0]!.review.request).toMatchObject({ dryRun: true, options: { dryRun: ['All'] } });
    expect(emulator.lister.get('configmaps', 'default', `m-${count}`)).toBeUndefined();
  });

  test('services: missing, without endpoints, and reached through an endpoint', async () => {
    const service = { namespace: 'tools', name: 'hook', path: '/svc' };
    const clientConfig = { service, caBundle: caBundle() };
    await install('Validating', 'v', { clientConfig });
    expect((await create()).body.message).toBe(
      `${failing}Post "https://hook.tools.svc:443/svc?timeout=10s": service "hook" not found`,
    );
    await cluster.call('POST', '/api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tools' } },
    });
    const made = await cluster.call('POST', '/api/v1/namespaces/tools/services', {
      body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'hook' }, spec: { ports: [{ port: 443 }] } },
    });
    const { clusterIP } = made.body.spec;
    expect((await create()).body.message).toBe(
      `${failing}Post "https://hook.tools.svc:443/svc?timeout=10s": dial tcp ${clusterIP}:443: connect: connection refused`,
    );
  });

  test('services, reached through an endpoint that is no simulated pod', async () => {
    const { machine } = new Registry();
    const port = { name: '', port: server.port };
    // The API refuses endpoints on loopback, which is all a test has: stored straight.
    const stored = (kind: string, name: string, more: Record<string, unknown>) => ({
      ...object(kind, name, more),
      metadata: { name, namespace: 'tools', labels: { 'kubernetes.io/service-name': 'hook' } },
    });
    machine.store.put(
      'services',
      stored('Service', 'hook', { spec: { clusterIP: '10.96.0.9', ports: [{ port: 443, name: '' }] } }),
    );
    const slice = (name: string, more: Record<string, unknown>) =>
      machine.store.put(
        'endpointslices.discovery.k8s.io',
        stored('EndpointSlice', name, { ports: [port], endpoints: [{ addresses: ['127.0.0.1'], ...more }] }),
      );
    const clientConfig = { service: { namespace: 'tools', name: 'hook', path: '/svc' }, caBundle: caBundle() };
    const body = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid: '1' } };
    const call = () => callWebhook({ machine, clientConfig, body, timeoutMs: 5000 });
    slice('a', { targetRef: { kind: 'Pod', name: 'p' } });
    slice('b', { conditions: { ready: false } });
    await expect(call()).rejects.toThrow(
      'Post "https://hook.tools.svc:443/svc?timeout=5s": dial tcp 10.96.0.9:443: connect: connection refused',
    );
    slice('c', { conditions: { ready: true } });
    expect(await call()).toMatchObject({ response: { uid: '1', allowed: true } });
    expect(server.asked[0]).toMatchObject({ path: '/svc?timeout=5s', host: 'hook.tools.svc:443' });
    const elsewhere = { ...clientConfig, service: { ...clientConfig.service, port: 80 } };
    await expect(callWebhook({ machine, clientConfig: elsewhere, body, timeoutMs: 5000 })).rejects.toThrow(
      'no service port 80 found for service "hook"',
    );
  });
});

describe('while a webhook thinks', () => {
  const hold = () => {
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    return { held, release };
  };

  test('somebody else may write: changes are made again, from what is there then', async () => {
    const { body: made } = await create({ data: { a: '1' } });
    const path = `${MAPS}/${made.metadata.name}`;
    await install('Validating', 'v', {
      rules: [{ operations: ['UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
      objectSelector: { matchExpressions: [{ key: 'slow', operator: 'Exists' }] },
    });
    const { held, release } = hold();
    server.judges.set('/v', async () => {
      await held;
      return { allowed: true };
    });
    const merge = { 'content-type': 'application/merge-patch+json' };
    const slow = cluster.call('PATCH', path, {
      body: { metadata: { labels: { slow: '' } }, data: { b: '2' } },
      headers: merge,
    });
    await expect.poll(() => server.asked.length, { interval: 5 }).toBe(1);
    await cluster.call('PATCH', path, { body: { data: { c: '3' } }, headers: merge });
    release();
    expect((await slow).body.data).toEqual({ a: '1', b: '2', c: '3' });
    expect(server.asked).toHaveLength(2);
    expect(server.asked[1]!.review.request.oldObject.data).toEqual({ a: '1', c: '3' });
  });

  test('a change made from an older version is a conflict then', async () => {
    const { body: made } = await create({}, '', { slow: '' });
    const path = `${MAPS}/${made.metadata.name}`;
    await install('Validating', 'v', {
      rules: [{ operations: ['UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
    });
    const { held, release } = hold();
    server.judges.set('/v', async ({ object }) => {
      if (object.data?.slow) await held;
      return { allowed: true };
    });
    const slow = cluster.call('PUT', path, { body: { ...made, data: { slow: '1' } } });
    await expect.poll(() => server.asked.length, { interval: 5 }).toBe(1);
    await cluster.call('PUT', path, { body: { ...made, data: { quick: '1' } } });
    release();
    const answer = await slow;
    expect(answer.status).toBe(409);
    expect(answer.body.message).toContain('the object has been modified');
  });

  test('somebody else may take the name: AlreadyExists, and one of two pods finds the quota used up', async () => {
    await install('Validating', 'v');
    const { held, release } = hold();
    server.judges.set('/v', async () => {
      await held;
      return { allowed: true };
    });
    const body = configMap('twice');
    const both = [cluster.call('POST', MAPS, { body }), cluster.call('POST', MAPS, { body })];
    await expect.poll(() => server.asked.length, { interval: 5 }).toBe(2);
    release();
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  test('quota is asked last, and two cannot both have the rest', async () => {
    await cluster.call('POST', '/api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tight' } },
    });
    const at = '/api/v1/namespaces/tight';
    const used = await cluster.call('GET', `${at}/configmaps`);
    await cluster.call('POST', `${at}/resourcequotas`, {
      body: {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'q' },
        spec: { hard: { 'count/configmaps': String(used.body.items.length + 1) } },
      },
    });
    await install('Validating', 'v');
    const { held, release } = hold();
    server.judges.set('/v', async () => {
      await held;
      return { allowed: true };
    });
    const both = ['a', 'b'].map((name) => cluster.call('POST', `${at}/configmaps`, { body: configMap(name) }));
    await expect.poll(() => server.asked.length, { interval: 5 }).toBe(2);
    release();
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([201, 403]);
  });
});
