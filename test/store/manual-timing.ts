import type { Timing } from '../../src/store/timing.ts';

/** Time that moves only when a test says so. */
export class ManualTiming implements Timing {
  #now = 1_000_000;
  #timers: { due: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): { cancel(): void } {
    const timer = { due: this.#now + ms, run };
    this.#timers.push(timer);
    return { cancel: () => this.#remove(timer) };
  }

  get pending(): number {
    return this.#timers.length;
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter((t) => t.due <= end).sort((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.#remove(next);
      this.#now = Math.max(this.#now, next.due);
      next.run();
    }
    this.#now = end;
  }

  #remove(timer: { due: number; run: () => void }): void {
    this.#timers = this.#timers.filter((t) => t !== timer);
  }
}
