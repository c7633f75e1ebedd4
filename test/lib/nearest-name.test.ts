import { expect, test } from 'vitest';
import { nearestName } from '../../src/lib/nearest-name.ts';

const names = ['pods', 'po', 'deployments', 'deploy', 'services', 'kube-system'];

test.each([
  ['deplyo', 'deploy'],
  ['podz', 'pods'],
  ['DEPLOYMENT', 'deployments'],
  ['kubesystem', 'kube-system'],
  ['serv', 'services'],
  ['x', undefined],
  ['nothing-like-it', undefined],
])('%s may mean %s', (typed, name) => {
  expect(nearestName(typed, names)).toBe(name);
});
