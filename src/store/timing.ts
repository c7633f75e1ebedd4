/** The clock a store waits by; injected, so that tests decide when time passes. */
export interface Timing {
  /** Milliseconds since the epoch. */
  now(): number;
  after(ms: number, run: () => void): { cancel(): void };
}

/** Real time. Its timers never keep the process alive: what a store still has to show is no reason to stay. */
export const systemTiming: Timing = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
