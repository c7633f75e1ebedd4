import type { TableColumn, TableRow } from '../../api/meta.ts';
import { ageSince } from '../../lib/age.ts';
import { truncateText } from '../../lib/text-width.ts';
import { createTablePrinter, type TableOptions } from '../../output/table.ts';

/** A row on the screen. */
export interface ScreenRow {
  row: TableRow;
  /** When it was deleted (ms); it stays a while, marked. */
  deletedAt?: number;
}

export interface FrameOptions {
  layout: TableOptions;
  size: { columns: number; rows: number };
  /** Milliseconds. */
  now: number;
  /** A line below the table: why what is shown may be old. */
  notice: string | undefined;
}

const dimmedAndStruck = '\u001b[2;9m';
const dimmed = '\u001b[2m';
const reset = '\u001b[0m';

/**
 * The lines of one frame: the table cut to the width and height of the terminal, so that it never
 * scrolls what it will have to draw over. Pure, so that frames can be tested without a terminal.
 */
export function renderFrame(
  columns: readonly TableColumn[],
  rows: readonly ScreenRow[],
  { layout, size, now, notice }: FrameOptions,
): string[] {
  const current = rows.map(({ row }) => withAge(row, columns, now));
  const [...lines] = createTablePrinter(layout).add(columns, current).split('\n').slice(0, -1);
  const header = layout.noHeaders ? [] : lines.splice(0, 1);
  const cut = (line: string) => truncateText(line, size.columns - 1);
  const body = lines.map((line, at) =>
    rows[at]?.deletedAt === undefined ? cut(line) : `${dimmedAndStruck}${cut(line)}${reset}`,
  );
  const footer = notice === undefined ? [] : [`${dimmed}${cut(notice)}${reset}`];
  // The cursor rests on the line below the frame, so one line less than the screen has can be used.
  const room = Math.max(1, size.rows - 1 - header.length - footer.length);
  if (body.length > room) {
    const hidden = body.length - (room - 1);
    body.splice(room - 1, hidden, `${dimmed}${cut(`... ${hidden} more`)}${reset}`);
  }
  return [...header.map(cut), ...body, ...footer];
}

/** The server's text for the age is as old as the row; the object says since when to count. */
function withAge(row: TableRow, columns: readonly TableColumn[], now: number): TableRow {
  const index = columns.findIndex(({ name }) => name === 'Age');
  const since = row.object.metadata.creationTimestamp;
  if (index < 0 || since === undefined) return row;
  return { ...row, cells: row.cells.with(index, ageSince(since, now)) };
}
