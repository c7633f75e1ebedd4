import type { TableColumn, TableRow } from './meta.ts';

/** A column of a live table: the server's own, or one that is worked out from whole objects. */
export interface ShapedColumn extends TableColumn {
  align?: 'left' | 'right';
  /** Its cells are spans of time (`5m3s`) that go on while the row stays the same. */
  span?: boolean;
}

/**
 * What a live table keeps of each row, made as soon as a page or an event has been read: the object is let
 * go then, so that a long list never stands in memory whole.
 */
export interface RowShape {
  /** Rows have to come with their whole objects, not only with metadata. */
  readonly wholeObjects: boolean;
  /** The columns that come of the server's; said before the rows that have them. */
  columns(server: readonly TableColumn[]): ShapedColumn[];
  row(row: TableRow): TableRow;
}
