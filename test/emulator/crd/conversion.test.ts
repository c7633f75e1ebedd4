import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Json, type TestCluster, testCluster } from '../server/cluster.ts';
import { type WebhookServer, webhookServer } from '../webhooks/webhook-server.ts';

let cluster: TestCluster;
let server: WebhookServer;

const DEFINITION = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const path = (version: string) => `/apis/conv.example.com/${version}/namespaces/default/hosts`;

const schema = (properties: Json) => ({
  openAPIV3Schema: {
    type: 'object',
    properties: {
      spec: { type: 'object', properties },
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  },
});

const port = { type: 'integer', minimum: 1 };

/** v1 has `address: host:port`, v2 the two for themselves; v1 is stored. */
function definition(): Json {
  const subresources = { status: {} };
  const scale = { specReplicasPath: '.spec.port', statusReplicasPath: '.status.ports' };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'hosts.conv.example.com' },
    spec: {
      group: 'conv.example.com',
      scope: 'Namespaced',
      names: { plural: 'hosts', kind: 'Host' },
      versions: [
        { name: 'v1', served: true, storage: true, subresources, schema: schema({ address: { type: 'string' } }) },
        {
          name: 'v2',
          served: true,
          storage: false,
          subresources: { status: {}, scale },
          selectableFields: [{ jsonPath: '.spec.host' }],
          schema: schema({ host: { type: 'string' }, port, kept: { type: 'boolean', default: true } }),
        },
      ],
      conversion: {
        strategy: 'Webhook',
        webhook: {
          conversionReviewVersions: ['v1'],
          clientConfig: { url: `${server.url}/convert`, caBundle: server.caBundle },
        },
      },
    },
  };
}

/** What a webhook of those two versions does. */
function convert({ objects, desiredAPIVersion }: Json): Json {
  const convertedObjects = objects.map((object: Json) => {
    const copy = structuredClone(object);
    copy.apiVersion = desiredAPIVersion;
    if (desiredAPIVersion.endsWith('/v2')) {
      const [host, number] = object.spec.address.split(':');
      copy.spec = { host, port: Number(number), gone: 1 };
    } else copy.spec = { address: `${object.spec.host}:${object.spec.port}` };
    copy.metadata = { ...object.metadata, labels: { ...object.metadata.labels, seen: 'yes' }, generation: 99 };
    return copy;
  });
  return { result: { status: 'Success' }, convertedObjects };
}

beforeAll(async () => {
  [cluster, server] = await Promise.all([testCluster(), webhookServer()]);
  server.judges.set('/convert', convert);
  const made = await cluster.call('POST', DEFINITION, { body: definition() });
  expect(made.status, made.text).toBe(201);
});
afterAll(async () => {
  await cluster.stop();
  await server.stop();
});
beforeEach(() => {
  server.judges.set('/convert', convert);
  server.asked.length = 0;
});

const host = (version: string, name: string, spec: Json) => ({
  apiVersion: `conv.example.com/${version}`,
  kind: 'Host',
  metadata: { name },
  spec,
});

