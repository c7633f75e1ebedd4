import type { Clock, Timer } from '../clock.ts';
import type { Activity } from './activity.ts';

/** Milliseconds after which the key is to be looked at again; undefined: only when something changes. */
export type Again = number | undefined;

export interface WorkQueueOptions {
  clock: Clock;
  random: () => number;
  activity: Activity;
  reconcile: (key: string) => Promise<Again>;
  onError: (key: string, error: unknown) => void;
  /** Keys worked on at the same time; one key never runs twice at once. */
  concurrency?: number;
}

const FIRST_RETRY_MS = 5;
const LONGEST_RETRY_MS = 60_000;

/**
 * A deduplicating queue of keys. A key that is added while it is worked on runs once more
 * afterwards; one that failed comes back after a doubling, jittered delay; a reconcile may ask for
 * a later look, which replaces the look it asked for before.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #ready = new Set<string>();
  readonly #running = new Set<string>();
  readonly #dirty = new Set<string>();
  readonly #delayed = new Map<string, { at: number; timer: Timer }>();
  readonly #failures = new Map<string, number>();
  #pumping = false;
  #stopped = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  add(key: string): void {
    if (this.#stopped || this.#ready.has(key)) return;
    if (this.#running.has(key)) {
      this.#dirty.add(key);
      return;
    }
    this.#ready.add(key);
    this.#options.activity.begin();
    this.#pump();
  }

  /** Adds the key in `ms` milliseconds; of several wishes the earliest holds. */
  addAfter(key: string, ms: number): void {
    if (this.#stopped) return;
    if (ms <= 0) {
      this.add(key);
      return;
    }
    const at = this.#options.clock.now() + ms;
    const known = this.#delayed.get(key);
    if (known && known.at <= at) return;
    known?.timer.cancel();
    const timer = this.#options.clock.after(ms, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { at, timer });
  }

  stop(): void {
    this.#stopped = true;
    for (const { timer } of this.#delayed.values()) timer.cancel();
    this.#delayed.clear();
    for (const _ of this.#ready) this.#options.activity.end();
    this.#ready.clear();
    this.#dirty.clear();
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    // Between batches the event loop serves requests: a busy control plane must not starve the API.
    setImmediate(() => this.#options.activity.whenFree(() => this.#work()));
  }

  #work(): void {
    this.#pumping = false;
    const limit = this.#options.concurrency ?? 1;
    for (const key of this.#ready) {
      if (this.#running.size >= limit) return;
      this.#ready.delete(key);
      void this.#run(key);
    }
  }

  async #run(key: string): Promise<void> {
    this.#running.add(key);
    // What is reconciled now decides anew when to look again.
    this.#delayed.get(key)?.timer.cancel();
    this.#delayed.delete(key);
    try {
      const again = await this.#options.reconcile(key);
      this.#failures.delete(key);
      if (again !== undefined) this.addAfter(key, Math.max(again, 1));
    } catch (error) {
      this.#retry(key, error);
    }
    this.#running.delete(key);
    if (this.#dirty.delete(key)) this.add(key);
    this.#options.activity.end();
    if (this.#ready.size > 0) this.#pump();
  }

  #retry(key: string, error: unknown): void {
    if (this.#stopped) return;
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    this.#options.onError(key, error);
    const delay = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
    this.addAfter(key, delay * (1 + this.#options.random() / 2));
  }
}
