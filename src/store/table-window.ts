import type { CompactRow } from './compact-row.ts';

/** How a row differs from what was shown a moment ago, until `expires` (ms). */
export interface ChangeMark {
  kind: 'added' | 'changed';
  /** Indices of cells that changed; empty for an added row. */
  cells: readonly number[];
  expires: number;
}

export interface TableWindow {
  version: number;
  offset: number;
  rows: readonly CompactRow[];
  /** By row key; only rows of this window. */
  marks: ReadonlyMap<string, ChangeMark>;
}

/** A selection is a key; `index` says where to go on when its row is gone. */
export interface TableSelection {
  key: string | undefined;
  index: number;
}
