import { expect, test } from 'vitest';
import { secondText } from '../../../src/emulator/clock.ts';

test('seconds that share a place are told apart', () => {
  const start = Date.parse('2026-01-01T00:00:00Z');
  for (const second of [0, 64, 0, 1, 128, 64, -64]) {
    for (const ms of [0, 999]) {
      const at = start + second * 1000 + ms;
      expect(secondText(at)).toBe(`${new Date(at).toISOString().slice(0, 19)}Z`);
    }
  }
});
