import { afterEach, describe, expect, test } from 'vitest';
import { EventLog } from '../../../src/emulator/storage/event-log.ts';
import { Store } from '../../../src/emulator/storage/store.ts';
import { defaultQuota, weigh, weightOf } from '../../../src/emulator/storage/weight.ts';
import { configMap, type TestCluster, testCluster } from '../server/cluster.ts';

const MIB = 1024 * 1024;
const MAPS = '/api/v1/namespaces/default/configmaps';

/** Word for word what kube-apiserver 1.36.3 answers when its etcd is full: no reason, no details. */
const FULL = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'etcdserver: mvcc: database space exceeded',
  code: 500,
};

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

test('who writes until everything is full is refused, and the cluster goes on', async () => {
  const reports: string[] = [];
  cluster = await testCluster({ quota: 2 * MIB, log: (text) => reports.push(text) });
  const { call } = cluster;
  const filling = { data: { k: 'x'.repeat(100_000) } };
  let kept = 0;
  let answer = await call('POST', MAPS, { body: configMap(`full-${kept}`, filling) });
  while (answer.status === 201 && kept < 100) {
    answer = await call('POST', MAPS, { body: configMap(`full-${++kept}`, filling) });
  }
  expect([answer.status, answer.body]).toEqual([500, FULL]);
  expect(kept).toBeGreaterThan(5);
  expect(kept).toBeLessThan(21);
  expect((await call('GET', MAPS)).body.items.filter((one: { data: object }) => 'k' in one.data)).toHaveLength(kept);
  expect(reports.filter((entry) => entry.includes('stored objects use up the quota of 2097152 bytes'))).toHaveLength(1);

  // What grows is refused however it comes; what shrinks or stays is not.
  const merge = { 'content-type': 'application/merge-patch+json' };
  const grow = { data: { more: 'x'.repeat(200_000) } };
  expect((await call('PATCH', `${MAPS}/full-0`, { headers: merge, body: grow })).body).toEqual(FULL);
  const put = await call('PUT', `${MAPS}/full-0`, { body: configMap('full-0', { data: { k: 'y'.repeat(200_000) } }) });
  expect(put.body).toEqual(FULL);
  expect((await call('GET', `${MAPS}/full-0`)).body.data.k[0]).toBe('x');
  expect((await call('GET', '/readyz')).text).toBe('ok');
  const shrunk = await call('PATCH', `${MAPS}/full-0`, { headers: merge, body: { data: { k: 'short' } } });
  expect([shrunk.status, shrunk.body.data]).toEqual([200, { k: 'short' }]);

  // Deletes work, and so does everything once they have.
  for (const name of ['full-1', 'full-2']) expect((await call('DELETE', `${MAPS}/${name}`)).status).toBe(200);
  expect((await call('POST', MAPS, { body: configMap('again', filling) })).status).toBe(201);
});

test('what is to go may be told so where everything is full', async () => {
  cluster = await testCluster({ quota: 2 * MIB, log: () => {} });
  const { call } = cluster;
  const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', finalizers: ['example.com/a'] } };
  expect((await call('POST', MAPS, { body: held })).status).toBe(201);
  for (const size of [100_000, 1000, 10]) {
    for (let at = 0; at < 200; at++) {
      const body = configMap(`f${size}-${at}`, { data: { k: 'x'.repeat(size) } });
      if ((await call('POST', MAPS, { body })).status !== 201) break;
    }
  }
  const answer = await call('DELETE', `${MAPS}/held`);
  expect([answer.status, typeof answer.body.metadata.deletionTimestamp]).toEqual([200, 'string']);
});

describe('what objects weigh', () => {
  const length = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

  test('is their JSON and what small parts take', () => {
    expect(weigh('{}')).toBe(2 + 8);
    for (const [value, parts] of [
      [{ a: [{}, 'x:{[\\"'] }, 4],
      [{ 'ä"{': '\\' }, 2],
      [{ 'ä"{': ['\u0000:\ud83d{', '\ud83d\ude00', '한국어', 'ÿ\u0800\uffff"\\'] }, 3],
    ] as const) {
      expect(weigh(JSON.stringify(value))).toBe(length(value) + parts * 8);
    }
    expect(defaultQuota(4096 * MIB)).toBe(256 * MIB);
    expect(defaultQuota(100 * MIB)).toBe(32 * MIB);
  });

  test('is given back when they shrink, go, or were never kept', async () => {
    const object = (name: string, size: number) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default' },
      data: { k: 'x'.repeat(size) },
    });
    const store = new Store(':memory:', () => {}, 10_000);
    for (let round = 0; round < 50; round++) {
      store.put('configmaps', object('a', 8000));
      store.put('configmaps', object('a', 10));
      store.put('configmaps', object('b', 8000));
      expect(() => store.put('configmaps', object('c', 8000))).toThrow('database space exceeded');
      expect(store.get('configmaps', 'default', 'c')).toBeUndefined();
      store.delete('configmaps', 'default', 'b');
    }
    store.close();
  });

  test('bounds the past that is kept, down to the newest change', () => {
    const change = (revision: number) => {
      const object = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a', resourceVersion: String(1000 + revision) },
        data: { k: 'x'.repeat(1000) },
      };
      return { type: 'MODIFIED' as const, resource: 'configmaps', revision, object, previous: undefined };
    };
    const one = weightOf(change(1).object);
    const log = new EventLog(0, 20 * one);
    for (let revision = 1; revision <= 500; revision++) log.append(change(revision), revision);
    const kept = log.since(log.compacted)!;
    expect(kept.length).toBeLessThanOrEqual(20);
    expect(kept.length).toBeGreaterThanOrEqual(17);
    expect(kept.at(-1)!.revision).toBe(500);
    expect(log.since(log.compacted - 1)).toBeUndefined();
    const tiny = new EventLog(0, 1);
    for (let revision = 1; revision <= 5; revision++) tiny.append(change(revision), revision);
    expect(tiny.since(4)).toHaveLength(1);
  });
});
