import { expect, test } from 'vitest';
import { loadScreen } from '../../src/tui/load-screen.ts';

test('loads without fetch and gives it back', async () => {
  const { fetch } = globalThis;
  const loading = loadScreen();
  expect(globalThis.fetch).toBeUndefined();
  expect((await loading).openScreen).toBeTypeOf('function');
  expect(globalThis.fetch).toBe(fetch);
});
