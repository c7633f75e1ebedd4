import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareVersionNames } from '../../../src/emulator/crd/names.ts';
import { type Json, type TestCluster, testCluster } from '../server/cluster.ts';

let cluster: TestCluster;
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function definition(plural: string, kind: string, more: Record<string, unknown> = {}, names = {}) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.crd.test` },
    spec: {
      group: 'crd.test',
      scope: 'Namespaced',
      names: { plural, kind, ...names },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: anything } }],
      ...more,
    },
  };
}

const define = (body: unknown) => cluster.call('POST', DEFINITIONS, { body });
const pathOf = (plural: string, version = 'v1') => `/apis/crd.test/${version}/namespaces/default/${plural}`;
const object = (kind: string, name: string, more: Record<string, unknown> = {}, version = 'v1') => ({
  apiVersion: `crd.test/${version}`,
  kind,
  metadata: { name, ...(more.metadata as object) },
  spec: more.spec ?? {},
});
const merge = (path: string, body: unknown) =>
  cluster.call('PATCH', path, { body, headers: { 'content-type': 'application/merge-patch+json' } });
const conditionsOf = async (plural: string) => {
  const { body } = await cluster.call('GET', `${DEFINITIONS}/${plural}.crd.test`);
  return Object.fromEntries((body.status?.conditions ?? []).map((one: Json) => [one.type, one]));
};

test('a definition goes when the last of its objects has let go', async () => {
  await define(definition('holders', 'Holder'));
  const path = pathOf('holders');
  await cluster.call('POST', path, { body: object('Holder', 'free') });
  await cluster.call('POST', path, { body: object('Holder', 'held', { metadata: { finalizers: ['crd.test/hold'] } }) });
  const answer = await cluster.call('DELETE', `${DEFINITIONS}/holders.crd.test`);
  expect(answer.body.metadata.finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io']);

  const left = (await cluster.call('GET', path)).body.items;
  expect(left.map((one: Json) => [one.metadata.name, typeof one.metadata.deletionTimestamp])).toEqual([
    ['held', 'string'],
  ]);
  expect((await conditionsOf('holders')).Terminating).toMatchObject({
    status: 'True',
    reason: 'InstanceDeletionInProgress',
  });
  const refused = await cluster.call('POST', path, { body: object('Holder', 'late') });
  expect(refused.body).toMatchObject({
    code: 403,
    message: 'holders.crd.test "late" is forbidden: create not allowed while custom resource definition is terminating',
  });
  expect((await merge(`${path}/held`, { metadata: { finalizers: null } })).status).toBe(200);
  expect((await cluster.call('GET', `${DEFINITIONS}/holders.crd.test`)).status).toBe(404);
  expect((await cluster.call('GET', path)).status).toBe(404);
});

test('a definition whose names are taken waits for them', async () => {
  await define(definition('cats', 'Cat', {}, { shortNames: ['c'] }));
  await define(definition('cars', 'Car', {}, { shortNames: ['c'] }));
  expect(await conditionsOf('cars')).toMatchObject({
    NamesAccepted: { status: 'False', reason: 'ShortNamesConflict', message: '"c" is already in use' },
    Established: { status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
  });
  expect((await cluster.call('GET', pathOf('cars'))).status).toBe(404);
  await cluster.call('DELETE', `${DEFINITIONS}/cats.crd.test`);
  expect(await conditionsOf('cars')).toMatchObject({
    NamesAccepted: { status: 'True', reason: 'NoConflicts' },
    Established: { status: 'True', reason: 'InitialNamesAccepted' },
  });
  expect((await cluster.call('GET', pathOf('cars'))).status).toBe(200);
});

describe('a definition is refused', () => {
  const schemaWith = (properties: unknown, more: object = {}) => ({
    schema: { openAPIV3Schema: { type: 'object', properties, ...more } },
  });
  const version = (more: object = {}) => ({ name: 'v1', served: true, storage: true, ...schemaWith({}), ...more });
  test('that changes what its objects are stored under', async () => {
    const versions = [version(), { ...version({ name: 'v1alpha1' }), storage: false }];
    await define(definition('fixed', 'Fixed', { versions }));
    const { body } = await merge(`${DEFINITIONS}/fixed.crd.test`, {
      spec: { names: { kind: 'Other' }, scope: 'Cluster', versions: [{ ...versions[1], storage: true }] },
    });
    expect(body.details.causes.map((one: Json) => `${one.field}: ${one.message}`)).toEqual([
      'spec.scope: Invalid value: "Cluster": field is immutable',
      'spec.names.kind: Invalid value: "Other": field is immutable',
      expect.stringMatching(/^status\.storedVersions\[0\]: Invalid value: "v1": missing from spec\.versions; v1 was/),
    ]);
  });
});

test('versions are preferred by their stage and number', () => {
  const names = ['foo', 'v1', 'v10', 'v2beta1', 'v11alpha2', 'v1beta2', 'v2', 'v12alpha1', 'bar'];
  expect(names.sort(compareVersionNames)).toEqual([
    ...['v10', 'v2', 'v1', 'v2beta1', 'v1beta2', 'v12alpha1', 'v11alpha2', 'bar', 'foo'],
  ]);
});

test('one object shows itself in every served version, with the defaults of each', async () => {
  const schema = (value: string) => ({
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: { type: 'object', properties: { a: { type: 'string' }, d: { type: 'string', default: value } } },
      },
    },
  });
  const versions = [
    { name: 'v1beta1', served: true, storage: false, schema: schema('beta') },
    { name: 'v1', served: true, storage: true, schema: schema('stable') },
    { name: 'v1alpha1', served: false, storage: false, schema: schema('alpha') },
  ];
  await define(definition('forms', 'Form', { versions, conversion: { strategy: 'None' } }));
  const group = (await cluster.call('GET', '/apis/crd.test')).body;
  expect(group.preferredVersion.version).toBe('v1');
  const made = await cluster.call('POST', pathOf('forms', 'v1beta1'), {
    body: object('Form', 'f', { spec: { a: 'x', d: 'given' } }, 'v1beta1'),
  });
  expect(made.body).toMatchObject({ apiVersion: 'crd.test/v1beta1', spec: { a: 'x', d: 'given' } });
  const read = (await cluster.call('GET', `${pathOf('forms')}/f`)).body;
  expect(read).toMatchObject({ apiVersion: 'crd.test/v1', spec: { a: 'x', d: 'given' } });
  expect((await cluster.call('GET', pathOf('forms', 'v1alpha1'))).status).toBe(404);
  expect(cluster.emulator.lister.get<Json>('forms.crd.test', 'default', 'f').apiVersion).toBe('crd.test/v1');
});

test('a default that comes later shows in objects that were there, and unknown metadata goes', async () => {
  const versionWith = (properties: unknown) => [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
      selectableFields: [{ jsonPath: '.spec.color' }],
      additionalPrinterColumns: [{ name: 'Color', type: 'string', jsonPath: '.spec.color' }],
    },
  ];
  const color = { type: 'string' };
  await define(definition('lamps', 'Lamp', { versions: versionWith({ color }) }));
  const made = await cluster.call('POST', pathOf('lamps'), {
    body: object('Lamp', 'l', { metadata: { nonsense: 1 } }),
  });
  expect([made.body.spec, made.body.metadata.nonsense, made.headers.warning]).toEqual([
    {},
    undefined,
    '299 - "unknown field \\"metadata.nonsense\\""',
  ]);
  await merge(`${DEFINITIONS}/lamps.crd.test`, {
    spec: { versions: versionWith({ color: { ...color, default: 'red' } }) },
  });
  expect((await cluster.call('GET', `${pathOf('lamps')}/l`)).body.spec).toEqual({ color: 'red' });
  const selected = await cluster.call('GET', `${pathOf('lamps')}?fieldSelector=spec.color%3Dred`);
  expect(selected.body.items).toHaveLength(1);
  const table = await cluster.call('GET', pathOf('lamps'), {
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  expect(table.body.rows[0].cells).toEqual(['l', 'red']);
});

test('the OpenAPI document of the group is new with the answer to the definition', async () => {
  const indexed = async () =>
    (await cluster.call('GET', '/openapi/v3')).body.paths['apis/crd.test/v1'].serverRelativeURL;
  const before = await indexed();
  const versions = [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: { spec: { type: 'object', properties: { mode: { type: 'string', enum: ['a', 'b'] } } } },
        },
      },
    },
  ];
  await define(definition('plans', 'Plan', { versions }));
  const after = await indexed();
  expect(after).not.toBe(before);
  const document = (await cluster.call('GET', after)).body;
  expect(document.components.schemas['test.crd.v1.Plan'].properties.spec.properties.mode.enum).toEqual(['a', 'b']);
});
