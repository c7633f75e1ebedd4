import type { Clock, Timer } from '../../../clock.ts';
import { SimulatedClock } from '../../../clocks.ts';

/** A script that is further behind than so many waits goes on in the present. */
const MOST_LATE = 500;

/**
 * Time as a main process sees it. On a clock that moves by itself it is that one. On a simulated one
 * only waiting takes time: whatever the machine is busy with, a script says the same things at the same
 * moments, and what came late (the clock jumped) is made up for.
 */
export class ScriptClock implements Clock {
  readonly #clock: Clock;
  readonly #stirred: () => void;
  #own: number;
  #late = 0;
  /** Waits that are not over. */
  pending = 0;

  /** @param startedAt ms since the epoch */
  constructor(clock: Clock, startedAt: number, stirred: () => void) {
    this.#clock = clock;
    this.#own = startedAt;
    this.#stirred = stirred;
  }

  /** It stands still while the script works. */
  get isSimulated(): boolean {
    const clock = this.#clock;
    return clock instanceof SimulatedClock && clock.isDriven;
  }

  now(): number {
    return this.isSimulated ? this.#own : Math.max(this.#clock.now(), this.#own);
  }

  /** Something else begins in the container: for it, the time of the waits that are under way has passed. */
  begin(): void {
    this.#own = Math.max(this.#own, this.#clock.now());
  }

  after(ms: number, run: () => void): Timer {
    const present = this.#clock.now();
    let due = this.now() + Math.max(ms, 0);
    if (due < present && ++this.#late > MOST_LATE) {
      this.#own = present;
      due = present + Math.max(ms, 0);
    }
    this.pending++;
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      this.pending--;
    };
    const timer = this.#clock.after(Math.max(due - present, 0), () => {
      over();
      this.#own = Math.max(this.#own, due);
      if (this.isSimulated) this.#stirred();
      run();
    });
    return {
      cancel() {
        over();
        timer.cancel();
      },
    };
  }
}
