import type { InputEvent } from '../term/key.ts';
import { type EditState, editText } from '../widgets/edit-text.ts';
import { sayAssembled } from '../words/say.ts';
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

/** What a dialog says of the answer as it stands: lines, and whether they are still looked up or could not be. */
export interface DialogPreviewText {
  phase: 'waiting' | 'told' | 'failed';
  lines: readonly string[];
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
  /** Something that was done while the dialog stays open: a copy was made. */
  note?: string;
  /** The command lines that the answer stands for. */
  commands: readonly string[];
  preview?: DialogPreviewText;
  /** Lines of the text that are scrolled away. */
  scroll: number;
  commandsOf?: (values: DialogValues) => readonly string[];
}

export interface DialogRequest {
  title: string;
  lines: readonly string[];
  danger?: boolean;
  fields?: readonly DialogField[];
  /** The button that answers; where it is the only one (`notice`) it takes the message away. */
  confirmLabel: string;
  /** Nothing is asked: there is one button. */
  notice?: boolean;
  /** The command lines that these values stand for; shown, and copied by `c`. */
  commands?(values: DialogValues): readonly string[];
  /** Looks up what would come of these values; what it rejects with is shown in its place. */
  preview?(values: DialogValues, signal: AbortSignal): Promise<readonly string[]>;
}

export type DialogValues = Readonly<Record<string, string>>;

/**
 * A new dialog. A text field to fill in has the focus, else Cancel, so that a stray enter does no harm.
 */
export function openDialog(request: DialogRequest): DialogState {
  const fields = request.fields ?? [];
  const text = fields.findIndex((field) => 'edit' in field);
  return withCommands({
    title: sayAssembled(request.title),
    lines: request.lines.map(sayAssembled),
    danger: request.danger ?? false,
    fields,
    buttons: request.notice ? [request.confirmLabel] : ['Cancel', request.confirmLabel],
    focus: text < 0 ? fields.length : text,
    commands: [],
    scroll: 0,
    ...(request.commands && { commandsOf: request.commands }),
  });
}

function withCommands(state: DialogState): DialogState {
  return state.commandsOf ? { ...state, commands: state.commandsOf(dialogValues(state)) } : state;
}

/** The values as they stand, whether they will do or not. */
export function dialogValues(state: DialogState): DialogValues {
  return Object.fromEntries(state.fields.map((field) => [field.id, answerOf(field)]));
}

/** False while a field holds what will not do. */
export function isAnswerable({ fields }: DialogState): boolean {
  return fields.every((field) => !('edit' in field) || field.problem?.(field.edit.text.trim()) === undefined);
}

/** True where letters are commands and no text. */
export function takesLetters({ fields, focus }: DialogState): boolean {
  const field = fields[focus];
  return field !== undefined && 'edit' in field;
}

/** How many lines there are exactly is known where they are drawn: what is too much is brought back there. */
function scrolled({ scroll, lines, preview }: DialogState, by: number): number {
  const most = [...lines, ...(preview?.lines ?? [])].reduce((sum, line) => sum + Math.ceil((line.length + 1) / 40), 0);
  return Math.max(0, Math.min(most, scroll + by));
}

const scrollKeys: Readonly<Record<string, number>> = { pageup: -5, pagedown: 5 };

/** What an event makes of a dialog: its next state or its answer; the same state when it means nothing. */
export function dialogInput(state: DialogState, event: InputEvent): DialogState | Done<DialogValues> {
  const field = state.fields[state.focus];
  const id = event.type === 'key' ? event.id : '';
  if (id === 'esc' || id === 'ctrl-c') return cancelled;
  const stops = state.fields.length + state.buttons.length;
  const step = (by: number) => ({ ...state, focus: (state.focus + by + stops) % stops });
  const moves: Readonly<Record<string, number>> = { tab: 1, down: 1, 'shift-tab': -1, up: -1 };
  if (moves[id]) return step(moves[id]);
  if (scrollKeys[id]) return { ...state, scroll: scrolled(state, scrollKeys[id]) };
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
      return state.focus === state.fields.length && state.buttons.length > 1 ? cancelled : confirm(state);
    default:
      return state;
  }
}

function confirm(state: DialogState): DialogState | Done<DialogValues> {
  for (const [index, field] of state.fields.entries()) {
    const problem = 'edit' in field ? field.problem?.(field.edit.text.trim()) : undefined;
    if (problem !== undefined) return { ...state, focus: index, problem: sayAssembled(problem) };
  }
  return new Done(dialogValues(state));
}

function answerOf(field: DialogField): string {
  return 'edit' in field ? field.edit.text.trim() : field.options[field.value]!;
}

function withField(state: DialogState, next: DialogField): DialogState {
  const { problem: _, note: __, ...rest } = state;
  return withCommands({ ...rest, fields: state.fields.map((field) => (field.id === next.id ? next : field)) });
}

function typed(state: DialogState, field: TextField, event: InputEvent): DialogState {
  const edit = editText(field.edit, event);
  return edit ? withField(state, { ...field, edit }) : state;
}

function choose(state: DialogState, field: ChoiceField, by: number): DialogState {
  const count = field.options.length;
  return withField(state, { ...field, value: (field.value + by + count) % count });
}
