import type { CompactRow } from './compact-row.ts';

/**
 * Rows in order of `sortValue`, ties by key, with insertion and removal by binary search. Numbers
 * come before text, so that `<none>` ends up after every figure.
 */
export class SortedRows {
  #rows: CompactRow[] = [];
  descending = false;
  /** Comparisons made so far; what tests hold cost bounds against. */
  comparisons = 0;

  /** Those of the rows for which `passes` holds, in the same order: nothing is compared. */
  filtered(passes: (row: CompactRow) => boolean): SortedRows {
    const kept = new SortedRows();
    kept.descending = this.descending;
    for (const row of this.#rows) if (passes(row)) kept.#rows.push(row);
    return kept;
  }

  get length(): number {
    return this.#rows.length;
  }

  at(index: number): CompactRow | undefined {
    return this.#rows[index];
  }

  slice(from: number, to: number): CompactRow[] {
    return this.#rows.slice(from, to);
  }

  /** Replaces everything; sorts once. */
  reset(rows: CompactRow[]): void {
    this.#rows = rows.sort((a, b) => this.#compare(a, b));
  }

  insert(row: CompactRow): void {
    this.#rows.splice(this.#position(row), 0, row);
  }

  /** @returns false where the row was not there */
  remove(row: CompactRow): boolean {
    const index = this.indexOf(row);
    if (index < 0) return false;
    this.#rows.splice(index, 1);
    return true;
  }

  /** Puts `next` in the place of `previous`, moving it only where its order changed. */
  replace(previous: CompactRow, next: CompactRow): void {
    const index = this.indexOf(previous);
    if (index >= 0 && previous.sortValue === next.sortValue) {
      this.#rows[index] = next;
      return;
    }
    if (index >= 0) this.#rows.splice(index, 1);
    this.insert(next);
  }

  indexOf(row: CompactRow): number {
    const index = this.#position(row);
    return this.#rows[index]?.key === row.key ? index : -1;
  }

  /** The first index whose row does not come before `row`. */
  #position(row: CompactRow): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#rows[middle]!, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(a: CompactRow, b: CompactRow): number {
    this.comparisons++;
    const order = compareValues(a.sortValue, b.sortValue);
    if (order !== 0) return this.descending ? -order : order;
    return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
  }
}

function compareValues(a: number | string, b: number | string): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
