import { expect, test } from 'vitest';
import { Zones, zoneOf } from '../../../src/emulator/controllers/node-lifecycle/zones.ts';

const count = (ready: number, notReady: number) => new Map([['', { ready, notReady }]]);

test.each([
  ['one of ten', 9, 1, 10_000],
  ['two of three: no zone is in disruption for two', 1, 2, 10_000],
  ['54 of 100', 46, 54, 10_000],
  ['55 of 100', 45, 55, 100_000],
  ['28 of 50', 22, 28, Number.POSITIVE_INFINITY],
  ['29 of 51', 22, 29, 100_000],
])('of a zone where %s nodes are down', (_, ready, notReady, between) => {
  const zones = new Zones();
  zones.judge(count(ready, notReady), 0);
  if (Number.isFinite(between)) zones.spend('', 0);
  expect(zones.nextAt('')).toBe(between);
});

test('a change of the rate gives nobody a token', () => {
  const zones = new Zones();
  zones.judge(count(90, 10), 0);
  zones.spend('', 0);
  zones.judge(count(40, 60), 5000);
  expect(zones.nextAt('')).toBe(105_000);
});

test('nothing is given up while all zones are gone; a zone alone is', () => {
  const zones = new Zones();
  const two = (ready: number) =>
    new Map([
      ['a', { ready, notReady: 2 }],
      ['b', { ready: 0, notReady: 4 }],
    ]);
  expect(zones.judge(two(1), 0)).toBeUndefined();
  expect(zones.nextAt('b')).toBeLessThanOrEqual(0);
  expect(zones.judge(two(0), 0)).toBe('lost');
  expect([zones.nextAt('a'), zones.nextAt('b')]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  expect(zones.judge(two(0), 0)).toBeUndefined();
  expect(zones.judge(two(1), 0)).toBe('found');
  expect(zones.nextAt('b')).toBeLessThan(Number.POSITIVE_INFINITY);
});

test('region and zone are one key, by new labels and old', () => {
  const node = (labels: Record<string, string>) => ({ apiVersion: 'v1', kind: 'Node', metadata: { labels } });
  expect(zoneOf(node({}))).toBe('');
  const old = zoneOf(node({ 'failure-domain.beta.kubernetes.io/zone': 'b' }));
  expect(zoneOf(node({ 'topology.kubernetes.io/zone': 'b' }))).toBe(old);
  expect(zoneOf(node({ 'topology.kubernetes.io/zone': 'b', 'topology.kubernetes.io/region': 'r' }))).not.toBe(old);
});
