import { afterEach, expect, test } from 'vitest';
import { IndexSet } from '../../../src/emulator/controllers/job/index-set.ts';
import { inSlices, slowStart } from '../../../src/emulator/controllers/pod-control.ts';
import { type TestCluster, testCluster } from './cluster.ts';

// Each its own: what one asks for goes on being made.
let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

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
  cluster = await testCluster();
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

test('indexes in a status that anybody may write cost what its text is long', () => {
  const huge = new IndexSet('5-1999999999,x,7-3,1e3,99999999999999999999,2', 2_000_000_000);
  expect([huge.size, `${huge}`]).toEqual([1_999_999_996, '2,5-1999999999']);
  expect(huge.missing(3, 2_000_000_000, new Set([1, undefined]))).toEqual([0, 3, 4]);
  for (const index of [3, 0, 4, 3]) huge.add(index);
  expect(`${huge}`).toBe('0,2-1999999999');
  expect(`${new IndexSet('3-9,1', 5)}`).toBe('1,3,4');
  const many = new IndexSet('', 0);
  for (let index = 0; index < 2000; index++) many.add((index * 7) % 2000);
  expect([many.size, `${many}`, many.missing(5, 2002, new Set())]).toEqual([2000, '0-1999', [2000, 2001]]);
});
