import { afterAll, beforeAll, expect, test } from 'vitest';
import { inSlices, slowStart } from '../../../src/emulator/controllers/pod-control.ts';
import { type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

const pod = { metadata: { labels: { app: 'many' } }, spec: { containers: [{ name: 'a', image: 'nginx' }] } };
const selector = { matchLabels: { app: 'many' } };
const replicas = 2_000_000_000;
const template = pod;
const parallelism = 1_000_000;
const once = { ...pod, spec: { ...pod.spec, restartPolicy: 'Never' } };

test.each([
  ['batch/v1', 'jobs', 'active', { parallelism, completions: parallelism, template: once }],
  ['batch/v1', 'jobs', 'active', { parallelism: 100_000, completions: 1e9, completionMode: 'Indexed', template: once }],
  ['apps/v1', 'replicasets', 'replicas', { replicas, selector, template }],
  ['apps/v1', 'deployments', 'replicas', { replicas, selector, template }],
  ['apps/v1', 'statefulsets', 'replicas', { replicas, selector, template, podManagementPolicy: 'Parallel' }],
])('%s %s of a number out of all measure are made five hundred at a time', async (version, plural, count, spec) => {
  const path = `/apis/${version}/namespaces/default/${plural}`;
  const name = `${plural}-${Object.keys(spec).length}`;
  const watch = cluster.lines(`${path}?watch=1&fieldSelector=metadata.name%3D${name}`);
  const made = await cluster.call('POST', path, { body: { metadata: { name }, spec } });
  expect(made.status, made.text).toBe(201);
  let reached = 0;
  for await (const { object } of watch) {
    reached = object.status?.[count] ?? 0;
    if (reached > 0) break;
  }
  expect(reached).toBeLessThanOrEqual(500);
  const foreground = { propagationPolicy: 'Orphan' };
  expect((await cluster.call('DELETE', `${path}/${name}`, { body: foreground })).status).toBe(200);
});

test('between a few writes, others get their turn', async () => {
  let since = 0;
  let most = 0;
  let isOver = false;
  const others = () => {
    since = 0;
    if (!isOver) setImmediate(others);
  };
  others();
  const write = async () => {
    most = Math.max(most, ++since);
  };
  await slowStart(500, write);
  await inSlices(Array.from({ length: 500 }), write);
  isOver = true;
  expect(most).toBeLessThanOrEqual(24);
});

test('a batch that is refused is the last one', async () => {
  let asked = 0;
  const refuse = async () => {
    asked++;
    throw new Error('quota');
  };
  await expect(slowStart(500, refuse)).rejects.toThrow('quota');
  expect(asked).toBe(1);
});
