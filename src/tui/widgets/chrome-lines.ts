import { escapeTerminal } from '../../lib/escape.ts';
import { padText, textWidth, truncateText } from '../../lib/text-width.ts';
import type { Theme } from '../../theme/theme.ts';
import type { ThemeToken } from '../../theme/tokens.ts';
import type { Action, ActionContext } from '../actions/action.ts';
import { reasonDisabled } from '../actions/disabled.ts';
import { everydayActions, keyLabel } from '../keys.ts';
import type { PromptState } from '../state/prompt-input.ts';
import type { Toast } from '../state/toasts.ts';
import { wrapWords } from '../views/error-lines.ts';
import { isNamed } from '../views/view.ts';
import type { ViewModel, ViewTitle } from '../views/view-model.ts';
import { say } from '../words/say.ts';

/** Joins pieces until the line is full; what does not fit is cut with `…`. */
export function joinPieces(
  pieces: readonly (readonly [ThemeToken | undefined, string])[],
  width: number,
  theme: Theme,
): string {
  let line = '';
  let left = width;
  for (const [token, raw] of pieces) {
    if (left <= 0) break;
    const text = truncateText(escapeTerminal(raw), left);
    line += token ? theme.paint(token, text) : text;
    left -= textWidth(text);
  }
  return line;
}

/**
 * `── pods(shop)[12/40] /web ─────────────── follow · wrap ──`
 * @param focused undefined where there is one pane; among several a sign, and not only a colour, says where keys go
 */
export function titleLine(title: ViewTitle, width: number, theme: Theme, focused?: boolean): string {
  const notes = title.notes.length > 0 ? ` ${title.notes.map((note) => say(note)).join(' · ')} ` : '';
  const left: [ThemeToken | undefined, string][] = [
    focused ? ['accent', '▶ '] : ['border', '─ '],
    [focused === false ? 'text.muted' : 'view.title', say(title.kind)],
    ...(title.scope
      ? ([
          ['border', '('],
          ['view.scope', title.scope],
          ['border', ')'],
        ] as [ThemeToken, string][])
      : []),
    ...(title.count
      ? ([
          ['border', '['],
          ['view.count', title.count],
          ['border', ']'],
        ] as [ThemeToken, string][])
      : []),
    ...(title.filter ? ([['view.filter', ` ${title.filter}`]] as [ThemeToken, string][]) : []),
    ['border', ' '],
  ];
  const plainWidth = left.reduce((sum, [, text]) => sum + textWidth(escapeTerminal(text)), 0);
  const room = width - plainWidth - textWidth(notes) - 1;
  if (room < 1) return joinPieces([...left, ['text.muted', notes]], width, theme);
  return joinPieces([...left, ['border', '─'.repeat(room)], ['text.muted', notes], ['border', '─']], width, theme);
}

const toastLines = 6;

/** A message in as many lines as it takes, up to six; the last one belongs on the status line. */
export function messageLines({ kind, text }: Toast, width: number, theme: Theme): string[] {
  const sign = kind === 'error' ? 'x ' : '';
  const words = text
    .split('\n')
    .flatMap((line) => wrapWords(escapeTerminal(line), Math.max(10, width - 2 - sign.length)));
  const shown = words.length > toastLines ? [...words.slice(0, toastLines - 1), '…'] : words;
  return shown.map((line, index) => {
    const lead = index === 0 ? sign : ' '.repeat(sign.length);
    const padded = shown.length > 1 ? padText(lead + line, width - 2) : lead + line;
    return ` ${theme.paint(`toast.${kind}`, padded)}`;
  });
}

/** A message where there is one, else the trail of views and what is wrong with the connection. */
export function statusLine(
  stack: readonly ViewModel[],
  toast: Toast | undefined,
  trouble: string | undefined,
  width: number,
  theme: Theme,
): string {
  if (toast) return messageLines(toast, width, theme).at(-1)!;
  const names = stack.map((model) => crumbOf(model));
  const trail = names.flatMap((name, index): [ThemeToken | undefined, string][] => [
    [index === names.length - 1 ? 'crumb.active' : 'crumb', `${index === 0 ? ' ' : ''}${name}`],
    ...(index < names.length - 1 ? ([['border', ' › ']] as [ThemeToken, string][]) : []),
  ]);
  return joinPieces(trouble ? [...trail, ['connection.trouble', `   ! ${trouble}`]] : trail, width, theme);
}

