import type { Timing } from '../timing.ts';
import type { Recording } from './recording.ts';
import { RolloutStore } from './rollout-store.ts';

/** A recording that is lived through again: stores, one for each workload, on a clock of their own. */
export class Playback {
  readonly stores: readonly RolloutStore[];
  readonly recording: Recording;
  readonly #start: number;
  #now: number;
  #next = 0;

  constructor(recording: Recording) {
    this.recording = recording;
    this.#start = Date.parse(recording.head.start);
    this.#now = this.#start;
    const timing: Timing = { now: () => this.#now, after: () => ({ cancel: () => {} }) };
    this.stores = recording.head.workloads.map(() => new RolloutStore(timing));
  }

  /** ms on the recorded cluster's clock. */
  now(): number {
    return this.#now;
  }

  /** ms since the start at which the next thing happened; undefined at the end. */
  get nextAt(): number | undefined {
    return this.recording.entries[this.#next]?.t;
  }

  /** Lives on until `t` (ms since the start), and computes the pictures of then. @returns verdicts that were noted */
  advance(t: number): { of: number; code: number; message: string }[] {
    const verdicts: { of: number; code: number; message: string }[] = [];
    for (;;) {
      const entry = this.recording.entries[this.#next];
      if (!entry || entry.t > t) break;
      this.#next++;
      this.#now = this.#start + entry.t;
      if (entry.event) this.stores[entry.of]?.dispatch(entry.event);
      if (entry.verdict) verdicts.push({ of: entry.of, ...entry.verdict });
    }
    this.#now = this.#start + t;
    for (const store of this.stores) store.flush();
    return verdicts;
  }
}
