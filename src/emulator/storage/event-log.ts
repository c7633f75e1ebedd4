import type { StoreEvent } from '../client.ts';

/** A committed change with the revision that it made. */
export interface LoggedEvent extends StoreEvent {
  revision: number;
  resource: string;
}

const CAPACITY = 10_000;
const KEEP_MS = 5 * 60_000;
/** Even an old history keeps this many, so that a laptop that slept does not make every client relist. */
const KEEP_AT_LEAST = 1_000;

/**
 * The recent changes of the whole cluster, oldest first: what a watch resumes from and what a
 * continued list is computed back from. Older ones are forgotten (compacted) by number and age.
 */
export class EventLog {
  #events: LoggedEvent[] = [];
  #times: number[] = [];
  #compacted: number;

  /** Nothing at or before `compacted` can be told any more. */
  constructor(compacted: number) {
    this.#compacted = compacted;
  }

  get compacted(): number {
    return this.#compacted;
  }

  append(event: LoggedEvent, now: number): void {
    this.#events.push(event);
    this.#times.push(now);
    // Trimmed in chunks: shifting an array at every write would cost more than the write.
    if (this.#events.length >= CAPACITY + KEEP_AT_LEAST) this.#drop(this.#events.length - CAPACITY);
    else if (this.#events.length >= 2 * KEEP_AT_LEAST && this.#times[KEEP_AT_LEAST]! < now - KEEP_MS) {
      this.#drop(KEEP_AT_LEAST);
    }
  }

  /** Changes after `revision`, oldest first; undefined where some of them are forgotten. */
  since(revision: number): LoggedEvent[] | undefined {
    if (revision < this.#compacted) return undefined;
    return this.#events.slice(this.#firstAfter(revision));
  }

  #firstAfter(revision: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#events[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #drop(count: number): void {
    this.#compacted = this.#events[count - 1]!.revision;
    this.#events = this.#events.slice(count);
    this.#times = this.#times.slice(count);
  }
}
