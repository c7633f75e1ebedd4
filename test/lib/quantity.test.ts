import { expect, test } from 'vitest';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  parseQuantity,
  quantityValue,
} from '../../src/lib/quantity.ts';

test.each([
  ['1000m', '1'],
  ['100m', '100m'],
  ['0.1', '100m'],
  ['1.5', '1500m'],
  ['1024Ki', '1Mi'],
  ['1.5Gi', '1536Mi'],
  ['512', '512'],
  ['1000', '1k'],
  ['1500000', '1500k'],
  ['0', '0'],
  ['0Gi', '0'],
  ['1e3', '1e3'],
  ['12e6', '12e6'],
  ['1E', '1E'],
  ['1E3', '1e3'],
  ['0.5Ki', '512'],
  ['1100Mi', '1100Mi'],
  ['-1.5', '-1500m'],
  ['1n', '1n'],
  ['0.1n', '1n'],
  ['.5', '500m'],
  ['5.', '5'],
  ['1023Ki', '1023Ki'],
  ['0.0001Ki', '102400u'],
])('%s is %s', (text, canonical) => {
  expect(canonicalQuantity(text)).toBe(canonical);
});

test.each(['', 'abc', '1.2.3', '1 Gi', '1gi', 'Gi', '--1', '1m1'])(
  '%j is refused in the words of the server',
  (text) => {
    expect(() => parseQuantity(text)).toThrow('quantities must match the regular expression');
  },
);

test('amounts add exactly and keep their format', () => {
  expect(addQuantities('0.1', '0.2').toString()).toBe('300m');
  expect(addQuantities('1Gi', '512Mi').toString()).toBe('1536Mi');
  expect(addQuantities('0', '64Mi').toString()).toBe('64Mi');
  expect(addQuantities('9007199254740993', '1').toString()).toBe('9007199254740994');
});

test('amounts compare across suffixes', () => {
  expect(compareQuantities('1Gi', '1G')).toBe(1);
  expect(compareQuantities('1000m', '1')).toBe(0);
  expect(compareQuantities('999m', 1)).toBe(-1);
  expect(quantityValue('250m')).toBe(0.25);
});
