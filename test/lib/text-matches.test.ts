import { expect, test } from 'vitest';
import { matchesIn } from '../../src/lib/text-matches.ts';

test('matches of several expressions stand in order, joined where they meet', () => {
  expect(matchesIn('one two three', [/two/g, /o/g])).toEqual([
    [0, 1],
    [4, 7],
  ]);
  expect(matchesIn('abcdef', [/cd/g, /abc/g])).toEqual([[0, 4]]);
});

test('what matches nothing at all ends, and is no match', () => {
  expect(matchesIn('aa', [/x*/g])).toEqual([]);
  expect(matchesIn('axa', [/x*/g])).toEqual([[1, 2]]);
});

test('an expression that was used before begins anew', () => {
  const expression = /a/g;
  expression.lastIndex = 3;
  expect(matchesIn('aba', [expression])).toEqual([
    [0, 1],
    [2, 3],
  ]);
});
