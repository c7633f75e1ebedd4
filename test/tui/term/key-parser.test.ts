import { describe, expect, test } from 'vitest';
import type { InputEvent } from '../../../src/tui/term/key.ts';
import { KeyParser } from '../../../src/tui/term/key-parser.ts';

function parse(...chunks: (string | Uint8Array)[]): InputEvent[] {
  const parser = new KeyParser();
  const events = chunks.flatMap((chunk) => parser.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
  return [...events, ...parser.flush()];
}

const ids = (events: InputEvent[]) => events.map((event) => (event.type === 'key' ? event.id : event.type));

const table: [input: string, ids: string[]][] = [
  ['a', ['a']],
  ['G', ['shift-g']],
  ['?', ['?']],
  [' ', ['space']],
  ['\r', ['enter']],
  ['\r\n', ['enter']],
  ['\t', ['tab']],
  ['\u007f', ['backspace']],
  ['\u0004', ['ctrl-d']],
  ['\u0000', ['ctrl-space']],
  ['\u001c', ['ctrl-\\']],
  ['\u001b', ['esc']],
  ['\u001b\u001b', ['esc', 'esc']],
  ['\u001bx', ['alt-x']],
  ['\u001bX', ['alt-shift-x']],
  ['\u001b\u007f', ['alt-backspace']],
  ['\u001b\u0004', ['ctrl-alt-d']],
  ['\u001b[A', ['up']],
  ['\u001bOB', ['down']],
  ['\u001b[1;5C', ['ctrl-right']],
  ['\u001b[1;2D', ['shift-left']],
  ['\u001b[1;8A', ['ctrl-alt-shift-up']],
  ['\u001b[H\u001b[F', ['home', 'end']],
  ['\u001b[1~\u001b[4~\u001b[7~\u001b[8~', ['home', 'end', 'home', 'end']],
  ['\u001b[5~\u001b[6~', ['pageup', 'pagedown']],
  ['\u001b[3~\u001b[2~', ['delete', 'insert']],
  ['\u001b[Z', ['shift-tab']],
  ['\u001bOP\u001b[11~\u001b[[A', ['f1', 'f1', 'f1']],
  ['\u001b[15~\u001b[24~', ['f5', 'f12']],
  ['\u001b[15;5~', ['ctrl-f5']],
  ['\u001b[a', ['shift-up']],
  ['\u001b[100;5u', ['ctrl-d']],
  ['\u001b[27u', ['esc']],
  ['\u001b[27;5;9~', ['ctrl-tab']],
  ['\u001bOM', ['enter']],
  ['\u001b[I\u001b[O', ['focus', 'focus']],
  // Answers of the terminal are no keys.
  ['\u001b[?62;c', []],
  ['\u001b[24;80R', []],
  ['\u001b[1;2R', ['shift-f3']],
  ['\u001b]11;rgb:0000/0000/0000\u0007', []],
  ['\u001bP1$r0m\u001b\\a', ['a']],
  ['한글', ['한', '글']],
  ['👨‍👩‍👧', ['👨‍👩‍👧']],
];

describe('KeyParser', () => {
  test.each(table)('%j', (input, expected) => {
    expect(ids(parse(input))).toEqual(expected);
  });

  test('gives the same however the bytes are cut', () => {
    for (const [input, expected] of table) {
      const bytes = Buffer.from(input);
      // A grapheme of several code points cannot be known whole before its last one; alone it never comes cut.
      if (input === '👨‍👩‍👧' || input === '\r\n') continue;
      const cut = Array.from(bytes, (byte) => Uint8Array.of(byte));
      expect(ids(parse(...cut)), JSON.stringify(input)).toEqual(expected);
    }
  });

  test('carries the text that a key types', () => {
    expect(parse('Q한 ')).toEqual([
      { type: 'key', id: 'shift-q', text: 'Q' },
      { type: 'key', id: '한', text: '한' },
      { type: 'key', id: 'space', text: ' ' },
    ]);
  });

  test('holds a lone Esc back until silence says that it is one', () => {
    const parser = new KeyParser();
    expect(parser.push(Buffer.from('\u001b'))).toEqual([]);
    expect(parser.waiting).toBe(true);
    expect(ids(parser.flush())).toEqual(['esc']);
    expect(parser.waiting).toBe(false);
  });

  test('never runs a paste as keys', () => {
    expect(parse('\u001b[200~q\u0004\r\n', 'x\u001b[A\u001b[20', '1~j')).toEqual([
      { type: 'paste', text: 'q\u0004\nx\u001b[A' },
      { type: 'key', id: 'j', text: 'j' },
    ]);
  });

  test('reads the mouse', () => {
    const base = { type: 'mouse', ctrl: false, alt: false, shift: false };
    expect(parse('\u001b[<0;5;3M\u001b[<0;5;3m\u001b[<64;1;1M\u001b[<65;1;1M\u001b[<18;2;2M')).toEqual([
      { ...base, action: 'press', button: 'left', x: 4, y: 2 },
      { ...base, action: 'release', button: 'left', x: 4, y: 2 },
      { ...base, action: 'wheel-up', button: 'none', x: 0, y: 0 },
      { ...base, action: 'wheel-down', button: 'none', x: 0, y: 0 },
      { ...base, action: 'press', button: 'right', x: 1, y: 1, ctrl: true },
    ]);
  });
});
