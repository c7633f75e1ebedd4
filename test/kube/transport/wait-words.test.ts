import { expect, test } from 'vitest';
import { waitWords } from '../../../src/kube/transport/wait-words.ts';

test.each([
  ['GET', '/api/v1/pods', 'pods'],
  ['GET', '/api/v1/namespaces', 'namespaces'],
  ['GET', '/api/v1/namespaces/shop', 'namespaces/shop'],
  ['GET', '/api/v1/namespaces/shop/pods/web-1/log', 'log of pods/web-1'],
  ['PATCH', '/apis/apps/v1/namespaces/shop/deployments/web', 'deployments/web (patch)'],
  ['POST', '/apis/apps/v1/namespaces/shop/deployments', 'deployments (create)'],
  ['DELETE', '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode', 'clusterroles/system:node (delete)'],
  ['GET', '/openapi/v3', '/openapi/v3'],
] as const)('%s %s', (method, path, words) => {
  expect(waitWords('10.0.0.1:6443', { method, path })).toBe(`waiting for 10.0.0.1:6443: ${words}`);
});

test('a request may say it better', () => {
  const words = waitWords('a:1', { method: 'GET', path: '/api/v1/pods', waitingFor: 'pods, 500 so far' });
  expect(words).toBe('waiting for a:1: pods, 500 so far');
});