/** What a view is called in the trail and on tabs. */
export function crumbOf({ view }: ViewModel): string {
  if (view.type === 'table') {
    const kind = view.resource.plural;
    return view.of ? say('{kind} of {of}', { kind, of: view.of }) : kind;
  }
  if (view.type === 'page') return say(view.page);
  return say(view.type === 'logs' ? 'logs' : view.content);
}

/** Hints of what keys do here and now, from the key map; what cannot be used is left out. */
export function hintLine(context: ActionContext, width: number, theme: Theme): string {
  const { view } = context.model;
  const offered = ({ hint }: Action) => (typeof hint === 'object' ? isNamed(view, hint) : hint === true);
  const possible = context.host
    .bindings()
    .filter(({ action }) => offered(action) && reasonDisabled(action, context) === undefined);
  // Of several actions on one key the first one is meant.
  const hints = [...Map.groupBy(possible, ({ binding }) => binding.keys[0]).values()].map(([first]) => first!);
  const isGeneral = ({ action }: (typeof hints)[number]) => action.group === 'General';
  const rank = ({ action }: (typeof hints)[number]) => everydayActions.indexOf(action.id);
  const own = hints.filter((hint) => !isGeneral(hint)).sort((a, b) => rank(a) - rank(b));
  const general = hints.filter(isGeneral);
  const widthOf = ({ binding, action }: (typeof hints)[number]) =>
    textWidth(keyLabel(binding.keys[0]!)) + 1 + textWidth(say(action.label)) + 2;
  let room = width + 1;
  // Who does not know a key needs to know where the keys are told: help comes first, then what is used most.
  const fitting = new Set(
    [...general.toReversed(), ...own].filter((hint, index) => {
      const fits = widthOf(hint) <= room || index === 0;
      if (fits) room -= widthOf(hint);
      return fits;
    }),
  );
  const pieces = [...own, ...general]
    .filter((hint) => fitting.has(hint))
    .flatMap(({ binding, action }, index): [ThemeToken | undefined, string][] => [
      [undefined, index === 0 ? ' ' : '  '],
      ['key', keyLabel(binding.keys[0]!)],
      [undefined, ' '],
      ['key.label', say(action.label)],
    ]);
  return joinPieces(pieces, width, theme);
}

/** Candidates of the completion in one line, the chosen one marked. */
export function suggestionLine(
  prompt: PromptState,
  width: number,
  theme: Theme,
  hints?: ReturnType<NonNullable<ViewModel['filterHints']>>,
): string {
  if (prompt.mode === 'filter' && hints) {
    // One alone has room for what it means.
    const [[example, meaning] = ['', ''], ...more] = hints;
    const text = more.length === 0 ? `${example}  ${meaning}` : hints.map(([one]) => one).join(' · ');
    return joinPieces([['text.muted', ` ${text}`]], width, theme);
  }
  if (prompt.mode === 'filter') {
    return joinPieces(
      [['text.muted', ` ${say('words match anywhere · !not · status=X age<2h · -l label=value · -f fuzzy')}`]],
      width,
      theme,
    );
  }
  const words = prompt.suggestions.map((line) => line.slice(line.lastIndexOf(' ') + 1));
  const from = Math.max(0, prompt.chosen - 3);
  const pieces = words
    .slice(from)
    .flatMap((word, index): [ThemeToken | undefined, string][] => [
      [
        index + from === prompt.chosen ? 'button.focus' : 'text.muted',
        index + from === prompt.chosen ? `[${word}]` : ` ${word} `,
      ],
    ]);
  return joinPieces(pieces, width, theme);
}

/** Where the prompt's text begins. */
export const promptIndent = 2;

export function promptLine(prompt: PromptState, width: number, theme: Theme): string {
  const sign = prompt.mode === 'command' ? ':' : '/';
  const [first] = prompt.suggestions;
  const rest = prompt.chosen < 0 && first?.startsWith(prompt.edit.text) ? first.slice(prompt.edit.text.length) : '';
  const pieces: [ThemeToken | undefined, string][] = [
    ['accent', ` ${sign}`],
    ['prompt', prompt.edit.text],
    ['prompt.suggestion', rest],
  ];
  return joinPieces(pieces, width, theme);
}

/** A bar over the whole width, for screens that are too small for anything else. */
export function centredText(text: string, width: number): string {
  const left = Math.max(0, Math.floor((width - textWidth(text)) / 2));
  return padText(truncateText(' '.repeat(left) + text, width), width);
}
