import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyStrategicMerge } from '../../../src/api/strategic-merge.ts';
import { unifiedDiff } from '../../../src/api/validation/unified-diff.ts';
import { parseLabelSelector } from '../../../src/lib/label-selector.ts';
import { canonicalQuantity } from '../../../src/lib/quantity.ts';
import { type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

const PODS = '/api/v1/namespaces/default/pods';
const MAPS = '/api/v1/namespaces/default/configmaps';
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** Before they were bounded, these took from ten seconds to minutes; machines that are busy do not count. */
function processorMs<T>(work: () => T): { ms: number; result: T } {
  const before = process.threadCpuUsage();
  const result = work();
  const { user, system } = process.threadCpuUsage(before);
  return { ms: (user + system) / 1000, result };
}

test('a strategic merge of long lists costs what they are long', () => {
  const env = (value: string) => many(30_000, (at) => ({ name: `E${at}`, value }));
  const pod = (value: string) => ({ metadata: {}, spec: { containers: [{ name: 'a', env: env(value) }] } });
  const { ms, result } = processorMs(() =>
    applyStrategicMerge({ apiVersion: 'v1', kind: 'Pod', ...pod('old') }, pod('new'), 'v1', 'Pod'),
  );
  expect(result.spec.containers[0].env[29_999]).toEqual({ name: 'E29999', value: 'new' });
  expect(ms).toBeLessThan(5_000);
});

test('what differs in long objects is told of in bounded time', () => {
  const lines = (value: string) => many(20_000, (at) => (at % 2 ? `${value}-${at}` : `name-${at}`));
  const { ms, result } = processorMs(() => unifiedDiff(lines('a'), lines('b')));
  expect(result).toContain('-a-1\n+b-1\n');
  expect(ms).toBeLessThan(8_000);
});

test('a selector of many requirements is asked of many objects', () => {
  const selector = parseLabelSelector(many(20_000, (at) => `!k${at},k!=v${at}`).join(','));
  const { ms } = processorMs(() => {
    for (let at = 0; at < 20_000; at++) expect(selector.matches({ k: 'other' })).toBe(true);
  });
  expect(ms).toBeLessThan(5_000);
  expect([selector.matches({ k: 'v19999' }), selector.matches({ k7: 'x' })]).toEqual([false, false]);
});

test('labels that every object seems to have are looked for among its own', () => {
  const matches = (text: string, labels?: Record<string, string>) => parseLabelSelector(text).matches(labels);
  expect(matches('constructor', { a: 'b' })).toBe(false);
  expect(matches('!toString', { a: 'b' })).toBe(true);
  expect(matches('constructor=x', { constructor: 'x' } as unknown as Record<string, string>)).toBe(true);
});

test.each([
  ['1e999999999', '100e99'],
  ['1e-999999999', '1e-9'],
  [`0.${'0'.repeat(1_000_000)}1`, '1n'],
  ['10Ei', '9223372036854775807'],
])('amounts out of all measure: %.12s', (text, canonical) => {
  const { ms, result } = processorMs(() => canonicalQuantity(text));
  expect(result).toBe(canonical);
  expect(ms).toBeLessThan(1_000);
});

test('a query of a hundred thousand parts is refused', async () => {
  const { status, body } = await cluster.call('GET', `${MAPS}?${'a&'.repeat(100_000)}`);
  expect([status, body.message]).toEqual([400, 'number of URL query parameters exceeded limit']);
});

test('fields named as members of every object cannot be selected', async () => {
  for (const field of ['constructor', 'valueOf', '__proto__']) {
    expect((await cluster.call('GET', `${MAPS}?fieldSelector=${field}%3Dx`)).status, field).toBe(400);
  }
});

test('warnings stay so few that clients can read them, in the characters that were said', async () => {
  const topologySpreadConstraints = many(2_000, (at) => ({
    maxSkew: 1,
    topologyKey: `zone-${at}`,
    whenUnsatisfiable: 'ScheduleAnyway',
  }));
  const spec = { topologySpreadConstraints, containers: [{ name: 'a', image: 'x' }] };
  const answer = await cluster.call('POST', `${PODS}?dryRun=All`, { body: { metadata: { name: 'warned' }, spec } });
  expect(answer.status).toBe(201);
  const warnings = String(answer.headers.warning);
  expect(warnings).toContain('labelSelector');
  expect(warnings.length).toBeLessThan(16 * 1024);

  const odd = await cluster.call('POST', `${MAPS}?dryRun=All`, { body: { metadata: { name: 'odd' }, 'поле🙂': 1 } });
  expect(odd.status).toBe(201);
  expect(Buffer.from(String(odd.headers.warning), 'latin1').toString()).toContain('поле🙂');
});

test.each([
  ['impersonate-extra-__proto__', 200],
  ['impersonate-extra-constructor', 200],
])('%s is a name as any other', async (header, code) => {
  const headers = { 'impersonate-user': 'bob', 'impersonate-group': 'system:masters', [header]: 'x' };
  expect((await cluster.call('GET', '/api', { headers })).status).toBe(code);
});

test('an eviction takes of its delete options what there is, and not who asks', async () => {
  await cluster.call('POST', PODS, {
    body: { metadata: { name: 'out' }, spec: { containers: [{ name: 'a', image: 'x' }] } },
  });
  const evict = (deleteOptions: unknown) =>
    cluster.call('POST', `${PODS}/out/eviction`, {
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'out' }, deleteOptions },
    });
  expect((await evict({ propagationPolicy: 'constructor' })).status).toBe(422);
  expect((await evict({ dryRun: 'All' })).status).toBe(400);
  expect((await evict({ user: 5, machine: {}, warn: 1, dryRun: ['All'] })).status).toBe(201);
  expect((await cluster.call('GET', `${PODS}/out`)).body.metadata.deletionTimestamp).toBeUndefined();
});
