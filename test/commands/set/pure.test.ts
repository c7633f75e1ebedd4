import { expect, test } from 'vitest';
import { updatedEnv } from '../../../src/commands/set/env.ts';
import { pairsOf, splitPairs } from '../../../src/commands/set/pairs.ts';
import { containersOf, fits, podSpecOf } from '../../../src/commands/set/pod-template.ts';

test.each([
  ['web', '*', true],
  ['web', 'web', true],
  ['web', 'we', false],
  ['web', 'w*', true],
  ['web', '*b', true],
  ['web', '*x', false],
])('%s fits %s: %s', (name, pattern, expected) => {
  expect(fits(name, pattern)).toBe(expected);
});

test('variables keep their places; a removal wins', () => {
  const existing = [
    { name: 'A', value: '1' },
    { name: 'B', value: '2' },
  ];
  const wanted = [
    { name: 'C', value: '3' },
    { name: 'A', value: '9' },
    { name: 'B', value: '8' },
  ];
  expect(updatedEnv(existing, wanted, ['B'])).toEqual([
    { name: 'A', value: '9' },
    { name: 'C', value: '3' },
  ]);
});

test('resources come before pairs', () => {
  expect(splitPairs(['deploy', 'web', 'a=b', 'c-'], 'image')).toEqual({
    resources: ['deploy', 'web'],
    pairs: ['a=b', 'c-'],
  });
  expect(() => splitPairs(['a=b', 'deploy'], 'image')).toThrow(
    'all resources must be specified before image changes: deploy',
  );
  expect(() => pairsOf(['a=b', 'c-', 'd-'], 'image')).toThrow('invalid image format: c-, d-');
});

test('where pods are made', () => {
  const containers = [{ name: 'c' }];
  const template = { spec: { containers, initContainers: [{ name: 'i' }] } };
  const cron = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: {}, spec: { jobTemplate: { spec: { template } } } };
  expect(containersOf(podSpecOf(cron), '*').map(({ name }) => name)).toEqual(['c', 'i']);
  expect(() => podSpecOf({ apiVersion: 'v1', kind: 'Service', metadata: {} })).toThrow('*v1.Service');
});
