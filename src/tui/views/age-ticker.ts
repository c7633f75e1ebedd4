import type { Timing } from '../../store/timing.ts';

/** Below this age (ms) seconds are part of an age, so it changes every second; above it, every minute at most. */
const youngAge = 10 * 60_000;
const slowMs = 15_000;

/** One timer that wakes its owner when an age on the screen reads differently; none while no age is shown. */
export class AgeTicker {
  readonly #timing: Timing;
  readonly #onChange: () => void;
  #timer: { cancel(): void } | undefined;

  constructor(timing: Timing, onChange: () => void) {
    this.#timing = timing;
    this.#onChange = onChange;
  }

  /**
   * @param moments times that ages on the screen count from, ms since 1970; NaN is none
   * @param read what the screen says of them at a time; compared to tell whether to draw
   */
  watch(moments: readonly number[], read: (now: number) => string): void {
    this.stop();
    const now = this.#timing.now();
    const born = moments.filter((time) => !Number.isNaN(time));
    if (born.length === 0) return;
    const young = now - Math.max(...born) < youngAge;
    const shown = read(now);
    const tick = () => {
      if (read(this.#timing.now()) !== shown) this.#onChange();
      else this.#timer = this.#timing.after(young ? 1000 : slowMs, tick);
    };
    this.#timer = this.#timing.after(young ? 1000 - (now % 1000) : slowMs, tick);
  }

  /** Wakes the owner after a second, whatever is shown. */
  wakeSoon(): void {
    this.stop();
    this.#timer = this.#timing.after(1000, this.#onChange);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
