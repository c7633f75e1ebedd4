import { ageMeaning, type RowMeaning } from '../../api/cell-meaning.ts';
import type { TableColumn } from '../../api/meta.ts';
import type { Health } from '../../api/row-health.ts';
import { ageSince } from '../../lib/age.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { isSpanColumn, laterSpan } from '../../lib/printed-span.ts';
import { padText, textWidth, truncateText } from '../../lib/text-width.ts';
import type { CompactRow, TableSort } from '../../store/compact-row.ts';
import type { ChangeMark } from '../../store/table-store.ts';
import { meaningTokens } from '../../theme/meaning-tokens.ts';
import type { Theme } from '../../theme/theme.ts';
import type { ThemeToken } from '../../theme/tokens.ts';
import { healthLook } from './row-health.ts';

/** A column as it is drawn: where its text comes from and how wide it is. */
export interface DrawnColumn {
  title: string;
  /** Name that the store sorts by. */
  sortName: string;
  /** Index into the row's cells; -1 is the namespace, -2 the age from the creation time. */
  cell: number;
  /** The cell tells how long ago something was; it goes on while the row stays the same. */
  span: boolean;
  width: number;
}

const namespaceCell = -1;
export const ageCell = -2;
/** What servers print where there is nothing. */
const absent: ReadonlySet<string> = new Set(['<none>', '<unset>', '<unknown>']);
const gap = 2;
/** Cells before the first column: cursor, mark, health and a space. */
const gutterWidth = 4;
const maximumWidth = 60;
/** Columns that a table is not read without; others give way on narrow screens. */
export const essentialColumns = ['Name', 'Status', 'Phase', 'Age'];

/** Which of the server's columns a table shows, with their natural widths still to be measured. */
export function chooseColumns(columns: readonly TableColumn[], wide: boolean, allNamespaces: boolean): DrawnColumn[] {
  const chosen: DrawnColumn[] = [];
  const draw = (name: string, cell: number) =>
    chosen.push({ title: name.toUpperCase(), sortName: name, cell, span: isSpanColumn(name), width: textWidth(name) });
  if (allNamespaces && !columns.some((column) => column.name === 'Namespace')) draw('Namespace', namespaceCell);
  columns.forEach((column, index) => {
    if ((column.priority ?? 0) > 0 && !wide) return;
    draw(column.name, column.name === 'Age' ? ageCell : index);
  });
  return chosen;
}

/** The text of one cell, safe for the terminal. */
export function cellText(row: CompactRow, cell: number, now: number, span = false): string {
  if (cell === namespaceCell) return row.namespace;
  if (cell === ageCell) return ageSince(row.creationTimestamp, now);
  const value = row.cells[cell];
  if (value === null || value === undefined || value === '') return '';
  const text = escapeTerminal(typeof value === 'object' ? JSON.stringify(value) : String(value));
  return span ? laterSpan(text, now - row.receivedAt) : text;
}

/** Widens `natural` (one width per column, kept between calls, so that columns never jump back) to hold `rows`. */
export function measureColumns(
  columns: readonly DrawnColumn[],
  natural: number[],
  rows: readonly CompactRow[],
  now: number,
): boolean {
  let grown = false;
  columns.forEach((column, index) => {
    let width = natural[index] ?? Math.max(textWidth(column.title) + 1, column.cell === ageCell ? 5 : 0);
    for (const row of rows) {
      const next = textWidth(cellText(row, column.cell, now, column.span));
      if (next > width) width = next;
    }
    width = Math.min(width, maximumWidth);
    if (width !== natural[index]) {
      natural[index] = width;
      grown = true;
    }
  });
  return grown;
}

/**
 * Fits columns into `width` cells: long ones give first, then columns fall off at the right (never one
 * of `keep`), then what is left is cut. What is left over stays free.
 */
