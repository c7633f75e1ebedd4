import { describe, expect, test } from 'vitest';
import { isDeeperThan } from '../../src/lib/json-depth.ts';

describe('how deep a JSON text is', () => {
  test.each<[string, number, boolean]>([
    ['{"a":[{"b":1}]}', 3, false],
    ['{"a":[{"b":1}]}', 2, true],
    ['[[],[],[],[[]]]', 3, false],
    ['[[],[],[],[[[]]]]', 3, true],
    ['{"[[[[[[[[":"{{{{{{{{"}', 1, false],
    ['{"a\\"[[[[":1,"b\\\\":[2]}', 2, false],
    ['{"a\\\\":[[2]]}', 2, true],
    ['["never closed [[[[', 1, false],
    ['[[[[[[[[', 3, true],
    ['', 3, false],
  ])('%s is deeper than %i: %s', (text, limit, expected) => expect(isDeeperThan(text, limit)).toBe(expected));

  test('is told without reading to the end of what is far deeper', () => {
    expect(isDeeperThan('['.repeat(2_000_000), 1000)).toBe(true);
  });
});
