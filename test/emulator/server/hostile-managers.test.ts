import { afterAll, beforeAll, expect, test } from 'vitest';
import { configMap, type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

const MAPS = '/api/v1/namespaces/default/configmaps';
const entry = (manager: string, fieldsV1: unknown, operation = 'Update') => ({
  manager,
  operation,
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
});

function withManagers(name: string, managedFields: unknown[], data: Record<string, string> = { a: 'b' }) {
  const object = configMap(name, { data });
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

/** Unlike the time on the wall, not longer when the machine is busy. */
async function processorMs(work: () => Promise<void>): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

test('twenty thousand managers become ten in time that grows as they do', async () => {
  const all = Array.from({ length: 20_000 }, (_, at) => entry(`m${at}`, { 'f:data': { [`f:k${at}`]: {} } }));
  const ms = await processorMs(async () => {
    const made = await cluster.call('POST', MAPS, { body: withManagers('many', all) });
    expect([made.status, made.text.slice(0, 300)]).toEqual([201, expect.any(String)]);
    const { managedFields } = made.body.metadata;
    expect(managedFields).toHaveLength(10);
    const ancient = managedFields.find(({ manager }: { manager: string }) => manager === 'ancient-changes');
    expect(Object.keys(ancient.fieldsV1['f:data']).length).toBeGreaterThan(19_900);
    const changed = withManagers('many', all, { a: 'c' });
    const put = await cluster.call('PUT', `${MAPS}/many`, { body: changed });
    expect([put.status, put.body.metadata.managedFields.length]).toEqual([200, 10]);
    const patched = await cluster.call('PATCH', `${MAPS}/many?fieldManager=me`, {
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: configMap('many', { data: { z: '1' } }),
    });
    expect([patched.status, patched.body.data]).toEqual([200, { a: 'c', z: '1' }]);
  });
  expect(ms).toBeLessThan(10_000);
});

test('as many that apply are told of in bounded time', async () => {
  const all = Array.from({ length: 10_000 }, (_, at) => entry(`a${at}`, { 'f:data': { 'f:a': {} } }, 'Apply'));
  const ms = await processorMs(async () => {
    expect((await cluster.call('POST', MAPS, { body: withManagers('appliers', all) })).status).toBe(201);
    const headers = { 'content-type': 'application/apply-patch+yaml' };
    for (const data of [{ a: 'b', c: 'd' }, { a: 'b' }]) {
      const body = configMap('appliers', { data });
      const answer = await cluster.call('PATCH', `${MAPS}/appliers?fieldManager=a7`, { headers, body });
      expect([answer.status, answer.body.data]).toEqual([200, data]);
    }
  });
  expect(ms).toBeLessThan(10_000);
});

test.each([
  { 'f:metadata': 'x' },
  { 'f:metadata': ['a'] },
  { 'f:data': 5 },
  { x: {} },
  { 'k:{': {} },
  { 'k:[1]': {} },
  { 'v:{': {} },
  { 'i:a': {} },
])('fields that nobody can read are as good as none: %j', async (fieldsV1) => {
  const name = 'unreadable';
  const made = await cluster.call('POST', `${MAPS}?fieldManager=me&dryRun=All`, {
    body: withManagers(name, [entry('other', fieldsV1)]),
  });
  expect(made.status, made.text).toBe(201);
  expect(made.body.metadata.managedFields).toMatchObject([{ manager: 'me', fieldsV1: { 'f:data': { 'f:a': {} } } }]);
});

test('unreadable fields in an update leave the managers as they are', async () => {
  await cluster.call('POST', `${MAPS}?fieldManager=one`, { body: withManagers('kept', []) });
  const given = withManagers('kept', [entry('other', { 'f:data': 'x' })], { a: 'c' });
  const { status, body } = await cluster.call('PUT', `${MAPS}/kept?fieldManager=two`, { body: given });
  expect(status).toBe(200);
  expect(body.metadata.managedFields.map(({ manager }: { manager: string }) => manager)).toEqual(['one', 'two']);
  // An element of a type that is not known yet is passed over.
  const later = withManagers('later', [entry('other', { 'z:a': {}, 'f:metadata': null })]);
  const made = await cluster.call('POST', `${MAPS}?fieldManager=me`, { body: later });
  const other = made.body.metadata.managedFields.find(({ manager }: { manager: string }) => manager === 'other');
  expect(other.fieldsV1).toEqual({ 'f:metadata': {} });
});
