import { render } from 'ink-testing-library';
import { describe, expect, test } from 'vitest';
import { plainTheme } from '../../../src/theme/theme.ts';
import { dialogInput, openDialog } from '../../../src/tui/state/dialog.ts';
import { cancelled } from '../../../src/tui/state/done.ts';
import type { InputEvent } from '../../../src/tui/term/key.ts';
import { dialogLines } from '../../../src/tui/widgets/dialog-lines.ts';
import { cursorColumn, type EditState, editText, emptyEdit } from '../../../src/tui/widgets/edit-text.ts';
import { connectionText } from '../../../src/tui/widgets/header-lines.ts';
import { Lines } from '../../../src/tui/widgets/lines.tsx';

const key = (id: string, text?: string): InputEvent => ({ type: 'key', id, ...(text === undefined ? {} : { text }) });

describe('Lines', () => {
  test('fills its rectangle and cuts what is too much', () => {
    const { lastFrame } = render(<Lines rect={{ width: 8, height: 3 }} lines={['short', 'much too long', 'c', 'd']} />);
    expect(lastFrame()).toBe('short\nmuch to…\nc');
  });

  test('draws nothing in no room', () => {
    expect(render(<Lines rect={{ width: 8, height: 0 }} lines={['a']} />).lastFrame()).toBe('');
  });
});

describe('editText', () => {
  const edits: [name: string, from: EditState, event: InputEvent, to: EditState][] = [
    ['types', { text: 'ab', cursor: 1 }, key('x', 'x'), { text: 'axb', cursor: 2 }],
    ['types Korean', emptyEdit, key('한', '한'), { text: '한', cursor: 1 }],
    ['deletes a whole grapheme', { text: 'a👨‍👩‍👧', cursor: 9 }, key('backspace'), { text: 'a', cursor: 1 }],
    ['deletes forward', { text: '한글', cursor: 0 }, key('delete'), { text: '글', cursor: 0 }],
    ['kills to the start', { text: 'one two', cursor: 4 }, key('ctrl-u'), { text: 'two', cursor: 0 }],
    ['kills to the end', { text: 'one two', cursor: 3 }, key('ctrl-k'), { text: 'one', cursor: 3 }],
    ['kills a word', { text: 'one two ', cursor: 8 }, key('ctrl-w'), { text: 'one ', cursor: 4 }],
    ['jumps by words', { text: 'one two', cursor: 7 }, key('alt-b'), { text: 'one two', cursor: 4 }],
    ['pastes on one line', emptyEdit, { type: 'paste', text: 'a\nb' }, { text: 'a b', cursor: 3 }],
  ];
  test.each(edits)('%s', (_, from, event, to) => {
    expect(editText(from, event)).toEqual(to);
  });

  test('leaves other keys to others', () => {
    expect(editText(emptyEdit, key('f5'))).toBeUndefined();
  });

  test('the cursor counts cells', () => {
    expect(cursorColumn({ text: '파드 x', cursor: 3 })).toBe(5);
  });
});

describe('a dialog', () => {
  const dialog = openDialog({
    title: 'Delete?',
    lines: ['pods shop/\u001b[31mweb'],
    confirmLabel: 'Delete',
    fields: [{ id: 'grace', label: 'Grace', options: ['Default', 'Now'], value: 0 }],
  });

  test('cancels by enter, esc and q', () => {
    for (const id of ['enter', 'esc', 'q', 'ctrl-c']) expect(dialogInput(dialog, key(id))).toBe(cancelled);
  });

  test('has lines of one width and shows nothing raw', () => {
    const lines = dialogLines(dialog, 40, 20, plainTheme);
    expect(lines.map((line) => line.length)).toEqual(lines.map(() => 40));
    expect(lines.join('\n')).toContain('^[[31mweb');
    expect(lines.at(-2)).toContain('[>Cancel<]');
  });

  test('keeps its buttons where there is little room', () => {
    expect(dialogLines(dialog, 40, 5, plainTheme).at(-2)).toContain('[>Cancel<]');
  });
});

test('the connection is told in words', () => {
  const now = 100_000;
  expect(connectionText({ phase: 'synced', since: 0 }, now).text).toBe('● live');
  expect(connectionText({ phase: 'stale', since: 40_000 }, now).text).toBe('! reconnecting, as of 60s ago');
  expect(connectionText({ phase: 'failed', since: 0 }, now).text).toBe('✗ failed, for 100s');
});
