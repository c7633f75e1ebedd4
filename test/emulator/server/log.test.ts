import { expect, test } from 'vitest';
import { ApiStatusError } from '../../../src/api/status.ts';
import { boundedLog } from '../../../src/emulator/log.ts';

const HOUR = 3_600_000;

function logAt(start: string) {
  const entries: string[] = [];
  const clock = { now: Date.parse(start) };
  const report = boundedLog(
    (text) => entries.push(text),
    () => clock.now,
  );
  return { entries, clock, report };
}

const refusal = new ApiStatusError({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'no',
  code: 403,
});

test('says where and when, once an hour for each place, and counts the rest', () => {
  const { entries, clock, report } = logAt('2026-01-02T03:04:05Z');
  for (let count = 0; count < 50; count++) report('replicaset default/web', refusal);
  report('job default/once', refusal);
  expect(entries).toEqual([
    '2026-01-02T03:04:05.000Z replicaset default/web: no\n',
    '2026-01-02T03:04:05.000Z job default/once: no\n',
  ]);
  clock.now += HOUR;
  report('replicaset default/web', refusal);
  expect(entries.slice(2)).toEqual([
    '2026-01-02T04:04:05.000Z left out 49 reports of the same places since 2026-01-02T03:04:05.000Z\n',
    '2026-01-02T04:04:05.000Z replicaset default/web: no\n',
  ]);
});

test('a day of nothing but failures stays under a few hundred kilobytes', () => {
  const { entries, clock, report } = logAt('2026-01-02T00:00:00Z');
  const defect = new TypeError('x is not a function');
  for (let hour = 0; hour < 24; hour++) {
    for (let count = 0; count < 1000; count++) report(`controller default/object-${count}`, defect);
    clock.now += HOUR;
  }
  expect(entries.length).toBeLessThanOrEqual(24 * 101);
  expect(entries.join('').length).toBeLessThan(2_000_000);
  expect(entries[0]).toMatch(/^\S+ controller default\/object-0: TypeError: x is not a function\n +at /);
});
