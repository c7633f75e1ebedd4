import { expect, test } from 'vitest';
import { readSince } from '../../../src/commands/logs/since.ts';

const now = new Date(2026, 4, 3, 12, 0, 0);
const local = (day: number, hour: number, minute = 0, second = 0) => ({
  moment: new Date(2026, 4, day, hour, minute, second).toISOString(),
});

test.each([
  ['90s', { duration: 90_000 }],
  ['1h30m', { duration: 5_400_000 }],
  ['2d', { duration: 172_800_000 }],
  ['1w', { duration: 604_800_000 }],
  ['9:30', local(3, 9, 30)],
  ['11:59:58', local(3, 11, 59, 58)],
  // Later than now: the one of yesterday.
  ['14:30', local(2, 14, 30)],
  ['2026-05-01', local(1, 0)],
  ['2026-05-01 08:15', local(1, 8, 15)],
  ['2026-05-01T08:15:00Z', { moment: '2026-05-01T08:15:00.000Z' }],
  ['2026-05-01T08:15:00+09:00', { moment: '2026-04-30T23:15:00.000Z' }],
])('%s', (text, expected) => {
  expect(readSince(text, now)).toEqual(expected);
});

test.each(['', 'x', '25:00', '12:61', '2026-02-31', '2x'])('%j is no time', (text) => {
  expect(() => readSince(text, now)).toThrow(/^time: /);
});
