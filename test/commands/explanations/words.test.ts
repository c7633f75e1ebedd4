import { describe, expect, test } from 'vitest';
import { explainPath } from '../../../src/commands/explanations/invalid.ts';
import { candidates } from '../../../src/commands/explanations/narrowest-role.ts';
import { nearNames } from '../../../src/commands/explanations/near-names.ts';
import { readRefusal } from '../../../src/commands/explanations/refusal.ts';
import { claimsOf } from '../../../src/commands/explanations/unauthorized.ts';
import { wrapped } from '../../../src/commands/explanations/wrapped.ts';

describe('a refusal is read', () => {
  test.each([
    [
      'pods is forbidden: User "mina" cannot list resource "pods" in API group "" in the namespace "shop"',
      { user: 'mina', wanted: { verb: 'list', group: '', resource: 'pods' }, namespace: 'shop' },
    ],
    [
      'pods "web-1" is forbidden: User "김" cannot create resource "pods/exec" in API group "" in the namespace "default": no relationship found',
      {
        user: '김',
        wanted: { verb: 'create', group: '', resource: 'pods', subresource: 'exec', name: 'web-1' },
        namespace: 'default',
      },
    ],
    [
      'nodes is forbidden: User "u" cannot list resource "nodes" in API group "" at the cluster scope',
      { user: 'u', wanted: { verb: 'list', group: '', resource: 'nodes' }, namespace: '' },
    ],
    [
      'forbidden: User "u" cannot get path "/metrics"',
      { user: 'u', wanted: { verb: 'get', path: '/metrics' }, namespace: '' },
    ],
  ])('%s', (message, refused) => {
    expect(readRefusal(message)).toEqual(refused);
  });

  test('and what is none is not', () => {
    expect(readRefusal('pods "web" is forbidden: exceeded quota: q')).toBeUndefined();
  });
});

test('the narrowest role comes first, and none that allows everything', () => {
  const role = (kind: 'Role' | 'ClusterRole', name: string, ...rules: [string[], string[]][]) => ({
    kind,
    name,
    rules: rules.map(([verbs, resources]) => ({ verbs, resources, apiGroups: resources.includes('*') ? ['*'] : [''] })),
  });
  const roles = [
    role('ClusterRole', 'cluster-admin', [['*'], ['*']]),
    role('ClusterRole', 'reader-of-all', [['get', 'list'], ['*']]),
    role('ClusterRole', 'wide', [
      ['get', 'list', 'watch'],
      ['pods', 'services', 'secrets'],
    ]),
    role('ClusterRole', 'system:node', [['list'], ['pods']]),
    role('Role', 'narrow', [['get', 'list'], ['pods']]),
    role('ClusterRole', 'narrow-too', [['get', 'list'], ['pods']]),
    role('Role', 'other', [['get'], ['pods']]),
  ];
  const asked = { user: 'u', wanted: { verb: 'list', group: '', resource: 'pods' }, namespace: 'shop' };
  const names = (namespace: string) =>
    candidates({ roles, bindings: [], missing: [] }, { ...asked, namespace }).map(({ name }) => name);
  expect(names('shop')).toEqual(['narrow', 'narrow-too', 'wide', 'reader-of-all']);
  expect(names('')).toEqual(['narrow-too', 'wide', 'reader-of-all']);
});

describe('near names', () => {
  test.each([
    ['wbe', ['api', 'web', 'worker'], ['web']],
    ['serch', ['search', 'redis'], ['search']],
    ['web', ['web-79f5c8d9f4-x7k2p', 'redis-5d86bcd6b9-msn4x'], ['web-79f5c8d9f4-x7k2p']],
    ['web-79f5c8d9f4-aaaaa', ['web-79f5c8d9f4-x7k2p', 'redis-5d86bcd6b9-msn4x'], ['web-79f5c8d9f4-x7k2p']],
    ['config', ['shop-config', 'kube-root-ca.crt'], ['shop-config']],
    ['nothing', ['a', 'b'], []],
    ['x', ['xy'], []],
    ['web', ['web'], []],
  ])('of %s among %s', (typed, names, near) => {
    expect(nearNames(typed, names)).toEqual(near);
  });
});

test('fields lead to their explanation', () => {
  expect(explainPath('spec.template.spec.containers[0].image')).toBe('spec.template.spec.containers.image');
  expect(explainPath('metadata.annotations[example.com/a]')).toBe('metadata.annotations');
});

test('a token says what it says, and what is none says nothing', () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  expect(claimsOf(`${part({ alg: 'none' })}.${part({ exp: 7, sub: 'me' })}.x`)).toEqual({ exp: 7, sub: 'me' });
  for (const text of ['abc', 'a.b.c', `${part({})}.${part(7)}.x`, '']) expect(claimsOf(text)).toBeUndefined();
});

test('sentences are broken at spaces, by columns', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapped('안녕 세상 kctl', 9)).toEqual(['안녕 세상', 'kctl']);
  expect(wrapped('- one two three', 9)).toEqual(['- one two', '  three']);
  expect(wrapped('areallylongword x', 5)).toEqual(['areallylongword', 'x']);
});
