import type { KubeObject, TableColumn, TableRow } from '../../api/meta.ts';
import type { TablePage } from './table-page.ts';

/** Which context an object comes from; rows are made anew where they are mapped or grow older, their objects stay. */
export type RowContexts = WeakMap<KubeObject, string>;

export interface MergedTable extends TablePage {
  contexts: RowContexts;
}

/**
 * Tables of several places as one. Servers of different versions print different columns: the first table's come first,
 * what only others have behind them.
 */
export function mergeTables(pages: readonly (TablePage & { context: string })[]): MergedTable {
  const columns = mergeColumns(pages.map((page) => page.columns));
  const contexts: RowContexts = new WeakMap();
  const rows = pages.flatMap((page) => {
    const mapped = page.rows.map(rowMapper(page.columns, columns));
    for (const row of mapped) contexts.set(row.object, page.context);
    return mapped;
  });
  return { columns, rows, contexts };
}

export function mergeColumns(tables: readonly (readonly TableColumn[])[]): readonly TableColumn[] {
  const merged = new Map<string, TableColumn>();
  for (const columns of tables) {
    for (const column of columns) if (!merged.has(column.name)) merged.set(column.name, column);
  }
  return [...merged.values()];
}

/** Brings rows under other columns; the row itself where nothing moves. */
export function rowMapper(from: readonly TableColumn[], to: readonly TableColumn[]): (row: TableRow) => TableRow {
  if (to.every(({ name }, index) => from[index]?.name === name)) return (row) => row;
  const indexes = to.map(({ name }) => from.findIndex((column) => column.name === name));
  return (row) => ({ ...row, cells: indexes.map((index) => (index < 0 ? '' : row.cells[index])) });
}
