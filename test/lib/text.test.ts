import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { escapeTerminal, escapeTerminalLines } from '../../src/lib/escape.ts';
import { toCompactJson, toKubeJson } from '../../src/lib/json.ts';
import { padText, textWidth, truncateText, wrapWords } from '../../src/lib/text-width.ts';

test.each([
  ['abc', 3],
  ['한국어', 6],
  ['😀', 2],
  ['e\u0301', 1],
  ['👨‍👩‍👧', 2],
  ['', 0],
])('%s is %d columns wide', (text, width) => {
  expect(textWidth(text)).toBe(width);
});

test('widths are those of the string-width package', () => {
  const samples = [
    '각',
    '👍🏽',
    '🇰🇷🇰🇷',
    '❤️',
    '☎️',
    '1️⃣',
    'e\u0301x',
    '日本語テスト',
    'ｶﾞ',
    '→ ✓ … ─ ●',
    '✔︎',
    'a\u200bb',
    '½',
    'ก็',
  ];
  for (const sample of samples) expect(textWidth(sample), sample).toBe(stringWidth(sample));
  for (let code = 0xac00; code < 0xd7a4; code += 97) expect(textWidth(String.fromCodePoint(code))).toBe(2);
});

test('text is cut between characters', () => {
  expect(truncateText('한국어', 5)).toBe('한국…');
  expect(truncateText('한국어', 4)).toBe('한…');
  expect(truncateText('한국어', 6)).toBe('한국어');
  expect(truncateText('👨‍👩‍👧abc', 4)).toBe('👨‍👩‍👧a…');
  expect(truncateText('abcdef', 4, '...')).toBe('a...');
  expect(truncateText('abcdef', 0)).toBe('');
  expect(padText('한', 4)).toBe('한  ');
  expect(padText('abcd', 2)).toBe('abcd');
});

test('lines are broken at spaces by the columns they take, and wider words inside', () => {
  expect(wrapWords('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapWords('컨테이너가 자꾸 죽는다', 10)).toEqual(['컨테이너가', '자꾸', '죽는다']);
  expect(wrapWords('컨테이너가 자꾸 죽는다', 15)).toEqual(['컨테이너가 자꾸', '죽는다']);
  expect(wrapWords('x unbreakable y', 4)).toEqual(['x', 'unbr', 'eaka', 'ble', 'y']);
  expect(wrapWords('컨테이너', 5)).toEqual(['컨테', '이너']);
  expect(wrapWords('', 5)).toEqual(['']);
});

test('nothing that a terminal would obey survives', () => {
  // Marks of direction, line separators, spaces without width; what joins emoji stays.
  expect(escapeTerminal('a\u061c\u2028\u200bb\u2060👩\u200d👧')).toBe('a\\u061c\\u2028\\u200bb\\u2060👩\u200d👧');
  expect(escapeTerminal('a\u001b]0;x\u0007b\u009b1m\r\n\t\u202e')).toBe('a^[]0;x\\x07b\\x9b1m\\r\\n\\t\\u202e');
  expect(escapeTerminalLines('a\n\tb\u001b[1m')).toBe('a\n\tb^[[1m');
  expect(escapeTerminal('한국어 😀')).toBe('한국어 😀');
});

test('JSON as Go writes it', () => {
  expect(toKubeJson({ b: '<a&b>', a: [], c: {}, d: [1, { y: null, x: true }], u: undefined })).toBe(
    '{\n    "a": [],\n    "b": "\\u003ca\\u0026b\\u003e",\n    "c": {},\n    "d": [\n        1,\n        {\n            "x": true,\n            "y": null\n        }\n    ]\n}',
  );
  expect(toCompactJson({ b: 1e21, a: 1e-7, s: '\u2028' })).toBe('{"a":1e-7,"b":1e+21,"s":"\\u2028"}');
});
