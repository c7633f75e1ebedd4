import { expect, test } from 'vitest';
import { patchesConflict } from '../../../src/api/strategic-merge/conflicts.ts';
import { withoutClientSide } from '../../../src/commands/apply/migrate.ts';

const entry = (manager: string, operation: 'Apply' | 'Update', fieldsV1: Record<string, unknown>) => ({
  manager,
  operation,
  apiVersion: 'v1',
  fieldsV1,
});

test('the first client-side manager becomes the server-side one', () => {
  const client = entry('kubectl-client-side-apply', 'Update', { 'f:data': { 'f:a': {} } });
  const other = entry('controller', 'Update', { 'f:data': {} });
  expect(withoutClientSide([other, client], ['kubectl-client-side-apply'], 'kubectl')).toEqual([
    other,
    { ...client, manager: 'kubectl', operation: 'Apply' },
  ]);
});

test('what both own is joined, and the client-side entry goes', () => {
  const server = entry('kubectl', 'Apply', { 'f:data': { 'f:b': {} }, 'f:x': {} });
  const client = entry('c', 'Update', { 'f:data': { 'f:a': {} }, 'f:x': { 'f:y': {} } });
  expect(withoutClientSide([server, client], ['c'], 'kubectl')).toEqual([
    entry('kubectl', 'Apply', { 'f:data': { 'f:b': {}, 'f:a': {} }, 'f:x': { '.': {}, 'f:y': {} } }),
  ]);
});

test('nothing to do is told', () => {
  expect(withoutClientSide([entry('kubectl', 'Apply', {})], ['c'], 'kubectl')).toBeUndefined();
});

test.each([
  [{ spec: { replicas: 1 } }, { spec: { replicas: 2 } }, true],
  [{ spec: { replicas: 1 } }, { spec: { replicas: 1, paused: true } }, false],
  [{ spec: { replicas: 1 } }, { metadata: { labels: { a: 'b' } } }, false],
  [{ metadata: { finalizers: ['a'] } }, { metadata: { finalizers: ['b'] } }, false],
])('%j against %j conflicts: %s', (one, other, expected) => {
  expect(patchesConflict(one, other, 'apps/v1', 'Deployment')).toBe(expected);
});
