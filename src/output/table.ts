import type { TableColumn, TableRow } from '../api/meta.ts';
import { escapeTerminal } from '../lib/escape.ts';
import { textWidth } from '../lib/text-width.ts';

export interface TableOptions {
  /** Shows columns of priority above 0 too. */
  wide?: boolean;
  noHeaders?: boolean;
  /** NAMESPACE as the first column. */
  withNamespace?: boolean;
  /** CONTEXT in front of everything: the one that a row comes from. */
  contextOf?: (row: TableRow) => string;
  /** Put before every name: `pod/`, `deployment.apps/` (without the slash here). */
  kindPrefix?: string;
  /** Labels shown as columns of their own. */
  labelColumns?: readonly string[];
  /** All labels in a last column. */
  showLabels?: boolean;
  /** Colours; they take no room. */
  paint?: TablePaint;
  /** Writes the cells another way than in columns, without colours. */
  write?: (lines: readonly (readonly string[])[], hasHeader: boolean) => string;
}

/** A column that does not come from the server's table. */
export type OwnColumn = 'context' | 'event' | 'namespace' | 'label';

/** Puts colours around texts that are safe for a terminal; what is seen of a text may not change. */
export interface TablePaint {
  header(text: string): string;
  rows(columns: readonly TableColumn[]): (row: TableRow) => CellPaint;
}

interface CellPaint {
  /** @param prefix the kind in front of a name, part of `text`; '' where there is none */
  cell(index: number, text: string, prefix: string): string;
  own(column: OwnColumn, text: string): string;
}

/** A printer that remembers the widths of its columns, so that rows of a watch stay under each other. */
export interface StreamingTable {
  /**
   * Lays out rows and returns their lines, each with its line feed; '' for no rows. The header comes with
   * the first rows, and again when `columns` differ; empty `columns` mean those of the call before.
   * @param event what happened to the rows, shown in an EVENT column in front
   */
  add(columns: readonly TableColumn[], rows: readonly TableRow[], event?: string): string;
  /** Makes the columns wide enough for rows that are not printed. */
  measure(columns: readonly TableColumn[], rows: readonly TableRow[]): void;
}

const MIN_WIDTH = 6;
const PADDING = 3;
const LINE_END = /[\n\r\f]/;
const PADDED_EVENTS: Readonly<Record<string, string>> = {
  ADDED: 'ADDED   ',
  MODIFIED: 'MODIFIED',
  DELETED: 'DELETED ',
  ERROR: 'ERROR   ',
};

/** The tables of `get`, byte for byte as kubectl lays them out (kubectl reference 2.6). */
export function createTablePrinter(options: TableOptions = {}): StreamingTable {
  let current: readonly TableColumn[] = [];
  let headerPrinted = false;
  let widths: number[] = [];

  return {
    add(columns, rows, event) {
      if (columns.length > 0 && !sameColumns(columns, current)) {
        current = columns;
        headerPrinted = false;
      }
      if (rows.length === 0) return '';
      const layout = visibleColumns(current, options);
      const lines = rows.map((row) => rowCells(row, layout, options, event));
      const painted =
        options.paint && !options.write
          ? paintRows(options.paint, current, rows, lines, layout, options, event)
          : undefined;
      const hasHeader = !headerPrinted && !options.noHeaders;
      if (hasHeader) {
        const header = headerCells(current, layout, options, event);
        lines.unshift(header);
        painted?.unshift(header.map(options.paint!.header));
      }
      headerPrinted = true;
      if (options.write) return options.write(lines, hasHeader);
      widths = columnWidths(lines, widths);
      return joinLines(lines, widths, painted);
    },
    measure(columns, rows) {
      const layout = visibleColumns(columns, options);
      widths = columnWidths(
        rows.map((row) => rowCells(row, layout, options, undefined)),
        widths,
      );
    },
  };
}

