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

test('a name in quotes with dots is a path, unless they are escaped', () => {
  expect(compileJsonPath("{['a.b']}|{['a\\.b']}").print(golden.object)).toBe('|dotted');
});

test('a null cannot be compared', () => {
  const object = { items: [{ a: null, n: 1 }] };
  expect(() => compileJsonPath('{.items[?(@.a=="x")].n}').print(object)).toThrow('invalid type for comparison');
});

test('an error shows the template and the object, or the bare reason', () => {
  const message = (explains: boolean) => {
    try {
      compileJsonPath('{.a[3]}', { explains }).print({ a: [1], b: '"' });
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  expect(message(false)).toBe('array index out of bounds: index 3, length 1');
  expect(message(true)).toBe(
    'error executing jsonpath "{.a[3]}": Error executing template: array index out of bounds: index 3, length 1. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{.a[3]}\n\tobject given to jsonpath engine was:\n\t\tmap[string]interface {}{"a":[]interface {}{1}, "b":"\\""}\n\n\n',
  );
});
