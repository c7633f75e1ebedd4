import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { KctlError } from '../../src/lib/errors.ts';
import { parseYamlDocuments, toYaml } from '../../src/lib/yaml.ts';

const strings = JSON.parse(readFileSync(new URL('./golden/yaml-strings.json', import.meta.url), 'utf8')) as {
  value: string;
  yaml: string;
  key: string;
  mapYaml: string;
}[];

test('strings are written byte for byte as kubectl wrote them', () => {
  for (const { value, yaml } of strings) expect(toYaml({ v: value }), JSON.stringify(value)).toBe(yaml);
});

test('so are keys', () => {
  for (const { key, value, mapYaml } of strings)
    expect(toYaml({ m: { [key]: value } }), JSON.stringify(key)).toBe(mapYaml);
});

test('what was written is read back', () => {
  for (const { value } of strings) {
    if (value !== '<<')
      expect(parseYamlDocuments(toYaml({ v: value, l: [value] }), 'x')).toEqual([{ v: value, l: [value] }]);
  }
});

test('lists stand under their key without indent, maps in lists beside the dash', () => {
  const value = { b: [{ z: 1, a: [] }, [1, [2]], {}], a: { n: null, t: true, f: 1.5, big: 1e21, small: 1e-7 } };
  expect(toYaml(value)).toBe(
    'a:\n  big: 1e+21\n  f: 1.5\n  "n": null\n  small: 1e-07\n  t: true\nb:\n- a: []\n  z: 1\n- - 1\n  - - 2\n- {}\n',
  );
});

test('keys are in natural order, numbers by value', () => {
  const keys = ['a10', 'a9', 'B', 'a-b', 'a1', 'A', '10', '9', 'aa'];
  const text = toYaml(Object.fromEntries(keys.map((key) => [key, 0])));
  expect(text.match(/^[^:]+/gm)).toEqual(['"9"', '"10"', 'A', 'B', 'a-b', 'a1', 'a9', 'a10', 'aa']);
});

describe('reading', () => {
  test.each([
    ['yes', true],
    ['no', false],
    ['on', true],
    ['Off', false],
    ['y', true],
    ['0777', 511],
    ['0o17', 15],
    ['0x1F', 31],
    ['0b11', 3],
    ['1_000', 1000],
    ['-0x10', -16],
    ['1e3', 1000],
    ['.5', 0.5],
    ['~', null],
    ['', null],
    ['1:20', '1:20'],
    ['2020-01-01', '2020-01-01'],
    ['2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z'],
    ['"yes"', 'yes'],
    ["'1'", '1'],
    ['08', 8],
    ['v1', 'v1'],
    ['1Gi', '1Gi'],
    ['!!str 12', '12'],
    ['-', '-'],
    ['0x', '0x'],
  ])('%s', (text, expected) => {
    if (text !== '-') expect(parseYamlDocuments(`a: ${text}`, 'x')).toEqual([{ a: expected }]);
    else expect(parseYamlDocuments('a: "-"', 'x')).toEqual([{ a: expected }]);
  });

  test('many documents, empty ones left out', () => {
    expect(parseYamlDocuments('---\na: 1\n---\n---\n# nothing\n---\nb: 2\n...\n', 'x')).toEqual([{ a: 1 }, { b: 2 }]);
  });

  test('anchors and merge keys', () => {
    expect(parseYamlDocuments('a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n', 'x')).toEqual([
      { a: { b: 1, c: 2 }, d: { b: 1, c: 3 } },
    ]);
  });

  test('JSON, one value or several in a row', () => {
    expect(parseYamlDocuments('{"a": "yes\\n{"}', 'x')).toEqual([{ a: 'yes\n{' }]);
    expect(parseYamlDocuments('{"a": "}"} {"b": [1]}\n', 'x')).toEqual([{ a: '}' }, { b: [1] }]);
  });

  test('an error is one line with the source and the line', () => {
    try {
      parseYamlDocuments('a: 1\nb: c: d\n', 'deploy.yaml');
      expect.unreachable();
    } catch (error) {
      expect((error as KctlError).code).toBe('input');
      expect((error as KctlError).message).toMatch(
        /^error parsing deploy\.yaml: error converting YAML to JSON: yaml: line 2: [^\n]+$/,
      );
    }
  });

  test('a bomb of aliases is refused', () => {
    const bomb = [
      'a: &a [1,1,1,1,1,1,1,1,1,1]',
      ...'bcdefgh'.split('').map((name, at) => `${name}: &${name} [${`*${'abcdefgh'[at]},`.repeat(10)}]`),
    ];
    expect(() => parseYamlDocuments(bomb.join('\n'), 'x')).toThrow(KctlError);
  });
});
