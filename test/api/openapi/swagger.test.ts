import { expect, test } from 'vitest';
import { swaggerDocument } from '../../../src/api/openapi/swagger.ts';
import { openApiDocument } from '../../../src/api/openapi.ts';
import { apiVersionOf, type ResourceInfo } from '../../../src/api/resource.ts';
import { builtinGroupVersions, builtinResources } from '../../../src/api/resources.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document to look into.
type Document = any;

const all: Document = swaggerDocument(
  builtinGroupVersions().map((gv) => {
    const groupVersion = apiVersionOf(gv);
    return openApiDocument(
      groupVersion,
      builtinResources.filter((resource) => apiVersionOf(resource) === groupVersion),
    );
  }),
);

test('every reference leads somewhere, and nothing of the third version is left', () => {
  const text = JSON.stringify(all);
  const names = [...text.matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)].map((match) => match[1]!);
  expect(names.length).toBeGreaterThan(1000);
  expect(names.filter((name) => !(name in all.definitions))).toEqual([]);
  expect(/components\/schemas|"requestBody"|"(oneOf|allOf)":\[/.exec(text)).toBeNull();
});

test('ids of operations are unique, and named as generated clients know them', () => {
  const ids = Object.values<Document>(all.paths).flatMap((item) =>
    Object.values<Document>(item).flatMap((operation) => operation.operationId ?? []),
  );
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of [
    'readCoreV1NamespacedPodLog',
    'connectCoreV1GetNamespacedPodExec',
    'connectCoreV1PostNamespacedPodProxyWithPath',
    'createCoreV1NamespacedPodEviction',
    'createCoreV1NamespacedServiceAccountToken',
    'deleteAppsV1CollectionNamespacedDeployment',
    'listAppsV1DeploymentForAllNamespaces',
    'patchCertificatesV1CertificateSigningRequestApproval',
    'replaceCoreV1NamespaceFinalize',
    'replaceRbacAuthorizationV1ClusterRole',
  ]) {
    expect(ids).toContain(id);
  }
});

test('schemas are those that old clients merge and validate by', () => {
  const { definitions } = all;
  expect(definitions['io.k8s.api.core.v1.PodSpec'].properties.containers).toMatchObject({
    type: 'array',
    items: { $ref: '#/definitions/io.k8s.api.core.v1.Container' },
    'x-kubernetes-patch-merge-key': 'name',
    'x-kubernetes-patch-strategy': 'merge',
  });
  expect(definitions['io.k8s.api.apps.v1.DeploymentSpec'].properties.strategy).toMatchObject({
    $ref: '#/definitions/io.k8s.api.apps.v1.DeploymentStrategy',
    'x-kubernetes-patch-strategy': 'retainKeys',
  });
  expect(definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).toMatchObject({
    type: 'string',
    format: 'int-or-string',
  });
  // A schema in a definition may be any JSON, so that nothing is said of its type.
  const json = definitions['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON'];
  expect(json.type).toBeUndefined();
  // One type, the kinds of all groups.
  const kinds = definitions['io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions']['x-kubernetes-group-version-kind'];
  expect(kinds).toContainEqual({ group: 'apps', kind: 'DeleteOptions', version: 'v1' });
  expect(kinds).toContainEqual({ group: 'batch', kind: 'DeleteOptions', version: 'v1' });
});

test('operations say what they take and give', () => {
  const { get, patch } = all.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
  expect(patch.consumes).toContain('application/strategic-merge-patch+json');
  expect(patch.parameters[0]).toMatchObject({ in: 'body', name: 'body', required: true });
  expect(patch.parameters).toContainEqual(
    expect.objectContaining({ name: 'fieldValidation', in: 'query', type: 'string' }),
  );
  expect(get.produces).toContain('application/vnd.kubernetes.protobuf');
  expect(get.responses[200].schema.$ref).toBe('#/definitions/io.k8s.api.apps.v1.Deployment');
});

test('custom schemas lose what old clients would take amiss', () => {
  const widget: ResourceInfo = { ...builtinResources[0]!, group: 'example.com', kind: 'Widget', plural: 'widgets' };
  const schema = {
    type: 'object',
    required: ['open', 'size'],
    properties: {
      open: { type: 'string', nullable: true },
      size: { type: 'integer', default: 3, oneOf: [{ minimum: 1 }] },
      port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { a: { type: 'string' } } },
      // A field may be called like a word of the schema language.
      default: { type: 'string' },
    },
  };
  const made: Document = swaggerDocument([openApiDocument('example.com/v1', [widget], { Widget: schema })]);
  const { properties, required } = made.definitions['com.example.v1.Widget'];
  expect(properties).toMatchObject({
    open: {},
    size: { type: 'integer' },
    port: { 'x-kubernetes-int-or-string': true },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    default: { type: 'string' },
  });
  expect(properties.open).not.toHaveProperty('type');
  expect(properties.size).not.toHaveProperty('default');
  expect(properties.free).not.toHaveProperty('properties');
  expect(required).toEqual(['size']);
});
