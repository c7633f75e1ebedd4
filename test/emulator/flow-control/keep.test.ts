import { afterAll, beforeAll, expect, test } from 'vitest';
import { SimulatedClock } from '../../../src/emulator/clocks.ts';
import { type Json, type TestCluster, testCluster } from '../server/cluster.ts';

const FLOWS = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas';
const LEVELS = '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations';

let cluster: TestCluster;
const clock = new SimulatedClock(Date.parse('2026-01-01T00:00:00Z'));

beforeAll(async () => {
  cluster = await testCluster({ clock });
});
afterAll(() => cluster.stop());

const get = async (path: string): Promise<Json> => (await cluster.call('GET', path)).body;
const names = async (path: string): Promise<string[]> =>
  (await get(path)).items.map(({ metadata }: Json) => metadata.name);
const dangling = async (name: string) => {
  const { type, status, reason, message } = (await get(`${FLOWS}/${name}`)).status.conditions[0];
  return { type, status, reason, message };
};

test('every cluster has the mandatory flow schemas and priority levels, and the suggested ones', async () => {
  expect(await names(FLOWS)).toEqual([
    'catch-all',
    'exempt',
    'global-default',
    'kube-controller-manager',
    'kube-scheduler',
    'kube-system-service-accounts',
    'probes',
    'service-accounts',
    'system-leader-election',
    'system-node-high',
    'system-nodes',
  ]);
  expect(await names(LEVELS)).toEqual([
    'catch-all',
    'exempt',
    'global-default',
    'leader-election',
    'node-high',
    'system',
    'workload-high',
    'workload-low',
  ]);
  const { metadata, spec } = await get(`${LEVELS}/workload-low`);
  expect(metadata).toMatchObject({ generation: 1, annotations: { 'apf.kubernetes.io/autoupdate-spec': 'true' } });
  expect(spec).toEqual({
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: 100,
      limitResponse: { type: 'Queue', queuing: { queues: 128, handSize: 6, queueLengthLimit: 50 } },
      lendablePercent: 90,
    },
  });
});

test('says of a flow schema whether its priority level exists', async () => {
  expect(await dangling('probes')).toEqual({
    type: 'Dangling',
    status: 'False',
    reason: 'Found',
    message: 'This FlowSchema references the PriorityLevelConfiguration object named "exempt" and it exists',
  });
  const spec = { ...(await get(`${FLOWS}/probes`)).spec, priorityLevelConfiguration: { name: 'later' } };
  await cluster.call('POST', FLOWS, { body: { metadata: { name: 'mine' }, spec } });
  expect(await dangling('mine')).toMatchObject({
    status: 'True',
    reason: 'NotFound',
    message:
      'This FlowSchema references the PriorityLevelConfiguration object named "later" but there is no such object',
  });
  const level = { metadata: { name: 'later' }, spec: (await get(`${LEVELS}/workload-low`)).spec };
  expect((await cluster.call('POST', LEVELS, { body: level })).status).toBe(201);
  expect(await dangling('mine')).toMatchObject({ status: 'False', reason: 'Found' });
});

test('brings back within a minute what was taken away or changed, unless somebody else keeps it', async () => {
  const level = await get(`${LEVELS}/system`);
  level.spec.limited.nominalConcurrencyShares = 1;
  const own = await get(`${LEVELS}/node-high`);
  own.spec.limited.nominalConcurrencyShares = 2;
  own.metadata.annotations['apf.kubernetes.io/autoupdate-spec'] = 'false';
  expect((await cluster.call('PUT', `${LEVELS}/system`, { body: level })).status).toBe(200);
  expect((await cluster.call('PUT', `${LEVELS}/node-high`, { body: own })).status).toBe(200);
  expect((await cluster.call('DELETE', `${FLOWS}/exempt`)).status).toBe(200);
  expect((await cluster.call('GET', `${FLOWS}/exempt`)).status).toBe(404);
  clock.advanceTo(clock.now() + 60_000);
  expect((await get(`${FLOWS}/exempt`)).spec.matchingPrecedence).toBe(1);
  expect((await get(`${LEVELS}/system`)).spec.limited.nominalConcurrencyShares).toBe(30);
  expect((await get(`${LEVELS}/node-high`)).spec.limited.nominalConcurrencyShares).toBe(2);
  expect((await get(`${FLOWS}/probes`)).metadata.generation).toBe(1);
});

test('nobody changes what is mandatory', async () => {
  const flow = await get(`${FLOWS}/catch-all`);
  flow.spec.matchingPrecedence = 9;
  const { status, body } = await cluster.call('PUT', `${FLOWS}/catch-all`, { body: flow });
  expect(status).toBe(422);
  expect(body.details.causes[0]).toMatchObject({ field: 'spec' });
  expect(body.message).toContain("spec of 'catch-all' must equal the fixed value");
});
