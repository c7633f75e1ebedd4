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

/** A line of a table, and the header that it stands under. */
interface BodyLine {
  text: string;
  header: string | undefined;
}

/**
 * The lines of one frame: the tables cut to the width and height of the terminal, so that it never scrolls what it
 * will have to draw over. Pure, so that frames can be tested without a terminal.
 */
export function renderFrame(tables: readonly FrameTable[], options: FrameOptions): Frame {
  const { size, notices, keys } = options;
  const cut = (line: string) => cutPainted(line, size.columns - 1);
  const body: BodyLine[] = [];
  for (const table of tables) {
    const lines = tableLines(table, options);
    if (lines.length > 0 && body.length > 0) body.push({ text: '', header: undefined });
    body.push(...lines);
  }
  const below = notices.map((notice) => `${dimmed}${cut(notice)}${reset}`);
  // The cursor rests on the line below the frame, so one line less than the screen has can be used.
  const room = Math.max(2, size.rows - 1 - below.length);
  if (body.length <= room)
    return { lines: [...body.map(({ text }) => cut(text)), ...below], lastOffset: 0, page: room };

  const page = Math.max(1, room - 1);
  const lastOffset = body.length - page;
  const offset = Math.min(options.offset, lastOffset);
  const window = body.slice(offset, offset + page);
  // The header stays while its rows go by.
  const { header } = window[0]!;
  const visible = window.map(({ text }) => cut(text));
  if (header !== undefined && offset > 0) visible[0] = cut(header);
  const hidden = body.length - offset - page;
  const where = [offset > 0 && `${offset} above`, hidden > 0 && `${hidden} more`].filter(Boolean).join(', ');
  return {
    lines: [...visible, `${dimmed}${cut(`... ${where}${keys}`)}${reset}`, ...below],
    lastOffset,
    page,
  };
}

function tableLines({ table, layout, changed }: FrameTable, { now, serverNow }: FrameOptions): BodyLine[] {
  const rows = table.rows(now);
  if (rows.length === 0) return [];
  const current = rows.map((row) => currentRow(row, table.columns, { now, serverNow }));
  const paint = layout.paint && changed ? withChanges(layout.paint, rows, current, changed, now) : layout.paint;
  const printer = createTablePrinter({ ...layout, ...(paint && { paint }) });
  const lines = printer.add(table.columns, current).split('\n').slice(0, -1);
  const header = layout.noHeaders ? undefined : lines.shift();
  const body = lines.map((text, at) => ({
    text: rows[at]!.deletedAt === undefined ? text : struck(text),
    header,
  }));
  return header === undefined ? body : [{ text: header, header }, ...body];
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
