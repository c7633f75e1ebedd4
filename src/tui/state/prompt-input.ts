import type { InputEvent } from '../term/key.ts';
import { type EditState, editText } from '../widgets/edit-text.ts';

/** The open command or filter line. */
export interface PromptState {
  mode: 'command' | 'filter';
  edit: EditState;
  /** Whole lines that the text may become; the first one is shown behind the cursor. */
  suggestions: readonly string[];
  /** Index of the suggestion taken with tab or the arrows; -1 while none is. */
  chosen: number;
  /** Place in the history; its length while the text is new. */
  historyAt: number;
}

export type PromptResult = { done: 'accept' | 'cancel'; text: string } | { done: false; state: PromptState };

export interface PromptContext {
  history: readonly string[];
  suggest(text: string): readonly string[];
}

export function openPrompt(mode: PromptState['mode'], text: string, context: PromptContext): PromptState {
  const edit = { text, cursor: text.length };
  return { mode, edit, suggestions: context.suggest(text), chosen: -1, historyAt: context.history.length };
}

/** What an event makes of the prompt. */
export function promptInput(state: PromptState, event: InputEvent, context: PromptContext): PromptResult {
  const id = event.type === 'key' ? event.id : '';
  if (id === 'esc' || id === 'ctrl-c' || (id === 'backspace' && state.edit.text === ''))
    return { done: 'cancel', text: '' };
  if (id === 'enter') return { done: 'accept', text: state.edit.text };
  if (id === 'tab' || id === 'shift-tab') return { done: false, state: choose(state, id === 'tab' ? 1 : -1) };
  if (id === 'right' && state.edit.cursor === state.edit.text.length && state.suggestions.length > 0) {
    return { done: false, state: withText(state, state.suggestions[Math.max(0, state.chosen)]!, context) };
  }
  if (id === 'up' || id === 'down') return { done: false, state: recall(state, id === 'up' ? -1 : 1, context) };
  const edit = editText(state.edit, event);
  if (!edit) return { done: false, state };
  const suggestions = edit.text === state.edit.text ? state.suggestions : context.suggest(edit.text);
  return { done: false, state: { ...state, edit, suggestions, chosen: -1 } };
}

function withText(state: PromptState, text: string, context: PromptContext): PromptState {
  return { ...state, edit: { text, cursor: text.length }, suggestions: context.suggest(text), chosen: -1 };
}

/** Goes through the suggestions; the list stays while one is chosen, so that tab can go on. */
function choose(state: PromptState, step: number): PromptState {
  const count = state.suggestions.length;
  if (count === 0) return state;
  const chosen = state.chosen < 0 ? (step > 0 ? 0 : count - 1) : (state.chosen + step + count) % count;
  const text = state.suggestions[chosen]!;
  return { ...state, chosen, edit: { text, cursor: text.length } };
}

function recall(state: PromptState, step: number, context: PromptContext): PromptState {
  const at = Math.max(0, Math.min(context.history.length, state.historyAt + step));
  return { ...withText(state, context.history[at] ?? '', context), historyAt: at };
}
