import { escapeTerminal } from '../../lib/escape.ts';
import { padText, textWidth, truncateText } from '../../lib/text-width.ts';
import type { Theme } from '../../theme/theme.ts';
import type { ThemeToken } from '../../theme/tokens.ts';
import type { DialogState } from '../state/dialog.ts';
import { sliceText, wrapText } from '../views/text-slice.ts';
import { say } from '../words/say.ts';
import { cursorColumn, type EditState } from './edit-text.ts';
import { wrapLines } from './wrap-lines.ts';

const betweenButtons = '   ';
const narrowest = 60;
const widest = 120;
/** Command lines are shown in so many lines; copying gives all of them. */
const mostCommandLines = 3;

interface TextLine {
  token: ThemeToken;
  text: string;
}

/** What the question is about, and what would come of it: names are never cut, because a name that is cut may be another one's. */
function questionLines(dialog: DialogState, width: number): TextLine[] {
  const room = width - 4;
  const wrapped = (token: ThemeToken, lines: readonly string[]): TextLine[] =>
    wrapLines(lines.map(escapeTerminal), room).map((text) => ({ token, text }));
  const { preview } = dialog;
  const looked = !preview
    ? []
    : preview.phase === 'waiting'
      ? wrapped('text.muted', [say('Looking at what would come of it…')])
      : wrapped(preview.phase === 'failed' ? 'dialog.danger' : 'text', preview.lines);
  const gap: TextLine[] = dialog.lines.length > 0 && looked.length > 0 ? [{ token: 'text', text: '' }] : [];
  return [...wrapped('text', dialog.lines), ...gap, ...looked];
}

/** `$ kctl scale …`, as far as there is room. */
function commandLines(dialog: DialogState, width: number): TextLine[] {
  const { commands } = dialog;
  if (commands.length === 0) return [];
  const lines = commands.flatMap((line) => wrapText(`$ ${escapeTerminal(line)}`, width - 4));
  const shown = lines.length > mostCommandLines ? [...lines.slice(0, mostCommandLines - 1), '…'] : lines;
  return [{ token: 'text', text: '' }, ...shown.map((text): TextLine => ({ token: 'text.muted', text }))];
}

/** Labels are as wide as the widest, within reason. */
function labelWidth(dialog: DialogState): number {
  return Math.min(24, Math.max(11, ...dialog.fields.map((field) => textWidth(say(field.label)))));
}

/** The part of a line of text around its cursor that has room, and where the cursor stands in it. */
function shownPart(edit: EditState, room: number): { text: string; cursor: number } {
  const column = cursorColumn(edit);
  const hidden = Math.max(0, column - room + 1);
  return { text: sliceText(escapeTerminal(edit.text), hidden, room), cursor: column - hidden };
}

/** Where the terminal's own cursor belongs, from the dialog's corner: in the text that is typed; undefined elsewhere. */
export function dialogCursor(dialog: DialogState, width: number, lines: number): { x: number; y: number } | undefined {
  const field = dialog.fields[dialog.focus];
  if (!field || !('edit' in field)) return undefined;
  const lead = labelWidth(dialog) + 3;
  const { cursor } = shownPart(field.edit, width - 4 - lead);
  return { x: 2 + lead + cursor, y: lines - 3 - dialog.fields.length + dialog.focus };
}

/** How large a dialog wants to be on a screen of `columns`, frame included. */
export function dialogSize(dialog: DialogState, columns: number): { width: number; height: number } {
  const texts = [...dialog.lines, ...(dialog.preview?.lines ?? []), ...dialog.commands.map((line) => `$ ${line}`)];
  const longest = Math.max(0, ...texts.map((line) => textWidth(escapeTerminal(line)))) + 4;
  const width = Math.min(columns - 2, Math.max(narrowest, Math.min(widest, longest)));
  const text = questionLines(dialog, width).length + commandLines(dialog, width).length;
  return { width, height: text + dialog.fields.length + 6 };
}

/** The buttons as they are written, the one in focus with signs that need no colour, and where the first one begins. */
function buttonRow(dialog: DialogState, inner: number) {
  const buttons = dialog.buttons.map((label, index) => {
    const focused = dialog.focus === dialog.fields.length + index;
    const text = say(label);
    return { text: focused ? `[>${text}<]` : `[ ${text} ]`, focused };
  });
  const plain = buttons.map((button) => button.text).join(betweenButtons);
  return { buttons, plain, indent: Math.max(0, Math.floor((inner - textWidth(plain)) / 2)) };
}

