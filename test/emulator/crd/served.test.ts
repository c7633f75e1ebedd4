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
    expect(wrong.body.details.causes.map((cause: Json) => cause.field)).toEqual(['spec.color', 'spec.size']);
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
