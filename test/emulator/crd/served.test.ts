import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Json, type TestCluster, testCluster } from '../server/cluster.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

const patchType = (kind: string) => ({ headers: { 'content-type': `application/${kind}` } });

describe('custom resources', () => {
  const group = 'example.com';
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
          },
          additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  required: ['size'],
                  properties: {
                    size: { type: 'integer', minimum: 1 },
                    color: { type: 'string', enum: ['red', 'blue'], default: 'red' },
                    replicas: { type: 'integer' },
                  },
                },
                status: { type: 'object', properties: { replicas: { type: 'integer' } } },
              },
            },
          },
        },
      ],
    },
  };
  const widget = (spec: unknown) => ({ apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'w' }, spec });

  test('are served from the answer to the definition on, until it is deleted', async () => {
    const path = `/apis/${group}/v1/namespaces/default/widgets`;
    expect((await cluster.call('GET', path)).status).toBe(404);
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    expect((await cluster.call('POST', definitions, { body: definition })).status).toBe(201);
    const stored = await cluster.call('GET', `${definitions}/widgets.${group}`);
    expect(stored.body.status.conditions.map((one: Json) => `${one.type}=${one.status}`)).toEqual([
      'NamesAccepted=True',
      'Established=True',
    ]);
    const wrong = await cluster.call('POST', path, { body: widget({ color: 'green', size: 0 }) });
    expect(wrong.body.details.causes.map((cause: Json) => cause.field).sort()).toEqual(['spec.color', 'spec.size']);
    const made = await cluster.call('POST', path, { body: widget({ size: 3, typo: 1 }) });
    expect([made.body.spec, made.headers.warning]).toEqual([
      { size: 3, color: 'red' },
      '299 - "unknown field \\"spec.typo\\""',
    ]);
    const table = await cluster.call('GET', path, {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    expect(table.body.rows[0].cells).toEqual(['w', 3]);
    await cluster.call('PATCH', `${path}/w/scale`, {
      body: { spec: { replicas: 4 } },
      ...patchType('merge-patch+json'),
    });
    expect((await cluster.call('GET', `${path}/w`)).body.spec.replicas).toBe(4);
    const strategic = await cluster.call('PATCH', `${path}/w`, {
      body: {},
      ...patchType('strategic-merge-patch+json'),
    });
    expect(strategic.status).toBe(415);
    await cluster.call('DELETE', `${definitions}/widgets.${group}`);
    expect((await cluster.call('GET', path)).status).toBe(404);
    expect(cluster.emulator.lister.list(`widgets.${group}`)).toEqual([]);
  });
});

describe('watches of custom resources', () => {
  const group = 'watched.example.com';
  const schema = (properties: Json) => ({ openAPIV3Schema: { type: 'object', properties } });
  const definition = (properties: Json) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `eyes.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'eyes', kind: 'Eye' },
      versions: [{ name: 'v1', served: true, storage: true, schema: schema(properties) }],
    },
  });
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const path = `/apis/${group}/v1/namespaces/default/eyes`;

  test('end when the definition changes, and when it goes', async () => {
    const made = await cluster.call('POST', definitions, { body: definition({ a: { type: 'string' } }) });
    expect(made.status).toBe(201);
    const body = { apiVersion: `${group}/v1`, kind: 'Eye', metadata: { name: 'e' }, a: 'x' };
    expect((await cluster.call('POST', path, { body })).status).toBe(201);
    const first = cluster.lines(`${path}?watch=true`);
    expect((await first.next()).value).toMatchObject({ type: 'ADDED' });
    const patch = { metadata: { labels: { seen: 'yes' } } };
    const headers = { 'content-type': 'application/merge-patch+json' };
    await cluster.call('PATCH', `${definitions}/eyes.${group}`, { body: patch, headers });
    const spec = { versions: definition({ a: { type: 'string' }, b: { type: 'string' } }).spec.versions };
    await cluster.call('PATCH', `${definitions}/eyes.${group}`, { body: { spec }, headers });
    expect(await first.next()).toMatchObject({ done: true });
    const second = cluster.lines(`${path}?watch=true`);
    expect((await second.next()).value).toMatchObject({ type: 'ADDED' });
    await cluster.call('DELETE', `${definitions}/eyes.${group}`);
    expect((await second.next()).value).toMatchObject({ type: 'DELETED' });
    expect(await second.next()).toMatchObject({ done: true });
    expect((await cluster.call('GET', path)).status).toBe(404);
  });
});

describe('definitions in groups of the community', () => {
  test('say in a condition whether they are approved', async () => {
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'seals.test.k8s.io', annotations: { 'api-approved.kubernetes.io': 'https://example.com/1' } },
      spec: {
        group: 'test.k8s.io',
        scope: 'Cluster',
        names: { plural: 'seals', kind: 'Seal' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    };
    const made = await cluster.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      body: definition,
    });
    expect(made.status).toBe(201);
    const seen = await cluster.call('GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/seals.test.k8s.io');
    expect(seen.body.status.conditions).toContainEqual(
      expect.objectContaining({
        type: 'KubernetesAPIApprovalPolicyConformant',
        status: 'True',
        reason: 'ApprovedAnnotation',
        message: 'approved in https://example.com/1',
      }),
    );
  });
});
