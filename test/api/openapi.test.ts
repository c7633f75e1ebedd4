import { describe, expect, test } from 'vitest';
import { enumTable } from '../../src/api/openapi/enums.ts';
import { openApiDocument, openApiHash, openApiIndex } from '../../src/api/openapi.ts';
import { apiVersionOf, type ResourceInfo } from '../../src/api/resource.ts';
import { builtinGroupVersions, builtinResources } from '../../src/api/resources.ts';
import { namedType, type ValueSchema } from '../../src/api/schema.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document to look into.
type Document = any;

const resourcesOf = (groupVersion: string): ResourceInfo[] =>
  builtinResources.filter((resource) => apiVersionOf(resource) === groupVersion);
const document = (groupVersion: string): Document => openApiDocument(groupVersion, resourcesOf(groupVersion));

test('what a field may say is listed, for fields that exist', () => {
  for (const [table, kindOf] of [
    [enumTable.values, (value: ValueSchema) => value.kind],
    [enumTable.itemValues, (value: ValueSchema) => value.kind === 'array' && value.items.kind],
  ] as const) {
    for (const key of Object.keys(table)) {
      const [type = '', field = ''] = key.split(' ');
      const found = namedType(type)?.fields.get(field);
      expect([key, found && kindOf(found.value)]).toEqual([key, 'string']);
    }
  }
  const { schemas } = document('v1').components;
  expect(schemas['io.k8s.api.core.v1.Container'].properties.imagePullPolicy.enum).toEqual([
    'Always',
    'IfNotPresent',
    'Never',
  ]);
  expect(schemas['io.k8s.api.core.v1.HostPathVolumeSource'].properties.type.enum[0]).toBe('');
  expect(schemas['io.k8s.api.core.v1.PersistentVolumeClaimSpec'].properties.accessModes.items.enum).toHaveLength(4);
});

const widget: ResourceInfo = {
  group: 'example.com',
  version: 'v1',
  plural: 'widgets',
  singular: 'widget',
  kind: 'Widget',
  namespaced: true,
  shortNames: [],
  categories: [],
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: [{ name: 'status', kind: 'Widget', verbs: ['get', 'patch', 'update'] }],
};

describe('every document', () => {
  for (const gv of builtinGroupVersions()) {
    const groupVersion = apiVersionOf(gv);
    test(groupVersion, () => {
      const made = document(groupVersion);
      const missing = [...JSON.stringify(made).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)]
        .map((match) => match[1]!)
        .filter((name) => !(name in made.components.schemas));
      expect(missing).toEqual([]);
      const ids = Object.values<Document>(made.paths).flatMap((item) =>
        Object.values<Document>(item).flatMap((operation) => operation.operationId ?? []),
      );
      expect(new Set(ids).size).toBe(ids.length);
      for (const { plural, kind, namespaced } of resourcesOf(groupVersion)) {
        const root = groupVersion.includes('/') ? `/apis/${groupVersion}` : `/api/${groupVersion}`;
        const paths = [`${root}/${plural}`, `${root}/namespaces/{namespace}/${plural}`].slice(namespaced ? 1 : 0);
        const [operation] = Object.values<Document>(made.paths[paths[0]!]);
        expect(operation['x-kubernetes-group-version-kind'].kind).toBe(kind);
      }
    });
  }
});

test('says what kubectl looks for before it applies', () => {
  const made = document('apps/v1');
  const { patch, post } = {
    ...made.paths['/apis/apps/v1/namespaces/{namespace}/deployments'],
    ...made.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'],
  };
  expect(patch['x-kubernetes-group-version-kind']).toEqual({ group: 'apps', kind: 'Deployment', version: 'v1' });
  for (const operation of [patch, post]) {
    expect(operation.parameters).toContainEqual(expect.objectContaining({ name: 'fieldValidation', in: 'query' }));
    expect(operation.parameters).toContainEqual(expect.objectContaining({ name: 'dryRun', in: 'query' }));
  }
  expect(Object.keys(patch.requestBody.content)).toEqual([
    'application/apply-patch+yaml',
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
  ]);
});

test('schemas carry kinds, merge keys and list types', () => {
  const { schemas } = document('apps/v1').components;
  expect(schemas['io.k8s.api.apps.v1.Deployment']['x-kubernetes-group-version-kind']).toEqual([
    { group: 'apps', kind: 'Deployment', version: 'v1' },
  ]);
  expect(schemas['io.k8s.api.core.v1.PodSpec'].properties.volumes).toEqual({
    description: 'Storage that containers can mount.',
    type: 'array',
    items: { $ref: '#/components/schemas/io.k8s.api.core.v1.Volume' },
    'x-kubernetes-patch-strategy': 'merge,retainKeys',
    'x-kubernetes-patch-merge-key': 'name',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  });
  expect(schemas['io.k8s.api.core.v1.PodSpec'].required).toEqual(['containers']);
  expect(schemas['io.k8s.api.apps.v1.DeploymentSpec'].properties.strategy).toEqual({
    description: 'How old pods are replaced by new ones.',
    allOf: [{ $ref: '#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy' }],
    'x-kubernetes-patch-strategy': 'retainKeys',
    default: {},
  });
  expect(schemas['io.k8s.api.core.v1.ContainerPort'].properties.protocol.default).toBe('TCP');
  expect(schemas['io.k8s.api.apps.v1.DeploymentList'].required).toEqual(['items']);
});

test('subresources have the kinds of their own groups', () => {
  const paths = document('v1').paths;
  expect(paths['/api/v1/namespaces/{namespace}/pods/{name}/eviction'].post['x-kubernetes-group-version-kind']).toEqual({
    group: 'policy',
    version: 'v1',
    kind: 'Eviction',
  });
});

test('custom kinds are published without the strategic patch', () => {
  const schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
  };
  const made: Document = openApiDocument('example.com/v1', [widget], { Widget: schema });
  const published = made.components.schemas['com.example.v1.Widget'];
  expect(Object.keys(published.properties).sort()).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
  expect(published['x-kubernetes-group-version-kind']).toEqual([
    { group: 'example.com', kind: 'Widget', version: 'v1' },
  ]);
  const { patch } = made.paths['/apis/example.com/v1/namespaces/{namespace}/widgets/{name}'];
  expect(Object.keys(patch.requestBody.content)).not.toContain('application/strategic-merge-patch+json');
  expect(openApiDocument('example.com/v1', [widget]).components).toMatchObject({
    schemas: { 'com.example.v1.Widget': { 'x-kubernetes-preserve-unknown-fields': true } },
  });
});

test('the index names each document with a hash that follows its content', () => {
  const one = { groupVersion: 'v1', resources: resourcesOf('v1') };
  const two = { groupVersion: 'example.com/v1', resources: [widget], extraSchemas: { Widget: { type: 'object' } } };
  expect(openApiIndex([one, two]).paths).toEqual({
    'api/v1': { serverRelativeURL: `/openapi/v3/api/v1?hash=${openApiHash(one)}` },
    'apis/example.com/v1': { serverRelativeURL: `/openapi/v3/apis/example.com/v1?hash=${openApiHash(two)}` },
  });
  expect(openApiHash({ ...two, extraSchemas: { Widget: { type: 'object', description: 'x' } } })).not.toBe(
    openApiHash(two),
  );
  expect(openApiHash({ ...one })).toBe(openApiHash(one));
});
