import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Causes } from '../../../src/api/validation/causes.ts';
import { checkDeviceSelectors } from '../../../src/api/validation/device-parts.ts';
import { selectorProblem } from '../../../src/emulator/devices/selectors.ts';

/** Selectors of devices, and what a kube-apiserver 1.36 had against them. */
const recorded = JSON.parse(
  readFileSync(new URL('../../fixtures/api/device-selectors-1.36.json', import.meta.url), 'utf8'),
) as [expression: string, message?: string][];

describe('selectors of devices', () => {
  test('are held against enough recordings', () => {
    expect(recorded.length).toBeGreaterThan(100);
    expect(recorded.filter(([, message]) => message === undefined).length).toBeGreaterThan(30);
  });

  test('compile, or are refused in the words of a 1.36 server', () => {
    for (const [expression, message] of recorded) {
      const causes = new Causes('json', { deviceSelector: selectorProblem });
      checkDeviceSelectors(causes, 'spec.selectors', { selectors: [{ cel: { expression } }] });
      const found = causes.list.map((cause) => cause.message);
      expect([expression, ...found]).toEqual(message === undefined ? [expression] : [expression, message]);
    }
  });
});
