import type { StampedLine } from './stamped-line.ts';

/**
 * How far the log of one instance of a container was read. Servers know whole seconds only (PodLogOptions,
 * `sinceTime`), so a log is asked for again from the beginning of the newest second, and the lines of it that
 * came already are counted off. A log is a file that only grows: what comes again comes in the same order.
 */
export class LogPosition {
  /** The newest key so far; '' before the first line. */
  newest = '';
  /** Why lines may be missing before the next new one; said when that comes. */
  gap: string | undefined;
  /** Up to here (a key) everything counts as seen: of a log whose old lines are gone. */
  #floor = '';
  #second = '';
  /** The first and the last line among the counted ones, to know them again. */
  #first = '';
  #last = '';
  #count = 0;

  get isStart(): boolean {
    return this.newest === '';
  }

  take({ key, stamp, text }: StampedLine): void {
    if (stamp === '') return;
    if (key > this.newest) this.newest = key;
    const second = key.slice(0, 19);
    if (second < this.#second) return;
    if (second > this.#second || this.#count === 0) {
      this.#second = second;
      this.#first = text;
      this.#count = 0;
    }
    this.#last = text;
    this.#count++;
  }

  /** What to ask for (RFC 3339); undefined: all of it. */
  get sinceTime(): string | undefined {
    return this.isStart ? undefined : `${this.#second}Z`;
  }

  /** The log that was read is not to be had any more: what is newer counts, and that lines may be missing is noted. */
  forgive(why: string): void {
    this.gap = why;
    this.#floor = this.newest;
    this.#count = 0;
  }

  /** For one reading of the log from `sinceTime` on. */
  resume(): Resumption {
    return new Resumption(this.#count, this.#first, this.#last, this.#floor);
  }
}

/** Tells what came already from what is new. */
class Resumption {
  readonly #count: number;
  readonly #first: string;
  readonly #last: string;
  readonly #floor: string;
  #passed = 0;

  constructor(count: number, first: string, last: string, floor: string) {
    this.#count = count;
    this.#first = first;
    this.#last = last;
    this.#floor = floor;
  }

  /** `broken`: this is not the log that was read before, or its old lines are gone. */
  judge({ key, stamp, text }: StampedLine): 'seen' | 'new' | 'broken' {
    // What the runtime says in between is not in the file.
    if (stamp === '') return this.isPassed ? 'new' : 'seen';
    if (key <= this.#floor) return 'seen';
    if (this.isPassed) return 'new';
    if (this.#passed === 0 && text !== this.#first) return 'broken';
    this.#passed++;
    return this.isPassed && text !== this.#last ? 'broken' : 'seen';
  }

  /** True once everything that had come has come again. */
  get isPassed(): boolean {
    return this.#passed === this.#count;
  }
}
