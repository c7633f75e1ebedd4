import type { InputEvent } from '../term/key.ts';
import { type EditState, editText } from '../widgets/edit-text.ts';
import { cancelled, Done } from './done.ts';

/** Something to set in a dialog: one of some options, or a line of text. */
export type DialogField = ChoiceField | TextField;

interface ChoiceField {
  id: string;
  label: string;
  options: readonly string[];
  /** Index of the chosen option. */
  value: number;
}

interface TextField {
  id: string;
  label: string;
  edit: EditState;
  /** Why the text will not do; undefined where it will. */
  problem?(text: string): string | undefined;
}

/** A line of text to fill in, with what stands in it at first. */
export function textField(id: string, label: string, text = '', problem?: TextField['problem']): TextField {
  return { id, label, edit: { text, cursor: text.length }, ...(problem && { problem }) };
}

/** A question over the screen. The focus goes through the fields, then the buttons; Cancel is the first button. */
export interface DialogState {
  title: string;
  lines: readonly string[];
  danger: boolean;
  fields: readonly DialogField[];
  buttons: readonly string[];
  /** 0 to fields.length + buttons.length - 1. */
  focus: number;
  /** Why the confirming button did nothing. */
  problem?: string;
}

export interface DialogRequest {
  title: string;
  lines: readonly string[];
  danger?: boolean;
  fields?: readonly DialogField[];
  confirmLabel: string;
}

export type DialogValues = Readonly<Record<string, string>>;

/**
 * A new dialog. A text field to fill in has the focus, else Cancel, so that a stray enter does no harm.
 */
export function openDialog(request: DialogRequest): DialogState {
  const fields = request.fields ?? [];
  const text = fields.findIndex((field) => 'edit' in field);
  return {
    title: request.title,
    lines: request.lines,
    danger: request.danger ?? false,
    fields,
    buttons: ['Cancel', request.confirmLabel],
    focus: text < 0 ? fields.length : text,
  };
}

/** What an event makes of a dialog: its next state or its answer; the same state when it means nothing. */
export function dialogInput(state: DialogState, event: InputEvent): DialogState | Done<DialogValues> {
  const field = state.fields[state.focus];
  const id = event.type === 'key' ? event.id : '';
  if (id === 'esc' || id === 'ctrl-c') return cancelled;
  const stops = state.fields.length + state.buttons.length;
  const step = (by: number) => ({ ...state, focus: (state.focus + by + stops) % stops });
  const moves: Readonly<Record<string, number>> = { tab: 1, down: 1, 'shift-tab': -1, up: -1 };
  if (moves[id]) return step(moves[id]);
  if (field && 'edit' in field) {
    if (id !== 'enter') return typed(state, field, event);
    // The end of what is to be typed is the answer; where harm may come of it, the button has to be pressed.
    return state.focus === state.fields.length - 1 && !state.danger ? confirm(state) : step(1);
  }
  return buttonOrChoice(state, field, id, step);
}

/** Keys where nothing is typed: vi's moves mean what the arrows mean. */
function buttonOrChoice(
  state: DialogState,
  field: ChoiceField | undefined,
  id: string,
  step: (by: number) => DialogState,
): DialogState | Done<DialogValues> {
  switch (id) {
    case 'q':
      return cancelled;
    case 'j':
      return step(1);
    case 'k':
      return step(-1);
    case 'left':
    case 'h':
      return field ? choose(state, field, -1) : step(-1);
    case 'right':
    case 'l':
      return field ? choose(state, field, 1) : step(1);
    case 'space':
    case 'enter':
      if (field) return choose(state, field, 1);
      return state.focus === state.fields.length ? cancelled : confirm(state);
    default:
      return state;
  }
}

function confirm(state: DialogState): DialogState | Done<DialogValues> {
  for (const [index, field] of state.fields.entries()) {
    const problem = 'edit' in field ? field.problem?.(field.edit.text.trim()) : undefined;
    if (problem !== undefined) return { ...state, focus: index, problem };
  }
  return new Done(Object.fromEntries(state.fields.map((field) => [field.id, answerOf(field)])));
}

function answerOf(field: DialogField): string {
  return 'edit' in field ? field.edit.text.trim() : field.options[field.value]!;
}

function withField(state: DialogState, next: DialogField): DialogState {
  const { problem: _, ...rest } = state;
  return { ...rest, fields: state.fields.map((field) => (field.id === next.id ? next : field)) };
}

function typed(state: DialogState, field: TextField, event: InputEvent): DialogState {
  const edit = editText(field.edit, event);
  return edit ? withField(state, { ...field, edit }) : state;
}

function choose(state: DialogState, field: ChoiceField, by: number): DialogState {
  const count = field.options.length;
  return withField(state, { ...field, value: (field.value + by + count) % count });
}
