import { describe, expect, test } from 'vitest';
import { paintDescribe, paintJson, yamlPainter } from '../../src/theme/paint-document.ts';
import { terminalTheme } from '../../src/theme/terminal-theme.ts';
import { compileTheme } from '../../src/theme/theme.ts';

const theme = compileTheme(terminalTheme, '16');
/** Colours as signs: keys `<k>`, literals `{l}`. */
const shown = (text: string) =>
  text.replace(/\u001b\[36m(.*?)\u001b\[0m/g, '<$1>').replace(/\u001b\[35m(.*?)\u001b\[0m/g, '{$1}');

describe('YAML', () => {
  test('keys and literals stand apart from texts', () => {
    const paint = yamlPainter(theme);
    const lines = ['kind: Pod', 'spec:', '  - name: web', '    "a/b": 3', "    c: '3'", '  - true', '  - a b', 'x: {}'];
    expect(lines.map(paint).map(shown)).toEqual([
      '<kind>: Pod',
      '<spec>:',
      '  - <name>: web',
      '    <"a/b">: {3}',
      "    <c>: '3'",
      '  - {true}',
      '  - a b',
      '<x>: {}',
    ]);
  });

  test('what stands in a block of text is text', () => {
    const paint = yamlPainter(theme);
    const lines = [
      'data:',
      '  a.conf: |',
      '    key: 3',
      '',
      '    # no: comment',
      '  b: 1',
      '- c: >-',
      '    d: 4',
      '  e: 5',
    ];
    expect(lines.map(paint).map(shown)).toEqual([
      '<data>:',
      '  <a.conf>: |',
      '    key: 3',
      '',
      '    # no: comment',
      '  <b>: {1}',
      '- <c>: >-',
      '    d: 4',
      '  <e>: {5}',
    ]);
  });
});

test('JSON: keys and literals', () => {
  const lines = [
    '{',
    '    "a": "x: \\"y\\", 3",',
    '    "b": [',
    '        "c",',
    '        -1.5',
    '    ],',
    '    "d": null',
    '}',
  ];
  expect(lines.map((line) => shown(paintJson(line, theme)))).toEqual([
    '{',
    '    <"a">: "x: \\"y\\", 3",',
    '    <"b">: [',
    '        "c",',
    '        {-1.5}',
    '    ],',
    '    <"d">: {null}',
    '}',
  ]);
});

test('describe: labels, values that say how it is, warnings; nothing that is seen changes', () => {
  const meaning = (label: string, value: string) => (label === 'Status' && value === 'Failed' ? 'error' : undefined);
  const paint = (line: string) => paintDescribe(line, theme, meaning);
  expect(paint('Status:       Failed')).toBe('\u001b[36mStatus:\u001b[0m       \u001b[31mFailed\u001b[0m');
  expect(paint('    Image ID:     x:y')).toBe('    \u001b[36mImage ID:\u001b[0m     x:y');
  expect(paint('  Warning  BackOff  3s')).toBe('\u001b[33m  Warning  BackOff  3s\u001b[0m');
  for (const line of ['Events:  <none>', 'Labels:', '  Type     Reason', 'Name:  ', '']) {
    expect(paint(line).replace(/\u001b\[\d+m/g, '')).toBe(line);
  }
});
