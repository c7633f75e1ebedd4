import { expect, test } from 'vitest';
import { goNumberText } from '../../src/lib/go-number.ts';

test.each([
  [0, '0'],
  [-7, '-7'],
  [12_345_678_901, '12345678901'],
  [0.5, '0.5'],
  [123_456.5, '123456.5'],
  [1_234_567.5, '1.2345675e+06'],
  [0.0001, '0.0001'],
  [0.00001234, '1.234e-05'],
  [-2.5e-7, '-2.5e-07'],
  [1e21, '1e+21'],
  [1.5e130, '1.5e+130'],
])('%d is %s', (value, text) => expect(goNumberText(value)).toBe(text));
