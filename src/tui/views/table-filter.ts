import type { TableColumn } from '../../api/meta.ts';
import { type HealthColumns, healthColumns, rowHealth } from '../../api/row-health.ts';
import type { RowFilter } from '../../store/table-store.ts';
import { type ParsedFilter, parseFilter } from './row-filter.ts';
import { isFault } from './row-health.ts';
import type { TableView } from './view.ts';

interface FilterTable {
  columns(): readonly TableColumn[];
  /** Indices of the cells that are on the screen. */
  shown(): readonly number[];
  now(): number;
}

/** What `view` lets through: what is typed, the owner that its rows have, and only what has gone wrong. */
export function tableFilter(view: TableView, table: FilterTable): ParsedFilter {
  const parsed = parseFilter(view.filter, table.shown, table);
  const { owner } = view;
  const parts: RowFilter[] = [
    ...(owner ? [(row: Parameters<RowFilter>[0]) => row.owner?.uid === owner] : []),
    ...(view.faults ? [faultFilter(table)] : []),
    ...(parsed.matches ? [parsed.matches] : []),
  ];
  if (parts.length < 2) return { ...parsed, matches: parts[0] };
  return { ...parsed, matches: (row) => parts.every((holds) => holds(row)) };
}

/** Rows that are in trouble, which the title counts: what is on its way is none. */
export function troubleIn(columns: readonly TableColumn[]): RowFilter {
  const where = healthColumns(columns);
  return (row) => {
    const health = rowHealth(row, where);
    return health === 'error' || health === 'warn';
  };
}

function faultFilter({ columns }: FilterTable): RowFilter {
  let of: readonly TableColumn[] | undefined;
  let health: HealthColumns = { status: -1, ready: -1 };
  return (row) => {
    if (of !== columns()) {
      of = columns();
      health = healthColumns(of);
    }
    return isFault(rowHealth(row, health));
  };
}