/** The cells of `lines` in their colours; which is which follows from the order that `rowCells` has. */
function paintRows(
  paint: TablePaint,
  columns: readonly TableColumn[],
  rows: readonly TableRow[],
  lines: readonly string[][],
  visible: readonly VisibleColumn[],
  { contextOf, withNamespace, kindPrefix }: TableOptions,
  event: string | undefined,
): string[][] {
  const before: OwnColumn[] = [];
  if (event !== undefined) before.push('event');
  if (contextOf) before.push('context');
  if (withNamespace) before.push('namespace');
  const paintsOf = paint.rows(columns);
  return lines.map((cells, line) => {
    const paints = paintsOf(rows[line]!);
    return cells.map((text, at) => {
      const own = before[at];
      if (own) return paints.own(own, text);
      const column = visible[at - before.length];
      if (!column) return paints.own('label', text);
      return paints.cell(column.index, text, column.isName && kindPrefix ? `${kindPrefix}/` : '');
    });
  });
}

interface VisibleColumn {
  index: number;
  isName: boolean;
}

function sameColumns(a: readonly TableColumn[], b: readonly TableColumn[]): boolean {
  return a.length === b.length && a.every((column, index) => column.name === b[index]?.name);
}

function visibleColumns(columns: readonly TableColumn[], { wide }: TableOptions): VisibleColumn[] {
  const visible: VisibleColumn[] = [];
  for (const [index, column] of columns.entries()) {
    if (wide || !column.priority) visible.push({ index, isName: column.format === 'name' && column.name === 'Name' });
  }
  return visible;
}

function headerCells(
  columns: readonly TableColumn[],
  visible: readonly VisibleColumn[],
  { contextOf, withNamespace, labelColumns = [], showLabels }: TableOptions,
  event: string | undefined,
): string[] {
  return [
    ...(event === undefined ? [] : ['EVENT']),
    ...(contextOf ? ['CONTEXT'] : []),
    ...(withNamespace ? ['NAMESPACE'] : []),
    ...visible.map(({ index }) => escapeTerminal(columns[index]?.name.toUpperCase() ?? '')),
    ...labelColumns.map((label) => label.slice(label.lastIndexOf('/') + 1).toUpperCase()),
    ...(showLabels ? ['LABELS'] : []),
  ];
}

function rowCells(
  row: TableRow,
  visible: readonly VisibleColumn[],
  options: TableOptions,
  event: string | undefined,
): string[] {
  const cells: string[] = [];
  const metadata = row.object?.metadata;
  if (event !== undefined) cells.push(PADDED_EVENTS[event] ?? 'UNKNOWN');
  if (options.contextOf) cells.push(cellText(options.contextOf(row)));
  if (options.withNamespace) cells.push(cellText(metadata?.namespace ?? ''));
  for (const { index, isName } of visible) {
    const text = cellText(row.cells[index]);
    cells.push(isName && options.kindPrefix ? `${options.kindPrefix}/${text}` : text);
  }
  for (const label of options.labelColumns ?? []) cells.push(cellText(metadata?.labels?.[label] ?? ''));
  if (options.showLabels) cells.push(cellText(labelsText(metadata?.labels)));
  return cells;
}

function labelsText(labels: Record<string, string> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '<none>' : pairs.sort().join(',');
}

/** One cell as safe text of one line; what follows a line break is cut and shown as `...`. */
function cellText(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const end = text.search(LINE_END);
  return escapeTerminal(end < 0 ? text : `${text.slice(0, end)}...`);
}

function columnWidths(lines: readonly string[][], known: readonly number[]): number[] {
  const widths = [...known];
  for (const cells of lines) {
    for (let index = 0; index < cells.length - 1; index++) {
      const width = Math.max(MIN_WIDTH, textWidth(cells[index] ?? '') + PADDING);
      if (width > (widths[index] ?? 0)) widths[index] = width;
    }
  }
  return widths;
}

/**
 * Lines are joined once: with 10,000 rows a string per cell and one per line is all that is allocated.
 * @param painted what is written for the cells, which are as wide as the plain ones
 */
function joinLines(
  lines: readonly string[][],
  widths: readonly number[],
  painted: readonly string[][] = lines,
): string {
  let text = '';
  for (const [line, cells] of lines.entries()) {
    const shown = painted[line]!;
    const last = cells.length - 1;
    for (let index = 0; index < last; index++) {
      text += shown[index] ?? '';
      text += ' '.repeat((widths[index] ?? 0) - textWidth(cells[index] ?? ''));
    }
    text += `${shown[last] ?? ''}\n`;
  }
  return text;
}
