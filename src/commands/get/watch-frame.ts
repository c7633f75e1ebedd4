import type { TableRow } from '../../api/meta.ts';
import { textWidth, truncateText } from '../../lib/text-width.ts';
import { createTablePrinter, type TableOptions, type TablePaint } from '../../output/table.ts';
import { changedFor, currentRow, type ScreenRow, type WatchTable } from './watch-table.ts';

/** A table with how it looks. */
export interface FrameTable {
  table: WatchTable;
  layout: TableOptions;
  /** What a cell that has just changed looks like; absent where nothing is painted. */
  changed?: (text: string) => string;
}

export interface FrameOptions {
  size: { columns: number; rows: number };
  /** Milliseconds by this machine's clock, and by the server's. */
  now: number;
  serverNow: number;
  /** Lines below the tables: why what is shown may be old. */
  notices: readonly string[];
  /** How many lines are scrolled out above. */
  offset: number;
  /** What can be pressed, where not everything fits. */
  keys: string;
}

export interface Frame {
  lines: string[];
  /** The largest offset that shows anything more. */
  lastOffset: number;
  /** Lines of the tables that are visible at a time. */
  page: number;
}

const sgr = /\u001b\[[\d;]*m/g;
const dimmedAndStruck = '\u001b[2;9m';
const dimmed = '\u001b[2m';
const reset = '\u001b[0m';

/** A line before it is printed: a row of a table, its header, or the empty line in front of one. */
interface BodyLine {
  at: 'row' | 'header' | 'gap';
  /** Index of the table, and of the row in it. */
  table: number;
  row: number;
}

/**
 * The lines of one frame: the tables cut to the width and height of the terminal, so that it never scrolls what it
 * will have to draw over. Only what is seen is printed. Pure, so that frames can be tested without a terminal.
 */
export function renderFrame(tables: readonly FrameTable[], options: FrameOptions): Frame {
  const { size, notices, keys } = options;
  const cut = (line: string) => cutPainted(line, size.columns - 1);
  const body = bodyOf(tables, options.now);
  const below = notices.map((notice) => `${dimmed}${cut(notice)}${reset}`);
  // The cursor rests on the line below the frame, so one line less than the screen has can be used.
  const room = Math.max(2, size.rows - 1 - below.length);
  if (body.length <= room) {
    return { lines: [...printed(body, tables, options).map(cut), ...below], lastOffset: 0, page: room };
  }
  const page = Math.max(1, room - 1);
  const lastOffset = body.length - page;
  const offset = Math.min(options.offset, lastOffset);
  const window = body.slice(offset, offset + page);
  // The header stays while its rows go by.
  const first = window[0]!;
  if (first.at === 'row' && !tables[first.table]!.layout.noHeaders) window[0] = { ...first, at: 'header' };
  const hidden = body.length - offset - page;
  const where = [offset > 0 && `${offset} above`, hidden > 0 && `${hidden} more`].filter(Boolean).join(', ');
  return {
    lines: [...printed(window, tables, options).map(cut), `${dimmed}${cut(`... ${where}${keys}`)}${reset}`, ...below],
    lastOffset,
    page,
  };
}

function bodyOf(tables: readonly FrameTable[], now: number): BodyLine[] {
  const body: BodyLine[] = [];
  for (const [at, { table, layout }] of tables.entries()) {
    const { length } = table.rows(now);
    if (length === 0) continue;
    if (body.length > 0) body.push({ at: 'gap', table: at, row: 0 });
    if (!layout.noHeaders) body.push({ at: 'header', table: at, row: 0 });
    for (let row = 0; row < length; row++) body.push({ at: 'row', table: at, row });
  }
  return body;
}

/** The texts of some lines of the body, which follow each other. */
function printed(lines: readonly BodyLine[], tables: readonly FrameTable[], options: FrameOptions): string[] {
  return [...Map.groupBy(lines, ({ table }) => table)].flatMap(([at, own]) => {
    const texts = own.filter((line) => line.at === 'gap').map(() => '');
    const rows = own.filter((line) => line.at === 'row').map(({ row }) => row);
    const [header, ...shown] = tableLines(tables[at]!, rows, options);
    if (own.some((line) => line.at === 'header')) texts.push(header!);
    return [...texts, ...shown];
  });
}

/** The header ('' without one), and the lines of the rows with these indexes; the columns are as wide as all rows need them. */
function tableLines(
  { table, layout, changed }: FrameTable,
  indexes: readonly number[],
  { now, serverNow }: FrameOptions,
): string[] {
  const rows = table.rows(now);
  const current = rows.map((row) => currentRow(row, table.columns, { now, serverNow }));
  const paint = layout.paint && changed ? withChanges(layout.paint, rows, current, changed, now) : layout.paint;
  const printer = createTablePrinter({ ...layout, ...(paint && { paint }) });
  printer.measure(table.columns, current);
  // A header comes with rows only, so that of a window without any it is printed with the first.
  const visible = indexes.length > 0 ? indexes : [0];
  const lines = printer.add(
    table.columns,
    visible.map((index) => current[index]!),
  );
  const body = lines.split('\n').slice(0, -1);
  const header = layout.noHeaders ? '' : body.shift()!;
  const shown = body.slice(0, indexes.length);
  return [header, ...shown.map((text, at) => (rows[indexes[at]!]!.deletedAt === undefined ? text : struck(text)))];
}

function struck(text: string): string {
  return `${dimmedAndStruck}${text.replace(sgr, '')}${reset}`;
}

/** Cells that have just changed stand out, whatever they say. */
function withChanges(
  paint: TablePaint,
  rows: readonly ScreenRow[],
  current: readonly TableRow[],
  changed: (text: string) => string,
  now: number,
): TablePaint {
  const fresh = new Map<TableRow, ReadonlySet<number>>();
  for (const [at, { changed: change }] of rows.entries()) {
    if (change && now - change.at < changedFor) fresh.set(current[at]!, change.cells);
  }
  return {
    header: paint.header,
    rows(columns) {
      const paintsOf = paint.rows(columns);
      return (row) => {
        const paints = paintsOf(row);
        const cells = fresh.get(row);
        if (!cells) return paints;
        return {
          own: paints.own,
          cell: (index, text, prefix) => (cells.has(index) ? changed(text) : paints.cell(index, text, prefix)),
        };
      };
    },
  };
}

/** At most `width` columns of a line; colours count for nothing, and none is left open. */
export function cutPainted(line: string, width: number): string {
  const plain = line.replace(sgr, '');
  if (plain === line) return truncateText(line, width);
  if (textWidth(plain) <= width) return line;
  let kept = '';
  let left = width;
  let at = 0;
  for (const match of line.matchAll(sgr)) {
    const text = line.slice(at, match.index);
    at = match.index + match[0].length;
    if (textWidth(text) > left) return `${kept}${truncateText(text, left)}${reset}`;
    kept += text + match[0];
    left -= textWidth(text);
  }
  return `${kept}${truncateText(line.slice(at), left)}${reset}`;
}
