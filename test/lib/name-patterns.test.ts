import { expect, test } from 'vitest';
import { matchNames, readPatterns } from '../../src/lib/name-patterns.ts';

const known = ['default', 'kube-public', 'kube-system', 'team-a', 'team-b', 'team.x'];

test.each([
  [['a,b'], ['a', 'b'], []],
  [['b', 'a,b'], ['b', 'a'], []],
  [['team-*'], ['team-a', 'team-b'], []],
  [['team-b,team-*'], ['team-b', 'team-a'], []],
  [['team-?,default'], ['team-a', 'team-b', 'default'], []],
  [['!kube-*'], ['default', 'team-a', 'team-b', 'team.x'], []],
  [['team*,!team-a'], ['team-b', 'team.x'], []],
  [['a,b,!b'], ['a'], []],
  [['prod-*,default'], ['default'], ['prod-*']],
  [['team.*'], ['team.x'], []],
  [[' a , ,b'], ['a', 'b'], []],
])('%j', (words, names, missed) => {
  expect(matchNames(readPatterns(words), known)).toEqual({ names, missed });
});
