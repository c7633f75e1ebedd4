import { expect, test, vi } from 'vitest';
import { exactNumber, parseExactJson } from '../../src/lib/exact-json.ts';
import { compileGoTemplate } from '../../src/lib/go-template.ts';
import { toCompactJson, toKubeJson } from '../../src/lib/json.ts';
import { compileJsonPath } from '../../src/lib/jsonpath.ts';
import { parseYamlDocuments, toYaml } from '../../src/lib/yaml.ts';

const TEXT = '{"a":9007199254740993,"b":[-9223372036854775808],"c":1.5,"d":"9007199254740993","e":12}';

test('integers that Go keeps are kept, in and out', () => {
  const value = parseExactJson(TEXT);
  expect(value).toEqual({ a: 9007199254740993n, b: [-9223372036854775808n], c: 1.5, d: '9007199254740993', e: 12 });
  expect(toCompactJson(value)).toBe(TEXT);
  expect(JSON.stringify(value)).toBe(TEXT);
  expect(toKubeJson({ a: 9007199254740993n })).toBe('{\n    "a": 9007199254740993\n}');
  expect(toYaml(value)).toBe('a: 9007199254740993\nb:\n- -9223372036854775808\nc: 1.5\nd: "9007199254740993"\ne: 12\n');
});

test('what has no room in an int64 is a float, and what JavaScript has room for a number', () => {
  expect(parseExactJson('[9223372036854775808, 9007199254740991, 1234567890123456.5]')).toEqual([
    2 ** 63,
    9007199254740991,
    1234567890123456.5,
  ]);
  expect(exactNumber('1e17', 1e17)).toBe(1e17);
});

test('YAML has them where it is asked to', () => {
  const text = 'a: 9007199254740993\nb: 9_007_199_254_740_993\nc: "9007199254740993"\nd: +5\n';
  expect(parseYamlDocuments(text, 'x', true)).toEqual([
    { a: 9007199254740993n, b: 9007199254740993n, c: '9007199254740993', d: 5 },
  ]);
  expect(parseYamlDocuments('{"a":9007199254740993}', 'x', true)).toEqual([{ a: 9007199254740993n }]);
  expect(parseYamlDocuments('a: 9007199254740993', 'x')).toEqual([{ a: 9007199254740992 }]);
});

test.each([
  ['{.a}', '9007199254740993'],
  ['{.b[0]}', '-9223372036854775808'],
  ['{.items[?(@.n>5)].n}', '9007199254740993'],
])('JSONPath %s', (template, text) => {
  const object = parseExactJson(`${TEXT.slice(0, -1)},"items":[{"n":9007199254740993},{"n":5}]}`);
  expect(compileJsonPath(template).print(object)).toBe(text);
});

test.each([
  [
    '{{.a}} {{printf "%d|%x|%v|%T" .a .a .a .a}}',
    '9007199254740993 9007199254740993|20000000000001|9007199254740993|int64',
  ],
  ['{{if gt .a 5}}more{{end}} {{if eq .a .a}}same{{end}} {{.b}}', 'more same [-9223372036854775808]'],
])('a Go template %s', (template, text) => {
  expect(compileGoTemplate(template)(parseExactJson(TEXT))).toBe(text);
});

test('digests, and times with many digits, are no reason to look at each value', () => {
  const parse = vi.spyOn(JSON, 'parse');
  try {
    const digest = `x@sha256:${'1234567890123456'.repeat(3)}abcdef`;
    expect(parseExactJson(JSON.stringify({ digest, at: 1.234567890123456 }))).toMatchObject({ digest });
    expect(parse.mock.calls.map((words) => words.length)).toEqual([1]);
    for (const text of ['[12345678901234567]', '{"n": 12345678901234567\n}', '[-12345678901234567 ]']) {
      parse.mockClear();
      parseExactJson(text);
      expect([text, parse.mock.calls.map((words) => words.length)]).toEqual([text, [2]]);
    }
  } finally {
    parse.mockRestore();
  }
});
