import type { InputEvent } from '../term/key.ts';

/** A choice in a dialog. */
export interface DialogField {
  id: string;
  label: string;
  options: readonly string[];
  /** Index of the chosen option. */
  value: number;
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
}

export interface DialogRequest {
  title: string;
  lines: readonly string[];
  danger?: boolean;
  fields?: readonly DialogField[];
  confirmLabel: string;
}

export type DialogAnswer = { confirmed: false } | { confirmed: true; values: Record<string, string> };

/** A new dialog; Cancel has the focus, so that a stray enter does no harm. */
export function openDialog(request: DialogRequest): DialogState {
  const fields = request.fields ?? [];
  return {
    title: request.title,
    lines: request.lines,
    danger: request.danger ?? false,
    fields,
    buttons: ['Cancel', request.confirmLabel],
    focus: fields.length,
  };
}

/** What an event makes of a dialog: its next state or its answer; the same state when it means nothing. */
export function dialogInput(state: DialogState, event: InputEvent): DialogState | DialogAnswer {
  if (event.type !== 'key') return state;
  const stops = state.fields.length + state.buttons.length;
  const onField = state.focus < state.fields.length;
  const step = (by: number) => ({ ...state, focus: (state.focus + by + stops) % stops });
  switch (event.id) {
    case 'esc':
    case 'ctrl-c':
    case 'q':
      return { confirmed: false };
    case 'tab':
    case 'down':
    case 'j':
      return step(1);
    case 'shift-tab':
    case 'up':
    case 'k':
      return step(-1);
    case 'left':
    case 'h':
      return onField ? choose(state, -1) : step(-1);
    case 'right':
    case 'l':
      return onField ? choose(state, 1) : step(1);
    case 'space':
    case 'enter':
      if (onField) return choose(state, 1);
      return state.focus === state.fields.length ? { confirmed: false } : { confirmed: true, values: valuesOf(state) };
    default:
      return state;
  }
}

function choose(state: DialogState, by: number): DialogState {
  const fields = state.fields.map((field, index) =>
    index === state.focus
      ? { ...field, value: (field.value + by + field.options.length) % field.options.length }
      : field,
  );
  return { ...state, fields };
}

function valuesOf(state: DialogState): Record<string, string> {
  return Object.fromEntries(state.fields.map((field) => [field.id, field.options[field.value]!]));
}
