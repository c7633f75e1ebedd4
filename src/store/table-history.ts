import type { CompactRow } from './compact-row.ts';

/** What became of one row at one moment: undefined before is a new row, undefined after a deleted one. */
export interface HistoryEntry {
  /** ms since 1970; entries of one flush have one moment. */
  at: number;
  key: string;
  before: CompactRow | undefined;
  after: CompactRow | undefined;
}

/** What one table may keep of its past, in bytes as `costOf` counts them. */
export const historyBytes = 8 * 1024 * 1024;

/** Near enough to what a row takes in memory: its texts twice, and what objects cost. */
function costOf(row: CompactRow | undefined): number {
  if (!row) return 0;
  let cost = 320;
  for (const cell of row.cells) cost += typeof cell === 'string' ? 2 * cell.length : 16;
  for (const name in row.labels) cost += 2 * (name.length + row.labels[name]!.length) + 16;
  return cost;
}

/**
 * The past of a table as what changed, so that nothing is held twice: rows that never change cost nothing. Bounded:
 * the oldest changes are let go, and `since` says from when on everything is known.
 */
export class TableHistory {
  readonly #limit: number;
  #entries: HistoryEntry[] = [];
  /** Index of the oldest entry: the array is cut only now and then. */
  #start = 0;
  #bytes = 0;
  /** How many entries, from the oldest, are in what is shown now. */
  #position = 0;
  #since = Number.NaN;

  constructor(limit = historyBytes) {
    this.#limit = limit;
  }

  /** From when on (ms) the table is known; NaN before its first list. */
  get since(): number {
    return this.#since;
  }

  get length(): number {
    return this.#entries.length - this.#start;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Changes that are known and not shown. */
  get ahead(): number {
    return this.length - this.#position;
  }

  begin(at: number): void {
    if (Number.isNaN(this.#since)) this.#since = at;
  }

  /** Takes in a change. @param shown it is on the screen at once; else the screen shows an earlier time */
  note(entry: HistoryEntry, shown: boolean): void {
    this.#entries.push(entry);
    this.#bytes += costOf(entry.before) + 64;
    if (shown) this.#position++;
  }

  /**
   * Lets the oldest go while there is too much.
   * @returns entries that had not been shown yet and have to be now: the past that is on the screen is forgotten
   */
  trim(): HistoryEntry[] {
    const overtaken: HistoryEntry[] = [];
    while (this.#bytes > this.#limit && this.length > 0) {
      const entry = this.#entries[this.#start]!;
      this.#entries[this.#start++] = undefined!;
      this.#bytes -= costOf(entry.before) + 64;
      this.#since = entry.at;
      if (this.#position > 0) this.#position--;
      else overtaken.push(entry);
    }
    if (this.#start > 1024 && this.#start * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#start);
      this.#start = 0;
    }
    return overtaken;
  }

  /** What a key was last, where changes wait that are not shown. */
  latest(): ReadonlyMap<string, CompactRow | undefined> {
    const rows = new Map<string, CompactRow | undefined>();
    for (let index = this.#start + this.#position; index < this.#entries.length; index++) {
      const { key, after } = this.#entries[index]!;
      rows.set(key, after);
    }
    return rows;
  }

  /**
   * Moves to how it was at `at`; undefined is as it is now.
   * @returns what rows become by it, by key
   */
  move(at: number | undefined): Map<string, CompactRow | undefined> {
    const rows = new Map<string, CompactRow | undefined>();
    const goal = at === undefined ? this.length : this.#countUntil(at);
    while (this.#position > goal) {
      const { key, before } = this.#entries[this.#start + --this.#position]!;
      rows.set(key, before);
    }
    while (this.#position < goal) {
      const { key, after } = this.#entries[this.#start + this.#position++]!;
      rows.set(key, after);
    }
    return rows;
  }

  /** Entries at or before `at`. */
  #countUntil(at: number): number {
    let low = this.#start;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries[middle]!.at <= at) low = middle + 1;
      else high = middle;
    }
    return low - this.#start;
  }

  /** The moment of the change before what is shown at `at`: undefined where nothing earlier is known. */
  momentBefore(at: number | undefined): number | undefined {
    const shown = at === undefined ? this.length : this.#countUntil(at);
    if (shown === 0) return at === undefined || at > this.#since ? this.#known() : undefined;
    const last = this.#entries[this.#start + shown - 1]!.at;
    const earlier = this.#countUntil(last - 1);
    return earlier === 0 ? this.#known() : this.#entries[this.#start + earlier - 1]!.at;
  }

  /** The moment of the next change after `at`; undefined where there is none. */
  momentAfter(at: number): number | undefined {
    return this.#entries[this.#start + this.#countUntil(at)]?.at;
  }

  #known(): number | undefined {
    return Number.isNaN(this.#since) ? undefined : this.#since;
  }
}
