import UFuzzy from '@leeoniya/ufuzzy';
import type { InputEvent } from '../term/key.ts';
import { type EditState, editText, emptyEdit } from '../widgets/edit-text.ts';
import { sayAssembled } from '../words/say.ts';
import { cancelled, Done } from './done.ts';

/** Something to choose. */
export interface PickerItem {
  id: string;
  /** What is searched and shown. */
  label: string;
  /** Shown behind it, muted: what kind of thing it is, a key, a value. */
  detail?: string;
  /** A tick before the label, in lists of switches; absent where there is nothing to tick. */
  on?: boolean;
}

/** A list over the screen with a line to search it. */
export interface PickerState {
  title: string;
  items: readonly PickerItem[];
  edit: EditState;
  /** Indices into `items` of what the search found, best first. */
  found: readonly number[];
  /** Index into `found`. */
  at: number;
  /** Space ticks and unticks; enter takes the ticks as they are. */
  multiple: boolean;
}

export interface PickerRequest {
  title: string;
  items: readonly PickerItem[];
  /** What the search line starts with. */
  query?: string;
  /** The item under the cursor at first. */
  at?: string;
  multiple?: boolean;
  /** Told of the item under the cursor, at first and whenever it is another one: for showing what it would do. */
  onMove?(item: PickerItem | undefined): void;
}

/** What was chosen, and what had been typed to find it. */
export interface Picked {
  items: readonly PickerItem[];
  query: string;
}

/** Letters of any script, so that Korean is found as well as English; others may stand between them. */
const fuzzy = new UFuzzy({
  unicode: true,
  interSplit: "[^\\p{L}\\d']+",
  intraSplit: '\\p{Ll}\\p{Lu}',
  intraBound: '\\p{L}\\d|\\d\\p{L}|\\p{Ll}\\p{Lu}',
  intraChars: "[\\p{L}\\d'-]",
  intraContr: "'\\p{L}{1,2}\\b",
  intraIns: Number.POSITIVE_INFINITY,
});

/** Up to so many words are found in any order. */
const wordsInAnyOrder = 3;
/** Above this many matches the order is the list's own: ranking would take longer than a frame. */
const rankedMatches = 2000;

/** Indices of the items that `query` finds, best first; all, in their order, for an empty one. */
export function search(items: readonly PickerItem[], query: string): number[] {
  const text = query.trim();
  if (text === '') return items.map((_, index) => index);
  const haystack = items.map((item) => (item.detail ? `${item.label} ${item.detail}` : item.label));
  const [found, info, order] = fuzzy.search(haystack, text, wordsInAnyOrder, rankedMatches);
  if (!found) return [];
  return info && order ? order.map((index) => info.idx[index]!) : found;
}

export function openPicker(request: PickerRequest): PickerState {
  const text = request.query ?? '';
  const found = search(request.items, text);
  const at = found.findIndex((index) => request.items[index]!.id === request.at);
  return {
    title: sayAssembled(request.title),
    items: request.items,
    edit: text === '' ? emptyEdit : { text, cursor: text.length },
    found,
    at: Math.max(0, at),
    multiple: request.multiple ?? false,
  };
}

const pageRows = 10;
const steps: Readonly<Record<string, number>> = {
  up: -1,
  down: 1,
  'ctrl-p': -1,
  'ctrl-n': 1,
  'shift-tab': -1,
  tab: 1,
  pageup: -pageRows,
  pagedown: pageRows,
};

/** What an event makes of the list: its next state or what was chosen; the same state when it means nothing. */
export function pickerInput(state: PickerState, event: InputEvent): PickerState | Done<Picked> {
  const id = event.type === 'key' ? event.id : '';
  if (id === 'esc' || id === 'ctrl-c') return cancelled;
  const current = state.found[state.at];
  if (id === 'enter') {
    const query = state.edit.text;
    if (state.multiple) return new Done({ items: state.items.filter((item) => item.on), query });
    return current === undefined ? state : new Done({ items: [state.items[current]!], query });
  }
  if (id === 'space' && state.multiple && current !== undefined) {
    const items = state.items.map((item, index) => (index === current ? { ...item, on: !item.on } : item));
    return { ...state, items };
  }
  const step = steps[id];
  if (step !== undefined) return { ...state, at: moved(state, step) };
  const edit = editText(state.edit, event);
  if (!edit) return state;
  if (edit.text === state.edit.text) return { ...state, edit };
  return { ...state, edit, found: search(state.items, edit.text), at: 0 };
}

/** Single steps go round the ends, pages stop there. */
function moved({ found, at }: PickerState, step: number): number {
  if (found.length === 0) return 0;
  if (Math.abs(step) === 1) return (at + step + found.length) % found.length;
  return Math.max(0, Math.min(found.length - 1, at + step));
}
