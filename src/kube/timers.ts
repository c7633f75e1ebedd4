/** Time as a parameter, so that tests need not wait. */
export interface Timers {
  /** Milliseconds since the epoch. */
  now(): number;
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

export const realTimers: Timers = {
  now: () => Date.now(),
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Resolves after the time, or at once when the signal aborts. */
export function sleep(timers: Timers, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      timers.clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = timers.setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
  });
}

const first = 800;
const longest = 30_000;

/** 0.8 s, doubling to 30 s, each up to twice as long by chance (client-go's reflector). */
export class Backoff {
  readonly #random: () => number;
  #next = first;

  constructor(random: () => number) {
    this.#random = random;
  }

  next(): number {
    const base = this.#next;
    this.#next = Math.min(base * 2, longest);
    return Math.min(base * (1 + this.#random()), longest);
  }

  reset(): void {
    this.#next = first;
  }
}
