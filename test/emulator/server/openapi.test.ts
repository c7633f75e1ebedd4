import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../support/program.ts';
import { type Json, type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

const get = (path: string, headers: Record<string, string> = {}) => cluster.call('GET', path, { headers });
const V2 = 'application/com.github.proto-openapi.spec.v2';
const V3 = 'application/com.github.proto-openapi.spec.v3';

test('the second version is one document, as JSON and as protobuf, and is sent once', async () => {
  const json = await get('/openapi/v2');
  expect(json.type).toBe('application/json');
  expect(json.body.definitions['io.k8s.api.core.v1.Pod'].properties.spec.$ref).toBe(
    '#/definitions/io.k8s.api.core.v1.PodSpec',
  );
  const asIs = await get('/openapi/v2', { 'accept-encoding': 'gzip' });
  expect(asIs.headers['content-encoding']).toBeUndefined();
  expect(asIs.body.swagger).toBe('2.0');
  const protobuf = await get('/openapi/v2', { accept: `${V2}@v1.0+protobuf` });
  expect(protobuf.type).toBe(`${V2}.v1.0+protobuf`);
  expect(protobuf.text).toContain('io.k8s.api.core.v1.PodSpec');
  expect(protobuf.headers.etag).not.toBe(json.headers.etag);
  const again = await get('/openapi/v2', { 'if-none-match': `"x", W/${json.headers.etag}` });
  expect([again.status, again.text]).toEqual([304, '']);
  expect((await get('/openapi/v2', { accept: 'text/html' })).status).toBe(406);
});

test('the third version has a document for each group version, found by its hash', async () => {
  const index = await get('/openapi/v3');
  const url: string = index.body.paths['apis/apps/v1'].serverRelativeURL;
  const document = await get(url);
  expect(document.headers['cache-control']).toBe('public, immutable');
  expect(document.headers.etag).toBe(`"${url.split('hash=')[1]}"`);
  expect((await get(url, { 'if-none-match': String(document.headers.etag) })).status).toBe(304);
  const moved = await get('/openapi/v3/apis/apps/v1?hash=OLD');
  expect([moved.status, moved.headers.location]).toEqual([301, url]);
  const protobuf = await get('/openapi/v3/apis/apps/v1', { accept: `${V3}@v1.0+protobuf` });
  expect(protobuf.type).toBe(`${V3}.v1.0+protobuf`);
  expect(protobuf.text).toContain('io.k8s.api.apps.v1.Deployment');
  expect((await get('/openapi/v3/apis/nosuch/v1')).status).toBe(404);
});

test('what a definition adds is in both at once', async () => {
  const { etag } = (await get('/openapi/v2')).headers;
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'parts.shop.example' },
    spec: {
      group: 'shop.example',
      scope: 'Namespaced',
      names: { plural: 'parts', kind: 'Part' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: 'Something that is kept in stock.',
              properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
            },
          },
        },
      ],
    },
  };
  await cluster.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: crd });
  const both = async () =>
    Promise.all([get('/openapi/v2', { 'if-none-match': String(etag) }), get('/openapi/v3/apis/shop.example/v1')]);
  const [v2, v3] = await eventually(async () => {
    const answers = await both();
    return answers[1].status === 404 ? undefined : answers;
  }, 'the schema of the new kind');
  const schemas: Json[] = [
    v2.body.definitions['example.shop.v1.Part'],
    v3.body.components.schemas['example.shop.v1.Part'],
  ];
  for (const schema of schemas) {
    expect(schema.description).toBe('Something that is kept in stock.');
    expect(schema.properties.spec.properties.size.type).toBe('integer');
    expect(schema.properties.metadata).toBeDefined();
  }
});
