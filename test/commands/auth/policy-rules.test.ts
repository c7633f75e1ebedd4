import { expect, test } from 'vitest';
import { breakDown, compact, uncovered } from '../../../src/commands/auth/policy-rules.ts';

const rule = (verbs: string, resources: string, more: object = {}) => ({
  ...{ verbs: verbs.split(' '), apiGroups: [''], resources: resources.split(' ') },
  ...more,
});

test('a rule is taken apart by resource, verb and name', () => {
  expect(breakDown(rule('get list', 'pods', { resourceNames: ['a', 'b'] }))).toHaveLength(4);
  expect(breakDown({ verbs: ['get'], nonResourceURLs: ['/a', '/b'] })).toEqual([
    { verbs: ['get'], nonResourceURLs: ['/a'] },
    { verbs: ['get'], nonResourceURLs: ['/b'] },
  ]);
});

test.each([
  ['the same', [rule('get list', 'pods')], rule('get', 'pods'), 0],
  ['another verb', [rule('get', 'pods')], rule('get watch', 'pods'), 1],
  ['all verbs', [rule('*', 'pods')], rule('get watch', 'pods'), 0],
  ['all resources', [rule('get', '*')], rule('get', 'pods/log'), 0],
  ['a part of everything', [rule('get', '*/log')], rule('get', 'pods/log pods/exec'), 1],
  ['one name only', [rule('get', 'pods', { resourceNames: ['a'] })], rule('get', 'pods'), 1],
  ['a name of all', [rule('get', 'pods')], rule('get', 'pods', { resourceNames: ['a'] }), 0],
])('%s', (_title, owner, servant, missing) => {
  expect(uncovered(owner, [servant])).toHaveLength(missing);
});

test('paths cover what begins like them', () => {
  const owner = [{ verbs: ['get'], nonResourceURLs: ['/api/*', '/version'] }];
  expect(uncovered(owner, [{ verbs: ['get'], nonResourceURLs: ['/api/v1', '/version', '/versions'] }])).toEqual([
    { verbs: ['get'], nonResourceURLs: ['/versions'] },
  ]);
});

test('rules that differ by their verb become one', () => {
  const parts = breakDown(rule('get list', 'pods')).concat(breakDown(rule('get', 'pods')));
  expect(compact(parts)).toEqual([rule('get list', 'pods')]);
});
