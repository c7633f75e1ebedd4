import { expect, test } from 'vitest';
import { laterSpan, printedSpan } from '../../src/lib/printed-span.ts';

test.each([
  ['45s', 30_000, '75s'],
  ['5m2s', 60_000, '6m2s'],
  ['14m', 3 * 60_000, '17m'],
  ['3 (85s ago)', 60_000, '3 (2m25s ago)'],
  ['45s', 400, '45s'],
  ['7', 60_000, '7'],
  ['<none>', 60_000, '<none>'],
  ['Running', 60_000, 'Running'],
])('%s is %i ms later %s', (text, elapsed, later) => {
  expect(laterSpan(text, elapsed)).toBe(later);
});

test.each([
  ['5m2s', 302_000],
  ['3 (1d2h ago)', 26 * 3_600_000],
  ['3', undefined],
  ['soon', undefined],
])('%s tells of a moment %s ms ago', (text, ms) => {
  expect(printedSpan(text)).toBe(ms);
});
