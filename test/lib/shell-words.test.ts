import { expect, test } from 'vitest';
import { shellWord } from '../../src/lib/shell-word.ts';
import { shellWords } from '../../src/lib/shell-words.ts';

test.each([
  ['get pods  -A', ['get', 'pods', '-A']],
  [`patch x -p '{"a": 1}'`, ['patch', 'x', '-p', '{"a": 1}']],
  ['label x "a=b c"', ['label', 'x', 'a=b c']],
  [`a'b'"c"\\ d`, ['abc d']],
  [`"say \\"hi\\" \\n"`, ['say "hi" \\n']],
  ["''", ['']],
  ['', []],
  ["it's", undefined],
])('%j', (line, words) => {
  expect(shellWords(line)).toEqual(words);
});

test('words that were quoted are read again', () => {
  const words = ['a b', "it's", '{"x":"$y"}', '', 'plain'];
  expect(shellWords(words.map(shellWord).join(' '))).toEqual(words);
});
