import type { TableColumn, TableRow } from '../../api/meta.ts';
import { ageSince } from '../../lib/age.ts';
import { isSpanColumn, laterSpan, printedSpan } from '../../lib/printed-span.ts';
import type { ChangeType } from './follow.ts';
import { compareNaturally } from './natural-order.ts';

/** A row on the screen. Times are milliseconds of this machine's clock. */
export interface ScreenRow {
  row: TableRow;
  /** When its cells came in: the spans of time in them count from there. */
  receivedAt: number;
  /** Cells that the last change changed, and when; the name of a new row. */
  changed?: { cells: ReadonlySet<number>; at: number };
  /** When it was deleted; it stays a while, marked. */
  deletedAt?: number;
}

/** How long a deleted row stays visible (ms). */
const deletedFor = 5_000;
/** How long what has changed stands out (ms). */
export const changedFor = 3_000;

/** Puts rows in the order of `--sort-by`. */
export type RowSorter = (rows: readonly TableRow[]) => readonly TableRow[];

/** One table of a watch: its rows in order, and what has just happened to them. */
export class WatchTable {
  columns: readonly TableColumn[] = [];
  /** True once there was a list. */
  listed = false;
  readonly #rows = new Map<string, ScreenRow>();
  readonly #sort: RowSorter | undefined;
  readonly #contextOf: (row: TableRow) => string;
  #sorted: ScreenRow[] | undefined;

  /** @param contextOf where rows come from; each keeps together */
  constructor(sort?: RowSorter, contextOf: (row: TableRow) => string = () => '') {
    this.#sort = sort;
    this.#contextOf = contextOf;
  }

  begin(rows: readonly TableRow[], columns: readonly TableColumn[], now: number): void {
    this.listed = true;
    this.columns = columns;
    for (const row of rows) this.#rows.set(rowKey(row), { row, receivedAt: now });
    this.#sorted = undefined;
  }

  take(type: ChangeType, row: TableRow, columns: readonly TableColumn[], now: number): void {
    if (columns.length > 0) this.columns = columns;
    const key = rowKey(row);
    const before = this.#rows.get(key);
    const cells = before ? this.#differences(before.row, row) : new Set([this.#nameColumn()]);
    const changed = cells.size > 0 ? { cells, at: now } : before?.changed;
    this.#rows.set(key, {
      row,
      receivedAt: now,
      ...(changed && { changed }),
      ...(type === 'DELETED' && { deletedAt: now }),
    });
    this.#sorted = undefined;
  }

  /** Rows in order, without those whose time is over. */
  rows(now: number): readonly ScreenRow[] {
    for (const [key, { deletedAt }] of this.#rows) {
      if (deletedAt === undefined || now - deletedAt <= deletedFor) continue;
      this.#rows.delete(key);
      this.#sorted = undefined;
    }
    this.#sorted ??= this.#inOrder();
    return this.#sorted;
  }

  #inOrder(): ScreenRow[] {
    const rows = [...this.#rows.values()].sort(
      (a, b) => compareNaturally(this.#contextOf(a.row), this.#contextOf(b.row)) || byNamespaceAndName(a, b),
    );
    if (!this.#sort) return this.#newestFirst(rows);
    const screenRows = new Map(rows.map((each) => [each.row, each]));
    return this.#sort(rows.map(({ row }) => row)).map((row) => screenRows.get(row)!);
  }

  /** Events, whose names say nothing: what was seen last is looked for. */
  #newestFirst(rows: ScreenRow[]): ScreenRow[] {
    const column = this.columns.findIndex(({ name }) => name === 'Last Seen');
    if (column < 0) return rows;
    const seenAt = ({ row, receivedAt }: ScreenRow) => receivedAt - (printedSpan(String(row.cells[column])) ?? 0);
    return rows.sort((a, b) => seenAt(b) - seenAt(a));
  }

  #nameColumn(): number {
    return this.columns.findIndex(({ name }) => name === 'Name');
  }

  /** Spans of time differ whenever they are printed; that is no news. */
  #differences(before: TableRow, after: TableRow): Set<number> {
    const different = new Set<number>();
    for (const [index, { name }] of this.columns.entries()) {
      if (name === 'Age' || name === 'Last Seen' || name === 'First Seen') continue;
      if (!sameCell(before.cells[index], after.cells[index])) different.add(index);
    }
    return different;
  }
}

/** `3 (5m ago)` and `3 (6m ago)` say the same. */
function sameCell(before: unknown, after: unknown): boolean {
  const plain = (cell: unknown) => String(cell ?? '').replace(/ \(.*ago\)$/, '');
  return before === after || plain(before) === plain(after);
}

function rowKey({ object }: TableRow): string {
  const { uid, namespace, name } = object.metadata;
  return uid ?? `${namespace}/${name}`;
}

/**
 * A row with its spans of time brought up to date: the server's text is as old as the row.
 * @param clock what ages are counted to: `now` is this machine's time, `serverNow` the server's, both in ms
 */
export function currentRow(
  { row, receivedAt }: ScreenRow,
  columns: readonly TableColumn[],
  clock: { now: number; serverNow: number },
): TableRow {
  const since = row.object.metadata.creationTimestamp;
  let cells: unknown[] | undefined;
  for (const [index, { name }] of columns.entries()) {
    const cell = row.cells[index];
    let later = cell;
    if (name === 'Age' && since !== undefined) later = ageSince(since, clock.serverNow);
    else if (isSpanColumn(name) && typeof cell === 'string') later = laterSpan(cell, clock.now - receivedAt);
    if (later === cell) continue;
    cells ??= [...row.cells];
    cells[index] = later;
  }
  return cells ? { ...row, cells } : row;
}

function byNamespaceAndName(a: ScreenRow, b: ScreenRow): number {
  const [left, right] = [a.row.object.metadata, b.row.object.metadata];
  return (
    compareNaturally(left.namespace ?? '', right.namespace ?? '') || compareNaturally(left.name ?? '', right.name ?? '')
  );
}
