import type { StoreEvent } from '../client.ts';
import { weightOf } from './weight.ts';

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
 * continued list is computed back from. Older ones are forgotten (compacted) by number, age and weight.
 */
export class EventLog {
  #events: LoggedEvent[] = [];
  #times: number[] = [];
  #compacted: number;
  readonly #heaviest: number;
  #weight = 0;

  /**
   * Nothing at or before `compacted` can be told any more.
   * @param heaviest what all changes together may weigh (see weight.ts)
   */
  constructor(compacted: number, heaviest = Number.POSITIVE_INFINITY) {
    this.#compacted = compacted;
    this.#heaviest = heaviest;
  }

  get compacted(): number {
    return this.#compacted;
  }

  append(event: LoggedEvent, now: number): void {
    this.#events.push(event);
    this.#times.push(now);
    this.#weight += weightOf(event.object);
    // Trimmed in chunks: shifting an array at every write would cost more than the write.
    if (this.#events.length >= CAPACITY + KEEP_AT_LEAST) this.#drop(this.#events.length - CAPACITY);
    else if (this.#events.length >= 2 * KEEP_AT_LEAST && this.#times[KEEP_AT_LEAST]! < now - KEEP_MS) {
      this.#drop(KEEP_AT_LEAST);
    }
    if (this.#weight > this.#heaviest) this.#lighten();
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

  /** A tenth more than need be, so that not every change pays for it; the newest stays, whatever it weighs. */
  #lighten(): void {
    let left = this.#weight;
    let count = 0;
    while (left > this.#heaviest * 0.9 && count < this.#events.length - 1)
      left -= weightOf(this.#events[count++]!.object);
    if (count > 0) this.#drop(count);
  }

  #drop(count: number): void {
    for (let at = 0; at < count; at++) this.#weight -= weightOf(this.#events[at]!.object);
    this.#compacted = this.#events[count - 1]!.revision;
    this.#events = this.#events.slice(count);
    this.#times = this.#times.slice(count);
  }
}
