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
  /** The reading began in the middle of a second, because only the last lines were asked for. */
  beganInside = false;
  /** Up to here (a key) everything counts as seen: of a log whose old lines are gone. */
  #floor = '';
  #second = '';
  /** The first and the last line among the counted ones, to know them again. */
  #first = '';
  #last = '';
  #count = 0;
  /** The counted lines are not all of their second. */
  #isPart = false;

  get isStart(): boolean {
    return this.newest === '';
  }

  take({ key, stamp, text }: StampedLine): void {
    if (stamp === '') return;
    const isStart = this.isStart;
    if (key > this.newest) this.newest = key;
    const second = key.slice(0, 19);
    if (second < this.#second) return;
    if (second > this.#second || this.#count === 0) {
      this.#second = second;
      this.#first = `${key} ${text}`;
      this.#count = 0;
      this.#isPart = isStart && this.beganInside;
    }
    this.#last = `${key} ${text}`;
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
    this.#isPart = false;
  }

  /** For one reading of the log from `sinceTime` on. */
  resume(): Resumption {
    const [count, isPart] = [this.#count, this.#isPart];
    return new Resumption({ count, isPart, first: this.#first, last: this.#last, floor: this.#floor });
  }
}

interface Known {
  /** How many lines of the second came, and which were the first and the last, with their times. */
  count: number;
  first: string;
  last: string;
  /** Others came before the first. */
  isPart: boolean;
  floor: string;
}

/** Tells what came already from what is new. */
class Resumption {
  readonly #known: Known;
  #passed = 0;

  constructor(known: Known) {
    this.#known = known;
  }

  /** `broken`: this is not the log that was read before, or its old lines are gone. */
  judge({ key, stamp, text }: StampedLine): 'seen' | 'new' | 'broken' {
    const { first, last, isPart, floor } = this.#known;
    // What the runtime says in between is not in the file.
    if (stamp === '') return this.isPassed ? 'new' : 'seen';
    if (key <= floor) return 'seen';
    if (this.isPassed) return 'new';
    const line = `${key} ${text}`;
    if (this.#passed === 0 && line !== first) return isPart && key <= first.slice(0, key.length) ? 'seen' : 'broken';
    this.#passed++;
    return this.isPassed && line !== last ? 'broken' : 'seen';
  }

  /** True once everything that had come has come again. */
  get isPassed(): boolean {
    return this.#passed === this.#known.count;
  }
}
