import { escapeTerminal } from '../../lib/escape.ts';
import { padText, textWidth, truncateText } from '../../lib/text-width.ts';
import type { Theme } from '../../theme/theme.ts';
import type { PickerState } from '../state/picker.ts';
import { sliceText } from '../views/text-slice.ts';
import { cursorColumn } from './edit-text.ts';

const narrowest = 50;
const widest = 100;
/** Lines of a list besides its items: frame, search line, a line under it. */
const chrome = 4;
const searchSign = '› ';

/** How large a list wants to be on a screen of `columns` × `rows`, frame included; it does not grow and shrink as one types. */
export function pickerSize({ items }: PickerState, columns: number, rows: number): { width: number; height: number } {
  const longest = Math.max(...items.map(({ label, detail }) => textWidth(label) + textWidth(detail ?? '') + 12), 0);
  const width = Math.min(columns - 2, Math.max(narrowest, Math.min(widest, longest)));
  // What lies under it stays in sight on a screen that has room for both.
  const most = Math.min(rows - 2, Math.max(14, Math.floor(rows * 0.6)));
  return { width, height: Math.min(most, Math.max(1, items.length) + chrome) };
}

/** The first of the `room` items on the screen: the chosen one is always among them. */
function firstShown({ at, found }: PickerState, room: number): number {
  return Math.max(0, Math.min(at - Math.floor(room / 2), found.length - room));
}

/** A list as lines of exactly `width` cells, frame included. */
export function pickerLines(picker: PickerState, width: number, height: number, theme: Theme): string[] {
  const inner = width - 4;
  const edge = theme.paint('border', '│');
  const row = (styled: string, plain: string) =>
    `${edge} ${styled}${' '.repeat(Math.max(0, inner - textWidth(plain)))} ${edge}`;
  const count = `${picker.found.length}/${picker.items.length} `;
  const title = truncateText(` ${escapeTerminal(picker.title)} `, inner - count.length - 1);
  const rest = '─'.repeat(Math.max(0, width - 3 - textWidth(title) - count.length));
  const typed = shownQuery(picker, inner).text;
  const room = Math.max(1, height - chrome);
  const from = firstShown(picker, room);
  const items = picker.found.slice(from, from + room).map((index, place) => {
    const item = picker.items[index]!;
    const chosen = from + place === picker.at;
    const tick = item.on === undefined ? '' : item.on ? '[x] ' : '[ ] ';
    const detail = truncateText(escapeTerminal(item.detail ?? ''), Math.floor(inner / 2));
    const label = truncateText(
      `${chosen ? '>' : ' '} ${tick}${escapeTerminal(item.label)}`,
      inner - textWidth(detail) - (detail ? 2 : 0),
    );
    const plain = detail ? padText(label, inner - textWidth(detail)) + detail : padText(label, inner);
    const styled = chosen
      ? theme.paint('row.selected', plain)
      : padText(label, inner - textWidth(detail)) + theme.paint('text.muted', detail);
    return row(styled, plain);
  });
  const nothing = picker.found.length === 0 ? ['  -'] : [];
  const list = [...items, ...nothing.map((text) => row(theme.paint('text.muted', text), text))];
  while (list.length < room) list.push(row('', ''));
  return [
    theme.paint('border', `┌─${title}${rest}${count}┐`),
    row(theme.paint('accent', searchSign) + theme.paint('prompt', typed), searchSign + typed),
    theme.paint('border', `├${'─'.repeat(width - 2)}┤`),
    ...list,
    theme.paint('border', `└${'─'.repeat(width - 2)}┘`),
  ];
}

function shownQuery({ edit }: PickerState, inner: number): { text: string; cursor: number } {
  const room = inner - searchSign.length;
  const column = cursorColumn(edit);
  const hidden = Math.max(0, column - room + 1);
  return { text: sliceText(escapeTerminal(edit.text), hidden, room), cursor: column - hidden };
}

/** Where the terminal's own cursor belongs, from the list's corner. */
export function pickerCursor(picker: PickerState, width: number): { x: number; y: number } {
  return { x: 2 + searchSign.length + shownQuery(picker, width - 4).cursor, y: 1 };
}

/** Which of the found items stands on line `y` of the list, counted from its corner; undefined beside all of them. */
export function pickerItemAt(picker: PickerState, height: number, y: number): number | undefined {
  const room = Math.max(1, height - chrome);
  const place = y - 3;
  if (place < 0 || place >= room) return undefined;
  const index = firstShown(picker, room) + place;
  return index < picker.found.length ? index : undefined;
}
