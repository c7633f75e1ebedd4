import { expect, test } from 'vitest';
import { admissionEnvironment } from '../../../src/emulator/policies/environment.ts';
import { constructed } from '../../../src/emulator/policies/mutation-types.ts';
import { compiled } from '../../../src/emulator/policies/programs.ts';
import { misnamedParts } from '../../../src/emulator/policies/type-names.ts';

const parts = (expression: string): string[] => {
  const one = compiled(expression, admissionEnvironment({ construct: constructed }));
  return misnamedParts(one.program?.run({ object: { spec: { a: 1 } } }).value);
};
const wrong = (name: string, path: string): string =>
  `unexpected type name "${name}", expected "${path}", which matches field name path from root Object type`;

// Words recorded from kube-apiserver 1.36.3.
test('parts of an applied object are of the types of their places', () => {
  expect(parts('Object{metadata: Object.metadata{labels: {"a": "b"}}, spec: Object.spec{x: object.spec}}')).toEqual([]);
  expect(parts('Object{metadata: Object.nope{name: "x"}}')).toEqual([wrong('Object.nope', 'Object.metadata')]);
});

test('lists and maps in between have no names', () => {
  const list = 'Object{spec: Object.spec{list: [Object.spec{a: 2}], map: {"k": Object.spec.map{}}}}';
  expect(parts(list)).toEqual([wrong('Object.spec', 'Object.spec.list')]);
});
