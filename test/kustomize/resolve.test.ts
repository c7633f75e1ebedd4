import { expect, test } from 'vitest';
import { parseNode } from '../../src/kustomize/tree/parse.ts';
import { isNonString, resolveScalar } from '../../src/kustomize/tree/resolve.ts';
import { toValue } from '../../src/kustomize/tree/value.ts';

test.each([
  ['yes', '!!str', 'yes'],
  ['on', '!!str', 'on'],
  ['True', '!!bool', true],
  ['', '!!null', null],
  ['0777', '!!int', 511],
  ['0o17', '!!int', 15],
  ['1_000', '!!int', 1000],
  ['9007199254740993', '!!int', 9007199254740993n],
  ['1e3', '!!float', 1000],
  ['1.50', '!!float', 1.5],
  ['12:30:45', '!!str', '12:30:45'],
  ['2001-12-14', '!!timestamp', '2001-12-14T00:00:00Z'],
  ['2020-01-02T03:04:05.500+02:00', '!!timestamp', '2020-01-02T03:04:05.5+02:00'],
  ['2001-13-14', '!!str', '2001-13-14'],
  ['v1.2', '!!str', 'v1.2'],
])('%s is a %s', (text, tag, value) => {
  expect(resolveScalar(text)).toEqual({ tag, value });
});

test('YAML 1.1 has more words that are no texts', () => {
  expect(['yes', 'n', '1', '~'].map(isNonString)).toEqual([true, true, true, true]);
  expect(['', 'no way', 'a\nb', '2001-12-14'].map(isNonString)).toEqual([false, false, false, false]);
});

test('tags that are written down say more than quotes', () => {
  const text = 'a: !!int "7"\nb: !!str 5\nc: !!binary aGVsbG8=\nd: "7"\n';
  expect(toValue(parseNode(text))).toEqual({ a: 7, b: '5', c: 'hello', d: '7' });
});

test('a key that comes twice is told with its lines', () => {
  expect(() => toValue(parseNode('a: |\n  x\n  y\nb: 1\na: 2\n'))).toThrow(
    'yaml: unmarshal errors:\n  line 5: mapping key "a" already defined at line 1',
  );
});

test('a block at the end of a text has a line break only where the text has one', () => {
  expect(toValue(parseNode('a: |\n  x\n  y'))).toEqual({ a: 'x\ny' });
  expect(toValue(parseNode('a: |\n  x\n  y\n'))).toEqual({ a: 'x\ny\n' });
  expect(toValue(parseNode('a: >\n  x\nb: 1'))).toEqual({ a: 'x\n', b: 1 });
});
