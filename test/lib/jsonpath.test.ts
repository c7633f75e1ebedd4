import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileJsonPath, relaxedJsonPath } from '../../src/lib/jsonpath.ts';

interface Case {
  template: string;
  strict: boolean;
  text?: string;
  error?: string;
}

const golden = JSON.parse(readFileSync(new URL('./golden/jsonpath.json', import.meta.url), 'utf8')) as {
  object: object;
  cases: Case[];
};

describe('prints what kubectl printed', () => {
  for (const { template, strict, text, error } of golden.cases) {
    test(`${template}${strict ? ' (strict)' : ''}`, () => {
      const print = () => compileJsonPath(template, { allowMissingKeys: !strict }).print(golden.object);
      if (error !== undefined) expect(print).toThrow(error);
      else expect(print()).toBe(text);
    });
  }
});

test('find and groups keep the values apart', () => {
  const path = compileJsonPath('{.l[0,1]}{.m}');
  expect(path.find(golden.object)).toEqual([1, 'two', { a: 1, b: '<x>' }]);
  expect(path.groups(golden.object)).toEqual([[1, 'two'], [{ a: 1, b: '<x>' }]]);
});

test.each([
  ['metadata.name', '{.metadata.name}'],
  ['.metadata.name', '{.metadata.name}'],
  ['{metadata.name}', '{.metadata.name}'],
  ['{.metadata.name}', '{.metadata.name}'],
])('the relaxed form %s', (given, expected) => {
  expect(relaxedJsonPath(given)).toBe(expected);
});

test('a relaxed form with loose braces is refused', () => {
  expect(() => relaxedJsonPath('{.a}{.b}')).toThrow('unexpected path string');
});

test('a name in quotes may have dots, escaped or not', () => {
  expect(compileJsonPath("{['a.b']}{['a\\.b']}").print(golden.object)).toBe('dotteddotted');
});

test('a null in a filter does not match and does not fail', () => {
  const object = {
    items: [
      { a: null, n: 1 },
      { a: 'x', n: 2 },
    ],
  };
  expect(compileJsonPath('{.items[?(@.a=="x")].n}').print(object)).toBe('2');
});