describe('objects that a webhook converts', () => {
  test('are validated as they came, stored in the storage version, answered in the one asked for', async () => {
    const wrong = await cluster.call('POST', path('v2'), { body: host('v2', 'x', { host: 'a', port: 0 }) });
    expect(wrong.status).toBe(422);
    expect(wrong.body.message).toContain('spec.port in body should be greater than or equal to 1');
    expect(server.asked).toEqual([]);
    const made = await cluster.call('POST', path('v2'), { body: host('v2', 'a', { host: 'a', port: 80 }) });
    expect(made.status, made.text).toBe(201);
    // What the version has no place for goes; its defaults are for what is sent at it, not for what comes to it.
    expect(made.body.apiVersion).toBe('conv.example.com/v2');
    expect(made.body.spec).toEqual({ host: 'a', port: 80 });
    expect(server.asked[0]!.review.request.objects[0].spec).toEqual({ host: 'a', port: 80, kept: true });
    const stored = await cluster.call('GET', `${path('v1')}/a`);
    expect(stored.body).toMatchObject({ apiVersion: 'conv.example.com/v1', spec: { address: 'a:80' } });
    // The webhook may change labels, nothing else of the metadata.
    expect(stored.body.metadata).toMatchObject({ generation: 1, labels: { seen: 'yes' } });
    expect(server.asked[0]!.review).toMatchObject({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'ConversionReview',
      request: { desiredAPIVersion: 'conv.example.com/v1', objects: [{ metadata: { name: 'a' } }] },
    });
  });

  test('are patched, applied and replaced at any version', async () => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    const patched = await cluster.call('PATCH', `${path('v2')}/a`, { body: { spec: { port: 81 } }, headers });
    expect(patched.status, patched.text).toBe(200);
    expect(patched.body.spec).toMatchObject({ host: 'a', port: 81 });
    expect((await cluster.call('GET', `${path('v1')}/a`)).body.spec).toEqual({ address: 'a:81' });
    const applied = await cluster.call('PATCH', `${path('v2')}/a?fieldManager=me&force=true`, {
      body: host('v2', 'a', { port: 82 }),
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
    expect(applied.status, applied.text).toBe(200);
    expect(applied.body.spec).toMatchObject({ host: 'a', port: 82 });
    const next = host('v2', 'a', { host: 'b', port: 1 });
    Object.assign(next.metadata, { resourceVersion: applied.body.metadata.resourceVersion });
    const replaced = await cluster.call('PUT', `${path('v2')}/a`, { body: next });
    expect(replaced.status, replaced.text).toBe(200);
    expect((await cluster.call('GET', `${path('v1')}/a`)).body.spec).toEqual({ address: 'b:1' });
    const status = await cluster.call('PATCH', `${path('v2')}/a/status`, { body: { status: { up: true } }, headers });
    expect(status.status, status.text).toBe(200);
    expect(status.body).toMatchObject({ apiVersion: 'conv.example.com/v2', spec: { port: 1 } });
  });

  test('are scaled at the version that can be', async () => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    expect((await cluster.call('GET', `${path('v2')}/a/scale`)).body.spec).toEqual({ replicas: 1 });
    const scaled = await cluster.call('PATCH', `${path('v2')}/a/scale`, { body: { spec: { replicas: 4 } }, headers });
    expect(scaled.status, scaled.text).toBe(200);
    expect(scaled.body.spec).toEqual({ replicas: 4 });
    expect((await cluster.call('GET', `${path('v1')}/a`)).body.spec).toEqual({ address: 'b:4' });
    expect((await cluster.call('GET', `${path('v1')}/a/scale`)).status).toBe(404);
  });

  test('are listed with a call for each, selected by fields of the version, watched in order', async () => {
    for (const name of ['l1', 'l2', 'l3']) {
      await cluster.call('POST', path('v1'), { body: host('v1', name, { address: `${name}:1` }) });
    }
    server.asked.length = 0;
    const list = await cluster.call('GET', path('v2'));
    expect(list.body.items.map(({ spec }: Json) => spec.host)).toEqual(['b', 'l1', 'l2', 'l3']);
    const asked = server.asked.map(({ review }) => review.request.objects);
    expect(asked.map(([object, ...more]) => [object.metadata.name, more.length])).toEqual([
      ['l1', 0],
      ['l2', 0],
      ['l3', 0],
    ]);
    expect(asked[0]![0].metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(asked[0]![0].metadata.resourceVersion).toBeUndefined();
    const one = await cluster.call('GET', `${path('v2')}?fieldSelector=spec.host%3Dl2`);
    expect(one.body.items.map(({ metadata }: Json) => metadata.name)).toEqual(['l2']);
    const watch = cluster.lines(`${path('v2')}?watch=true&resourceVersion=${list.body.metadata.resourceVersion}`);
    const headers = { 'content-type': 'application/merge-patch+json' };
    await cluster.call('PATCH', `${path('v1')}/l1`, { body: { spec: { address: 'm:2' } }, headers });
    await cluster.call('DELETE', `${path('v1')}/l1`);
    const events = [(await watch.next()).value, (await watch.next()).value];
    expect(events.map(({ type, object }) => [type, object.apiVersion, object.spec.host])).toEqual([
      ['MODIFIED', 'conv.example.com/v2', 'm'],
      ['DELETED', 'conv.example.com/v2', 'm'],
    ]);
    await watch.return(undefined);
    const table = await cluster.call('GET', path('v2'), {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    expect(table.body.rows).toHaveLength(3);
    const gone = await cluster.call('DELETE', `${path('v2')}?fieldSelector=spec.host%3Dl3`);
    expect(gone.body.items.map(({ spec }: Json) => spec.host)).toEqual(['l3']);
  });

  test('are owned at the version in which they were written', async () => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    const apply = { 'content-type': 'application/apply-patch+yaml' };
    const owners = ({ body }: Json) =>
      body.metadata.managedFields.map(({ manager, apiVersion, fieldsV1 }: Json) => [
        manager,
        apiVersion.split('/')[1],
        Object.keys(fieldsV1['f:spec'] ?? {}),
      ]);
    const url = (version: string, manager: string, more = '') => `${path(version)}/m?fieldManager=${manager}${more}`;
    const made = await cluster.call('PATCH', url('v1', 'one'), {
      body: host('v1', 'm', { address: 'm:1' }),
      headers: apply,
    });
    expect(owners(made)).toEqual([['one', 'v1', ['f:address']]]);
    // The address is another one with another port, which only the webhook knows.
    const clash = await cluster.call('PATCH', url('v2', 'two'), { body: host('v2', 'm', { port: 2 }), headers: apply });
    expect([clash.status, clash.body.details.causes[0].field]).toEqual([409, '.spec.address']);
    const taken = await cluster.call('PATCH', url('v2', 'two'), { body: { spec: { port: 3 } }, headers });
    expect(owners(taken)).toEqual([['two', 'v2', ['f:port']]]);
    await cluster.call('DELETE', `${path('v1')}/m`);
  });

  test('are not served when the webhook fails, and why is said', async () => {
    await cluster.call('POST', path('v1'), { body: host('v1', 'f', { address: 'f:1' }) });
    const failing = async (answer: Json) => {
      server.judges.set('/convert', () => answer);
      const { status, body } = await cluster.call('GET', `${path('v2')}/f`);
      return [status, body.message];
    };
    const HEAD = 'conversion webhook for conv.example.com/v1, Kind=Host';
    expect(await failing({ result: { status: 'Failed', message: 'no way' } })).toEqual([500, `${HEAD} failed: no way`]);
    expect(await failing({ result: { status: 'Failed' } })).toEqual([
      500,
      `${HEAD} failed: response.result.status was 'Failed', not 'Success'`,
    ]);
    expect(await failing({ uid: 'x', result: { status: 'Success' } })).toEqual([
      500,
      expect.stringMatching(/failed: expected response\.uid="[-0-9a-f]+", got "x"$/),
    ]);
    expect(await failing({ result: { status: 'Success' }, convertedObjects: [] })).toEqual([
      500,
      `${HEAD} returned 0 objects, expected 1`,
    ]);
    expect(await failing({ result: { status: 'Success' }, convertedObjects: [host('v1', 'f', {})] })).toEqual([
      500,
      `${HEAD} returned invalid object at index 0: invalid groupVersion (expected conv.example.com/v2, received conv.example.com/v1)`,
    ]);
    expect(await failing({ raw: 'oops', status: 503 })).toEqual([500, expect.stringContaining(`${HEAD} failed: `)]);
    // The version that is stored needs nobody.
    expect((await cluster.call('GET', `${path('v1')}/f`)).status).toBe(200);
  });

  test('follow the storage version when that changes', async () => {
    const current = (await cluster.call('GET', `${DEFINITION}/hosts.conv.example.com`)).body;
    current.spec.versions[0].storage = false;
    current.spec.versions[1].storage = true;
    const put = await cluster.call('PUT', `${DEFINITION}/hosts.conv.example.com`, { body: current });
    expect(put.status, put.text).toBe(200);
    const changed = (await cluster.call('GET', `${DEFINITION}/hosts.conv.example.com`)).body;
    expect(changed.status.storedVersions).toEqual(['v1', 'v2']);
    expect((await cluster.call('GET', `${path('v2')}/f`)).body.spec).toMatchObject({ host: 'f', port: 1 });
    const headers = { 'content-type': 'application/merge-patch+json' };
    const patched = await cluster.call('PATCH', `${path('v1')}/f`, { body: { spec: { address: 'g:3' } }, headers });
    expect(patched.status, patched.text).toBe(200);
    expect(patched.body.spec).toEqual({ address: 'g:3' });
    server.asked.length = 0;
    expect((await cluster.call('GET', `${path('v2')}/f`)).body.spec).toMatchObject({ host: 'g', port: 3 });
    expect(server.asked).toEqual([]);
  });
});
