import type { LogEntry } from './log-entry.ts';
import type { LogRing } from './log-ring.ts';

/** Entries in their order, as a view shows them. */
export interface EntryList {
  readonly length: number;
  /** The place of the entry at an index. */
  seqAt(index: number): number;
  /** The index of the entry at that place, else of the next one after it; `length` behind all of them. */
  indexOf(seq: number): number;
}

/** All that a ring holds. */
export function allOf(ring: LogRing): EntryList {
  return {
    get length() {
      return ring.length;
    },
    seqAt: (index) => ring.first + index,
    indexOf: (seq) => Math.max(0, Math.min(ring.length, seq - ring.first)),
  };
}

const pieceOfWork = 128;

/**
 * The entries of a ring that pass a test. New ones are looked at as they come, old ones from the newest backwards, a
 * little at a time: what is seen first is right at once, however much there is.
 */
export class LineSelection implements EntryList {
  readonly #ring: LogRing;
  readonly #test: (entry: LogEntry) => boolean;
  /** Places found going backwards, the newest first; and those found going on. */
  #older: number[] = [];
  #newer: number[] = [];
  /** So many of `#newer` fell out. */
  #gone = 0;
  /** Those among them that are no lines. */
  #notes: number[] = [];
  #back = 0;
  #forth = 0;
  #epoch = -1;

  constructor(ring: LogRing, test: (entry: LogEntry) => boolean) {
    this.#ring = ring;
    this.#test = test;
    this.#restart();
  }

  #restart(): void {
    this.#older = [];
    this.#newer = [];
    this.#gone = 0;
    this.#notes = [];
    this.#back = this.#ring.next;
    this.#forth = this.#ring.next;
    this.#epoch = this.#ring.epoch;
  }

  /** Looks at what has come, and drops what fell out. */
  catchUp(): void {
    const ring = this.#ring;
    if (this.#epoch !== ring.epoch) this.#restart();
    // Whatever came in and fell out in between was never shown.
    this.#forth = Math.max(this.#forth, ring.first);
    for (; this.#forth < ring.next; this.#forth++) {
      if (this.#passes(this.#forth)) this.#newer.push(this.#forth);
    }
    if (this.#notes.length > 0) this.#notes = this.#notes.filter((seq) => seq >= ring.first);
    while (this.#older.length > 0 && this.#older.at(-1)! < ring.first) this.#older.pop();
    while (this.#gone < this.#newer.length && this.#newer[this.#gone]! < ring.first) this.#gone++;
    if (this.#gone > 4096 && this.#gone > this.#newer.length / 2) {
      this.#newer = this.#newer.slice(this.#gone);
      this.#gone = 0;
    }
  }

  #passes(seq: number): boolean {
    const entry = this.#ring.at(seq);
    if (!this.#test(entry)) return false;
    if (entry.note) this.#notes.push(seq);
    return true;
  }

  /** How many of the entries are lines. */
  get lines(): number {
    return this.length - this.#notes.length;
  }

  /**
   * Goes on backwards while `hasTime`.
   * @returns true once everything was looked at
   */
  work(hasTime: () => boolean): boolean {
    this.catchUp();
    while (!this.isWhole) {
      const to = Math.max(this.#ring.first, this.#back - pieceOfWork);
      while (this.#back > to) {
        this.#back--;
        if (this.#passes(this.#back)) this.#older.push(this.#back);
      }
      if (!hasTime()) break;
    }
    return this.isWhole;
  }

  get isWhole(): boolean {
    return this.#back <= this.#ring.first;
  }

  /** How much of what is held was looked at, 0 to 1. */
  get progress(): number {
    const { length, first } = this.#ring;
    return length === 0 || this.isWhole ? 1 : 1 - (this.#back - first) / length;
  }

  get length(): number {
    return this.#older.length + this.#newer.length - this.#gone;
  }

  seqAt(index: number): number {
    const old = this.#older.length;
    return index < old ? this.#older[old - 1 - index]! : this.#newer[this.#gone + index - old]!;
  }

  indexOf(seq: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.seqAt(middle) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
