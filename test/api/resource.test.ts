import { expect, test } from 'vitest';
import { resourcePath } from '../../src/api/resource.ts';

const pods = { group: '', version: 'v1', plural: 'pods', namespaced: true };

test('paths of collections, objects and subresources', () => {
  expect(resourcePath(pods)).toBe('/api/v1/pods');
  expect(resourcePath(pods, { namespace: 'a' })).toBe('/api/v1/namespaces/a/pods');
  expect(resourcePath(pods, { namespace: 'a', name: 'b c', subresource: 'log' })).toBe(
    '/api/v1/namespaces/a/pods/b%20c/log',
  );
  expect(resourcePath({ ...pods, group: 'apps', plural: 'deployments', namespaced: false }, { name: 'x' })).toBe(
    '/apis/apps/v1/deployments/x',
  );
});

// Without this, to delete an object without a name would be to delete them all.
test.each(['', undefined])('an object whose name is %j has no path', (name) => {
  expect(() => resourcePath(pods, { namespace: 'a', name })).toThrow('resource name may not be empty');
});
