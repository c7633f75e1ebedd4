import { textWidth } from '../../lib/text-width.ts';
import { graphemes } from '../term/graphemes.ts';
import type { InputEvent } from '../term/key.ts';

/** One line of text being edited; `cursor` counts UTF-16 units and always lies between graphemes. */
export interface EditState {
  text: string;
  cursor: number;
}

export const emptyEdit: EditState = { text: '', cursor: 0 };

function before(state: EditState): number {
  let last = 0;
  for (const { index } of graphemes(state.text.slice(0, state.cursor))) last = index;
  return last;
}

function after(state: EditState): number {
  const [next] = graphemes(state.text.slice(state.cursor));
  return state.cursor + (next?.segment.length ?? 0);
}

function wordBefore(state: EditState): number {
  const head = state.text.slice(0, state.cursor);
  return head.length - /\S*\s*$/.exec(head)![0].length;
}

function wordAfter(state: EditState): number {
  return state.cursor + /^\s*\S*/.exec(state.text.slice(state.cursor))![0].length;
}

function cut(state: EditState, from: number, to: number): EditState {
  return { text: state.text.slice(0, from) + state.text.slice(to), cursor: from };
}

const edits: Readonly<Record<string, (state: EditState) => EditState>> = {
  left: (state) => ({ ...state, cursor: before(state) }),
  right: (state) => ({ ...state, cursor: after(state) }),
  'ctrl-b': (state) => ({ ...state, cursor: before(state) }),
  'ctrl-f': (state) => ({ ...state, cursor: after(state) }),
  home: (state) => ({ ...state, cursor: 0 }),
  end: (state) => ({ ...state, cursor: state.text.length }),
  'ctrl-a': (state) => ({ ...state, cursor: 0 }),
  'ctrl-e': (state) => ({ ...state, cursor: state.text.length }),
  'alt-b': (state) => ({ ...state, cursor: wordBefore(state) }),
  'alt-f': (state) => ({ ...state, cursor: wordAfter(state) }),
  'ctrl-left': (state) => ({ ...state, cursor: wordBefore(state) }),
  'ctrl-right': (state) => ({ ...state, cursor: wordAfter(state) }),
  backspace: (state) => cut(state, before(state), state.cursor),
  delete: (state) => cut(state, state.cursor, after(state)),
  'ctrl-w': (state) => cut(state, wordBefore(state), state.cursor),
  'alt-backspace': (state) => cut(state, wordBefore(state), state.cursor),
  'ctrl-u': (state) => cut(state, 0, state.cursor),
  'ctrl-k': (state) => cut(state, state.cursor, state.text.length),
};

function insert(state: EditState, text: string): EditState {
  return {
    text: state.text.slice(0, state.cursor) + text + state.text.slice(state.cursor),
    cursor: state.cursor + text.length,
  };
}

/** Applies a key or a paste with the keys of readline; undefined when the event edits nothing. A paste is put on one line. */
export function editText(state: EditState, event: InputEvent): EditState | undefined {
  if (event.type === 'paste') return insert(state, event.text.replace(/\s+/g, ' '));
  if (event.type !== 'key') return undefined;
  const edit = edits[event.id];
  if (edit) return edit(state);
  return event.text === undefined ? undefined : insert(state, event.text);
}

/** Width in cells of the text before the cursor: where a terminal's own cursor (and an input method) belongs. */
export function cursorColumn(state: EditState): number {
  return textWidth(state.text.slice(0, state.cursor));
}
