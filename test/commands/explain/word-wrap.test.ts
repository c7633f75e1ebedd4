import { expect, test } from 'vitest';
import { indent, wrapWords } from '../../../src/commands/explain/word-wrap.ts';
import { wrapLines } from '../../../src/commands/explain/wrap-lines.ts';

test.each([
  ['a line that is too long', 10, 'a line\nthat is\ntoo long'],
  ['short', 10, 'short'],
  ['two\nlines', 10, 'two\nlines'],
  ['averyveryverylongword and more', 10, 'averyveryverylongword\nand more'],
  ['keeps  double  spaces', 40, 'keeps  double  spaces'],
  ['ends with a line feed\n', 40, 'ends with a line feed\n'],
])('%j in %d columns', (text, limit, wrapped) => {
  expect(wrapWords(text, limit)).toBe(wrapped);
});

test('empty lines are indented too', () => {
  expect(indent('a\n\nb', 2)).toBe('  a\n  \n  b');
});

test('older explanations join lines, but not lists, code and what follows a colon', () => {
  expect(wrapLines('one\ntwo', 40)).toEqual(['one two']);
  expect(wrapLines('things:\n- a\n- b', 40)).toEqual(['things:', '- a', '- b']);
  expect(wrapLines('say\n    code here\nmore', 40)).toEqual(['say', '    code here', 'more']);
  expect(wrapLines('a\n\nb\n\nc', 40)).toEqual(['a', 'b', '', 'c']);
  expect(wrapLines('aaa bbb ccc', 7)).toEqual(['aaa bbb', 'ccc']);
});
