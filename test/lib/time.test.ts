import { expect, test } from 'vitest';
import { ageSince, humanDuration } from '../../src/lib/age.ts';
import { formatGoDuration, parseGoDuration } from '../../src/lib/duration.ts';

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

test.each([
  [-5 * second, '<invalid>'],
  [-1 * second, '0s'],
  [0, '0s'],
  [119 * second, '119s'],
  [2 * minute, '2m'],
  [2 * minute + 5 * second, '2m5s'],
  [10 * minute, '10m'],
  [179 * minute, '179m'],
  [3 * hour, '3h'],
  [3 * hour + 4 * minute, '3h4m'],
  [8 * hour + minute, '8h'],
  [47 * hour, '47h'],
  [48 * hour, '2d'],
  [3 * day + 5 * hour, '3d5h'],
  [8 * day + hour, '8d'],
  [729 * day, '729d'],
  [730 * day, '2y'],
  [735 * day, '2y5d'],
  [8 * 365 * day + day, '8y'],
])('%d ms is %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});

test('ages', () => {
  const now = Date.parse('2024-01-01T01:00:00Z');
  expect(ageSince('2024-01-01T00:00:00Z', now)).toBe('60m');
  expect(ageSince(undefined, now)).toBe('<unknown>');
  expect(ageSince('never', now)).toBe('<unknown>');
});

test.each([
  ['1h30m', 5_400_000],
  ['300ms', 300],
  ['-1.5s', -1500],
  ['0', 0],
  ['1m0.5s', 60_500],
  ['2us', 0.002],
])('%s', (text, ms) => {
  expect(parseGoDuration(text)).toBe(ms);
});

test.each([
  ['10', 'time: missing unit in duration "10"'],
  ['1d', 'time: unknown unit "d" in duration "1d"'],
  ['', 'time: invalid duration ""'],
  ['x', 'time: invalid duration "x"'],
])('%j is refused in the words of Go', (text, message) => {
  expect(() => parseGoDuration(text)).toThrow(message);
});

test.each([
  [0, '0s'],
  [1500, '1.5s'],
  [300, '300ms'],
  [90_000, '1m30s'],
  [3_600_000, '1h0m0s'],
  [0.5, '500µs'],
  [-2000, '-2s'],
])('%d ms as Go writes it', (ms, text) => {
  expect(formatGoDuration(ms)).toBe(text);
});
