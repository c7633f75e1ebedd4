import type { LogEntry } from './log-entry.ts';

export interface LogRingOptions {
  /** Default 200,000. */
  maxLines?: number;
  /** UTF-16 code units of text, near enough to bytes for a bound. Default 64 Mi. */
  maxSize?: number;
}

/**
 * The last entries of some logs, bounded by number and by size. Places (`seq`) count everything that ever came, so
 * that a place stays valid; what falls out at the old end is counted and never silent.
 */
export class LogRing {
  readonly #maxLines: number;
  readonly #maxSize: number;
  /** As long as a power of two: the place of an entry is its number's low bits. */
  #entries: (LogEntry | undefined)[] = new Array(1024);
  #first = 0;
  #next = 0;
  #size = 0;
  #lines = 0;
  #dropped = 0;
  #epoch = 0;

  constructor({ maxLines = 200_000, maxSize = 64 * 1024 * 1024 }: LogRingOptions = {}) {
    this.#maxLines = maxLines;
    this.#maxSize = maxSize;
  }

  /** The place of the oldest entry held. */
  get first(): number {
    return this.#first;
  }

  /** The place that the next entry will have. */
  get next(): number {
    return this.#next;
  }

  get length(): number {
    return this.#next - this.#first;
  }

  /** Lines held, without notes and marks. */
  get lines(): number {
    return this.#lines;
  }

  /** Lines that fell out. */
  get dropped(): number {
    return this.#dropped;
  }

  get size(): number {
    return this.#size;
  }

  /** Another number whenever entries have changed places: what was learned of them holds no more. */
  get epoch(): number {
    return this.#epoch;
  }

  /** True where `more` further entries would push out old ones. */
  isFull(more: number): boolean {
    return this.length + more > this.#maxLines || this.#size >= this.#maxSize;
  }

  /** The entry at a place that is held. */
  at(seq: number): LogEntry {
    return this.#entries[seq & (this.#entries.length - 1)]!;
  }

  push(entry: LogEntry): void {
    if (this.length === this.#entries.length) this.#grow();
    entry.seq = this.#next++;
    this.#entries[entry.seq & (this.#entries.length - 1)] = entry;
    this.#size += entry.size;
    if (!entry.note) this.#lines++;
    while (this.length > this.#maxLines || (this.#size > this.#maxSize && this.length > 1)) this.#drop();
  }

  #drop(): void {
    const at = this.#first++ & (this.#entries.length - 1);
    const entry = this.#entries[at]!;
    this.#entries[at] = undefined;
    this.#size -= entry.size;
    if (entry.note) return;
    this.#lines--;
    this.#dropped++;
  }

  #grow(): void {
    const larger: (LogEntry | undefined)[] = new Array(this.#entries.length * 2);
    for (let seq = this.#first; seq < this.#next; seq++) larger[seq & (larger.length - 1)] = this.at(seq);
    this.#entries = larger;
  }

  /** Puts everything in order of time, as logs that were opened one after another are not. */
  sortByTime(): void {
    const all = Array.from({ length: this.length }, (_, index) => this.at(this.#first + index));
    if (all.every((entry, index) => index === 0 || all[index - 1]!.key <= entry.key)) return;
    all.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.seq - b.seq));
    for (const [index, entry] of all.entries()) {
      entry.seq = this.#first + index;
      this.#entries[entry.seq & (this.#entries.length - 1)] = entry;
    }
    this.#epoch++;
  }

  /** Forgets everything, without counting it as lost. */
  clear(): void {
    this.#entries = new Array(1024);
    this.#first = this.#next;
    this.#size = 0;
    this.#lines = 0;
    this.#dropped = 0;
    this.#epoch++;
  }
}