export function fitColumns(columns: readonly DrawnColumn[], width: number, keep: readonly string[]): DrawnColumn[] {
  let kept = columns;
  let fitted = columns.map((column) => ({ ...column }));
  const total = () => gutterWidth + fitted.reduce((sum, column) => sum + column.width + gap, -gap);
  // Names tell rows apart: wide screens give up other columns before they cut a name.
  const nameFloor = Math.max(24, Math.floor(width * 0.3));
  const floor = (column: DrawnColumn) => (column.sortName === 'Name' ? nameFloor : 16);
  const shrink = (low: (column: DrawnColumn) => number) => {
    for (;;) {
      const over = total() - width;
      if (over <= 0) return true;
      const widest = fitted.filter((column) => column.width > low(column)).sort((a, b) => b.width - a.width)[0];
      if (!widest) return false;
      const second = fitted
        .filter((column) => column !== widest)
        .reduce((most, column) => Math.max(most, column.width), 0);
      widest.width = Math.max(low(widest), Math.min(widest.width - 1, Math.max(second, widest.width - over)));
    }
  };
  while (!shrink(floor)) {
    const index = kept.findLastIndex((column) => !keep.includes(column.sortName));
    if (index < 0) break;
    kept = kept.toSpliced(index, 1);
    // From their natural widths again: the column that fell off leaves room.
    fitted = kept.map((column) => ({ ...column }));
  }
  shrink(() => 4);
  return fitted;
}

export function headerLine(columns: readonly DrawnColumn[], sort: TableSort, width: number, theme: Theme): string {
  let line = ' '.repeat(gutterWidth);
  columns.forEach((column, index) => {
    const sorted = column.sortName.toLowerCase() === sort.column.toLowerCase();
    const arrow = sorted ? (sort.descending ? '↓' : '↑') : '';
    const text = padText(truncateText(column.title, column.width - arrow.length) + arrow, column.width);
    line += paintCell(sorted ? 'table.sorted' : 'table.header', text, theme);
    if (index < columns.length - 1) line += ' '.repeat(gap);
  });
  return columns.length === 0 ? truncateText('', width) : line;
}

/** Paints the text of a cell and not the spaces after it, which an underline would show. */
function paintCell(token: ThemeToken, cell: string, theme: Theme): string {
  const text = cell.trimEnd();
  return theme.paint(token, text) + cell.slice(text.length);
}

export interface RowLook {
  selected: boolean;
  marked: boolean;
  health: Health;
  statusCell: number;
  meanings: (row: CompactRow) => RowMeaning;
  mark: ChangeMark | undefined;
}

/** One row as one styled line. A selected row is one run of one style over the full width. */
export function rowLine(
  row: CompactRow,
  columns: readonly DrawnColumn[],
  look: RowLook,
  width: number,
  now: number,
  theme: Theme,
): string {
  const { sign, token } = healthLook[look.health];
  const cells = columns.map((column) =>
    padText(truncateText(cellText(row, column.cell, now, column.span), column.width), column.width),
  );
  const gutter = `${look.selected ? '>' : ' '}${look.marked ? '*' : ' '}${sign} `;
  if (look.selected)
    return theme.paint('row.selected', padText(truncateText(gutter + cells.join('  '), width, ''), width));
  if (look.marked) return theme.paint('row.marked', truncateText(gutter + cells.join('  '), width, ''));
  const added = look.mark?.kind === 'added';
  const meaning = look.meanings(row);
  let line = sign === ' ' ? gutter : gutter.replace(sign, () => theme.paint(token, sign));
  columns.forEach((column, index) => {
    const changed = added ? column.sortName === 'Name' : look.mark?.cells.includes(column.cell);
    const empty = absent.has(cells[index]!.trimEnd());
    const style = changed
      ? 'row.changed'
      : empty
        ? 'text.muted'
        : tokenOf(column, cells[index]!.trimEnd(), look, token, meaning);
    line += style ? paintCell(style, cells[index]!, theme) : cells[index]!;
    if (index < columns.length - 1) line += '  ';
  });
  return line;
}

function tokenOf(
  column: DrawnColumn,
  text: string,
  look: RowLook,
  healthToken: ThemeToken,
  meaning: RowMeaning,
): ThemeToken {
  if (column.cell === look.statusCell) return healthToken;
  if (column.sortName === 'Name') return look.health === 'error' || look.health === 'done' ? healthToken : 'text';
  if (column.cell === ageCell) return meaningTokens[ageMeaning(text) ?? 'muted'] ?? 'text';
  if (column.cell === namespaceCell) return 'text.muted';
  return meaningTokens[meaning(column.cell)] ?? 'text';
}