/** The part of the text that has room; what is above and below is told. */
function scrolled(lines: readonly TextLine[], room: number, scroll: number): TextLine[] {
  if (lines.length <= room) return [...lines];
  const window = Math.max(1, room - 1);
  const from = Math.min(scroll, lines.length - window);
  const told = say('{from}–{to} of {count} lines (PgUp, PgDn)', {
    from: from + 1,
    to: from + window,
    count: lines.length,
  });
  return [...lines.slice(from, from + window), { token: 'text.muted', text: told }];
}

/** A dialog as lines of exactly `width` cells, frame included. */
export function dialogLines(dialog: DialogState, width: number, height: number, theme: Theme): string[] {
  const inner = width - 4;
  const edge = theme.paint(dialog.danger ? 'dialog.danger' : 'border', '│');
  const row = (styled: string, plain: string) =>
    `${edge} ${styled}${' '.repeat(Math.max(0, inner - textWidth(plain)))} ${edge}`;
  const textRow = ({ token, text }: TextLine) => row(theme.paint(token, text), text);
  const title = truncateText(` ${escapeTerminal(dialog.title)} `, inner);
  const labels = labelWidth(dialog);
  const fields = dialog.fields.map((field, index) => {
    const focused = dialog.focus === index;
    const label = `${focused ? '>' : ' '} ${padText(truncateText(escapeTerminal(say(field.label)), labels), labels)} `;
    if ('edit' in field) {
      const room = inner - textWidth(label);
      const value = padText(shownPart(field.edit, room).text, room);
      return row(label + theme.paint('prompt', value), label + value);
    }
    const value = truncateText(`< ${escapeTerminal(say(field.options[field.value]!))} >`, inner - textWidth(label));
    return row(label + theme.paint(focused ? 'button.focus' : 'button', value), label + value);
  });
  const { buttons, plain, indent } = buttonRow(dialog, inner);
  const lead = ' '.repeat(indent);
  const styledButtons = buttons
    .map((button) => theme.paint(button.focused ? 'button.focus' : 'button', button.text))
    .join(betweenButtons);
  const frame = (left: string, middle: string, right: string) =>
    theme.paint(dialog.danger ? 'dialog.danger' : 'border', left + middle + right);
  const rest = Math.max(0, width - 3 - textWidth(title));
  const foot = [...(fields.length > 0 ? [row('', ''), ...fields] : []), messageRow(dialog, inner, theme, row)];
  const commands = commandLines(dialog, width);
  // Frame and buttons take three lines.
  const room = Math.max(0, height - 3 - foot.length);
  const withCommands = room > commands.length + 1 ? commands : [];
  const text = scrolled(questionLines(dialog, width), Math.max(0, room - withCommands.length), dialog.scroll);
  const body = [...text.slice(0, room), ...withCommands].map(textRow);
  return [
    frame('┌─', title, `${'─'.repeat(rest)}┐`),
    ...[...body, ...foot].slice(-(height - 3)),
    row(lead + styledButtons, lead + plain),
    frame('└', '─'.repeat(width - 2), '┘'),
  ];
}

/** Why the answer did nothing, else what was done, else what keys do here. */
function messageRow(
  dialog: DialogState,
  inner: number,
  theme: Theme,
  row: (styled: string, plain: string) => string,
): string {
  const keys = dialog.commands.length === 0 ? '' : say('Ctrl-Y copies the command');
  const [token, text]: [ThemeToken, string] = dialog.problem
    ? ['dialog.danger', dialog.problem]
    : ['text.muted', dialog.note === undefined ? keys : say(dialog.note)];
  const line = truncateText(escapeTerminal(text), inner);
  return row(theme.paint(token, line), line);
}

/**
 * What a click on a dialog of `lines` lines means: the focus stop (as in `DialogState.focus`) at column
 * `x` and line `y`, both counted from the dialog's upper left corner; undefined beside all of them.
 */
export function dialogStopAt(
  dialog: DialogState,
  width: number,
  lines: number,
  x: number,
  y: number,
): number | undefined {
  const fromEnd = lines - 1 - y;
  if (fromEnd === 1) {
    const { buttons, indent } = buttonRow(dialog, width - 4);
    let left = 2 + indent;
    for (const [index, button] of buttons.entries()) {
      const right = left + textWidth(button.text);
      if (x >= left && x < right) return dialog.fields.length + index;
      left = right + betweenButtons.length;
    }
  }
  const field = dialog.fields.length - (fromEnd - 2);
  return fromEnd > 2 && field >= 0 && field < dialog.fields.length && x > 1 && x < width - 2 ? field : undefined;
}
