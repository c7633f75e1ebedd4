import { describe, expect, test } from 'vitest';
import { Causes } from '../../../src/api/validation/causes.ts';
import { goSyntax } from '../../../src/api/validation/go-syntax.ts';

describe('values as Go source', () => {
  test.each<[unknown, string | undefined, string | undefined]>([
    [{ b: '2', a: 'x"y' }, undefined, 'map[string]string{"a":"x\\"y", "b":"2"}'],
    [{}, undefined, 'map[string]string{}'],
    [['Some'], undefined, '[]string{"Some"}'],
    [[1, 65536], undefined, '[]int32{1, 65536}'],
    [
      { matchExpressions: [{ key: 'a', operator: 'Exists' }] },
      '*v1.LabelSelector',
      'v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement{v1.LabelSelectorRequirement{Key:"a", Operator:"Exists", Values:[]string(nil)}}}',
    ],
    [
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      'rbac.RoleRef',
      'rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"Role", Name:"r"}',
    ],
    // A set pointer would show as an address.
    [{ key: 'a', tolerationSeconds: 5 }, 'core.Toleration', undefined],
    [
      { key: 'a' },
      'core.Toleration',
      'core.Toleration{Key:"a", Operator:"", Value:"", Effect:"", TolerationSeconds:(*int64)(nil)}',
    ],
    [{ nested: { a: 'b' } }, undefined, undefined],
    [null, undefined, undefined],
  ])('%j', (value, type, text) => {
    expect(goSyntax(value, type)).toBe(text);
  });

  test('are the style of messages, unless JSON is asked for', () => {
    const complaint = (style?: 'json') => {
      const causes = new Causes(style);
      causes.invalid('spec.a', { x: '1' }, 'no');
      causes.invalid('spec.b', null, 'no');
      return causes.list.map(({ message }) => message);
    };
    expect(complaint()).toEqual(['Invalid value: map[string]string{"x":"1"}: no', 'Invalid value: "null": no']);
    expect(complaint('json')).toEqual(['Invalid value: {"x":"1"}: no', 'Invalid value: null: no']);
  });
});
