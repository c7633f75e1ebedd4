import { describe, expect, test } from 'vitest';
import { brokenBy } from '../../../src/emulator/crd/validate.ts';

const fits = (pattern: string, text: string): boolean => brokenBy(text, { type: 'string', pattern }, 'a').length === 0;

describe('patterns of schemas', () => {
  test('are those of Go', () => {
    expect(fits('^(?P<name>[[:alpha:]]+)\\z', 'abc')).toBe(true);
    expect(fits('^(?P<name>[[:alpha:]]+)\\z', 'abc1')).toBe(false);
    expect(fits('(?i)^ABC$', 'abc')).toBe(true);
    expect(fits('^\\p{Greek}+$', 'αβ')).toBe(true);
    expect(fits('^.{3}$', 'aé😀')).toBe(true);
    expect(brokenBy('x', { type: 'string', pattern: '^a$' }, 'a')).toEqual([
      { reason: 'FieldValueInvalid', message: `Invalid value: "x": a in body should match '^a$'`, field: 'a' },
    ]);
  });

  test('take no longer for texts that make others go back and forth', () => {
    const started = performance.now();
    expect(fits('^(a+)+$', `${'a'.repeat(5000)}!`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
