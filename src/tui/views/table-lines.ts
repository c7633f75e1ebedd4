import { ageMeaning, type RowMeaning } from '../../api/cell-meaning.ts';
import type { Health } from '../../api/row-health.ts';
import type { ShapedColumn } from '../../api/row-shape.ts';
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
  right?: boolean;
}

/** What a user has chosen of a table's columns, by name; the others are shown as usual. */
export interface ColumnChoice {
  shown: readonly string[];
  hidden: readonly string[];
}

const namespaceCell = -1;
export const ageCell = -2;
/** What servers print where there is nothing. */
const absent: ReadonlySet<string> = new Set(['<none>', '<unset>', '<unknown>', '-']);
const gap = 2;
/** Cells before the first column: cursor, mark, health and a space. */
const gutterWidth = 4;
const maximumWidth = 60;
/** Names are not cut shorter than this for the sake of another column. */
const shortestName = 18;
/** Columns that a table is not read without. */
export const essentialColumns = ['Name', 'Status', 'Phase'];
/** Columns that give way on narrow screens only when all others have, the first of these first: pods are read by READY and RESTARTS. */
export const dearColumns = ['Age', 'Restarts', 'Ready', 'Namespace'];

/** Which of the server's columns a table shows, with their natural widths still to be measured. */
export function chooseColumns(
  columns: readonly ShapedColumn[],
  options: { wide: boolean; allNamespaces: boolean; choice?: ColumnChoice | undefined },
): DrawnColumn[] {
  const { wide, allNamespaces, choice } = options;
  return everyColumn(columns, allNamespaces).flatMap(({ priority, ...column }) => {
    const usual = wide || priority === 0;
    const isShown = choice?.shown.includes(column.sortName) || (usual && !choice?.hidden.includes(column.sortName));
    return isShown ? [column] : [];
  });
}

/** All that there is to choose from. */
export function everyColumn(
  columns: readonly ShapedColumn[],
  allNamespaces: boolean,
): (DrawnColumn & { priority: number })[] {
  const drawn = (column: ShapedColumn, cell: number) => ({
    title: column.name.toUpperCase(),
    sortName: column.name,
    cell,
    span: column.span ?? isSpanColumn(column.name),
    width: textWidth(column.name),
    priority: column.priority ?? 0,
    ...(column.align === 'right' && { right: true }),
  });
  const needsNamespace = allNamespaces && !columns.some((column) => column.name === 'Namespace');
  return [
    ...(needsNamespace ? [drawn({ name: 'Namespace', type: 'string' }, namespaceCell)] : []),
    ...columns.map((column, index) => drawn(column, column.name === 'Age' ? ageCell : index)),
  ];
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
 * Fits columns into `width` cells: long ones give first, then columns fall off at the right (never one of `keep`),
 * those of `dear` after all others and in their order, then what is left is cut. What is left over stays free.
 */
export function fitColumns(
  columns: readonly DrawnColumn[],
  width: number,
  { keep, dear }: { keep: readonly string[]; dear: readonly string[] },
): DrawnColumn[] {
  let kept = columns;
  let fitted = columns.map((column) => ({ ...column }));
  const total = () => gutterWidth + fitted.reduce((sum, column) => sum + column.width + gap, -gap);
  // Names tell rows apart: wide screens give up other columns before they cut a name.
  let nameFloor = Math.max(24, Math.floor(width * 0.3));
  // Half a URL leads nowhere.
  const floor = (column: DrawnColumn) => (['Name', 'URL'].includes(column.sortName) ? nameFloor : 16);
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
    const index = leastMissed(kept, keep, dear);
    if (index < 0) break;
    // A little of a name is given before a column without which the table says little.
    if (dear.includes(kept[index]!.sortName)) {
      nameFloor = shortestName;
      fitted = kept.map((column) => ({ ...column }));
      if (shrink(floor)) break;
    }
    kept = kept.toSpliced(index, 1);
    // From their natural widths again: the column that fell off leaves room.
    fitted = kept.map((column) => ({ ...column }));
  }
  shrink(() => 4);
  return fitted;
}

/** Index of the column that falls off next; -1 where none may. */
function leastMissed(columns: readonly DrawnColumn[], keep: readonly string[], dear: readonly string[]): number {
  const last = columns.findLastIndex(({ sortName }) => ![...keep, ...dear].includes(sortName));
  if (last >= 0) return last;
  const next = dear.find((name) => !keep.includes(name) && columns.some(({ sortName }) => sortName === name));
  return columns.findIndex(({ sortName }) => sortName === next);
}

/**
 * The headings. The sorted one has an arrow.
 * @param cursor name of the column that a key would sort by, led by a sign
 */
export function headerLine(
  columns: readonly DrawnColumn[],
  { sort, cursor }: { sort: TableSort; cursor: string | undefined },
  width: number,
  theme: Theme,
): string {
  if (columns.length === 0) return truncateText('', width);
  let line = ' '.repeat(gutterWidth - 1);
  columns.forEach((column, index) => {
    const sorted = column.sortName.toLowerCase() === sort.column.toLowerCase();
    const arrow = sorted ? (sort.descending ? '↓' : '↑') : '';
    const text = aligned(truncateText(column.title, column.width - arrow.length) + arrow, column);
    const isUnder = column.sortName === cursor;
    line += isUnder ? theme.paint('accent', '›') : ' ';
    line += paintCell(isUnder ? 'accent' : sorted ? 'table.sorted' : 'table.header', text, theme);
    if (index < columns.length - 1) line += ' '.repeat(gap - 1);
  });
  return line;
}

/** The column whose heading or cells are at `x`; undefined beside them. */
export function columnAt(columns: readonly DrawnColumn[], x: number): DrawnColumn | undefined {
  let from = gutterWidth;
  for (const column of columns) {
    // The space before a heading is where its sign stands.
    if (x >= from - 1 && x < from + column.width) return column;
    from += column.width + gap;
  }
  return undefined;
}

function aligned(text: string, column: DrawnColumn): string {
  return column.right ? ' '.repeat(Math.max(0, column.width - textWidth(text))) + text : padText(text, column.width);
}

/** Paints the text of a cell and not the spaces after it, which an underline would show. */
function paintCell(token: ThemeToken, cell: string, theme: Theme): string {
  const text = cell.trim();
  const from = cell.length - cell.trimStart().length;
  return cell.slice(0, from) + theme.paint(token, text) + cell.slice(from + text.length);
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
    aligned(truncateText(cellText(row, column.cell, now, column.span), column.width), column),
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
    const empty = absent.has(cells[index]!.trim());
    const style = changed
      ? 'row.changed'
      : empty
        ? 'text.muted'
        : tokenOf(column, cells[index]!.trim(), look, token, meaning);
    line += style ? paintCell(style, cells[index]!, theme) : cells[index]!;
    if (index < columns.length - 1) line += '  ';
  });
  return line;
}

/** The line of an object that has just gone, where the cursor was. */
export function tombstoneLine(
  row: CompactRow,
  {
    columns,
    words,
    width,
    now,
    theme,
  }: { columns: readonly DrawnColumn[]; words: string; width: number; now: number; theme: Theme },
): string {
  const first = columns.slice(0, columns.findIndex((column) => column.sortName === 'Name') + 1);
  const names = first.map((column) => aligned(truncateText(cellText(row, column.cell, now), column.width), column));
  return theme.paint('row.selected', padText(truncateText(`>†  ${[...names, words].join('  ')}`, width, ''), width));
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
