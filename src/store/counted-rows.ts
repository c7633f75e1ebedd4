import type { TableColumn } from '../api/meta.ts';
import type { CompactRow } from './compact-row.ts';

/** How to tell rows that are counted, by the columns that they have. */
export type CountsRows = (columns: readonly TableColumn[]) => (row: CompactRow) => boolean;

/** How many rows of a table are of one sort, kept up to date row by row. */
export class CountedRows {
  readonly #counts: CountsRows | undefined;
  #isCounted: ((row: CompactRow) => boolean) | undefined;
  #count = 0;

  constructor(counts: CountsRows | undefined) {
    this.#counts = counts;
    this.#isCounted = counts?.([]);
  }

  get count(): number {
    return this.#count;
  }

  /** A row takes the place of another, or of none; undefined after is one that goes. */
  change(before: CompactRow | undefined, after: CompactRow | undefined): void {
    if (!this.#isCounted) return;
    if (before && this.#isCounted(before)) this.#count--;
    if (after && this.#isCounted(after)) this.#count++;
  }

  recount(rows: Iterable<CompactRow>, columns?: readonly TableColumn[]): void {
    if (columns) this.#isCounted = this.#counts?.(columns);
    this.#count = 0;
    if (this.#isCounted) for (const row of rows) if (this.#isCounted(row)) this.#count++;
  }
}
