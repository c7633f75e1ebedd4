import { expect, test } from 'vitest';
import { goPattern } from '../../src/api/go-pattern.ts';

test.each<[string, string[], string[]]>([
  ['^[a-z]+$', ['abc'], ['ABC']],
  ['\\A(?P<year>\\d{4})\\z', ['2026'], ['x2026']],
  ['(?i)^[a-c\\_]+$', ['A_b'], ['xyz']],
  ['^(?i)(abort|warn)?$', ['ABORT', ''], ['other']],
  ['^((?i)sun|mon)day$', ['SUNday', 'Monday'], ['sunDAY']],
  ['^(a(?i)b)c$', ['aBc'], ['Abc', 'abC']],
  ['^[(?i)]+$', ['(i)?'], ['I']],
  ['^\\((?s).$', ['(\n'], ['\n']],
  ['^[[:alpha:]_]+$', ['aB_'], ['1', ':']],
  ['^[^]a]$', ['b'], ['a', ']']],
])('%s', (pattern, good, bad) => {
  for (const text of good) expect([text, goPattern(pattern)?.test(text)]).toEqual([text, true]);
  for (const text of bad) expect([text, goPattern(pattern)?.test(text)]).toEqual([text, false]);
});

test.each(['[', '(', 'a)', '*', 'a{2,1}', '[b-a]', 'a\\'])('%s is broken', (pattern) => {
  expect(() => goPattern(pattern)).toThrow(SyntaxError);
});

test('what only JavaScript does not know is neither', () => expect(goPattern('(?U)a+')).toBeUndefined());
