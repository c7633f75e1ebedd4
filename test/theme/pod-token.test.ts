import { expect, test } from 'vitest';
import { podToken } from '../../src/theme/pod-token.ts';
import { themeTokenNames } from '../../src/theme/tokens.ts';

test('a pod has one of the colours, always the same, and pods of one workload have different ones', () => {
  const names = Array.from({ length: 64 }, (_, at) => `web-559b88546f-${at.toString(36).padStart(5, 'x')}`);
  const tokens = names.map(podToken);
  expect(tokens.every((token) => themeTokenNames.includes(token))).toBe(true);
  expect(names.map(podToken)).toEqual(tokens);
  expect(new Set(tokens).size).toBe(8);
});
