import { CatchUpClock } from './clocks.ts';

/** How the time of a cluster goes, as it is kept between two starts. All moments in ms since the epoch. */
export interface TimeState {
  /** What the cluster's clock showed ... */
  at: number;
  /** ... when the one on the wall showed this. */
  since: number;
  /** Cluster seconds in a real one; stays as it is while time is paused. */
  rate: number;
  paused: boolean;
  /** True when the process ended in good order: since then, time goes as on the wall. */
  ended?: boolean;
}

/** What a process that was killed had not written down yet (real ms): speeds other than 1 are noted so often. */
export const NOTED_EVERY_MS = 10_000;

/** Further behind than this (real ms), a fast clock goes slower instead of making up for it. */
const MOST_BEHIND_MS = 250;

/**
 * Where a clock goes on that was left in `state`, now that the wall shows `wall`. Never before what it showed
 * last; a cluster that does not run ages as the world does, unless its time is paused.
 */
export function resumedAt(state: TimeState, wall: number): number {
  const elapsed = Math.max(wall - state.since, 0);
  if (state.paused) return state.at;
  const unnoted = state.ended || state.rate === 1 ? 0 : Math.min(elapsed, NOTED_EVERY_MS);
  return state.at + unnoted * Math.max(state.rate, 1) + (elapsed - unnoted);
}

/**
 * The clock of a cluster that users steer: it follows the one on the wall at a distance, at another speed, not at
 * all, or leaps ahead. At other speeds than 1, and in leaps, every timer runs at its own moment and what it causes
 * is done before the next: a cluster that cannot keep up goes slower, it skips nothing.
 */
export class ClusterClock extends CatchUpClock {
  readonly #wall: () => number;
  #at: number;
  #since: number;
  #rate: number;
  #paused: boolean;
  #latest = 0;
  /** True while time moves timer by timer. */
  #isStepping = false;
  #pacer: NodeJS.Timeout | undefined;
  #isPacing = false;
  /** A leap waits for the pacing to end. */
  #isWanted = false;
  #settle: () => Promise<void> = () => Promise.resolve();
  /** Ends the pacing's wait for work that a pause holds up. */
  #interrupt: () => void = () => {};

  /**
   * @param state how its time went last; live and real by default
   * @param past where a new cluster's life begins instead, for `goLive` to end
   */
  constructor(options: { wall: () => number; state?: TimeState | undefined; past?: number | undefined }) {
    const { wall, state } = options;
    const at = state ? resumedAt(state, wall()) : wall();
    super(options.past ?? at, wall);
    this.#wall = wall;
    this.#at = at;
    this.#since = wall();
    this.#rate = state?.rate ?? 1;
    this.#paused = state?.paused ?? false;
    if (options.past === undefined) this.goLive();
  }

  /** How to wait until everything that is due has been done; to be given before time is steered. */
  settleWith(settle: () => Promise<void>): void {
    this.#settle = settle;
  }

  get rate(): number {
    return this.#rate;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get state(): TimeState {
    return { at: this.now(), since: this.#wall(), rate: this.#rate, paused: this.#paused };
  }

  /** Cluster time less real time (ms). */
  get offset(): number {
    return this.now() - this.#wall();
  }

  override get isDriven(): boolean {
    return super.isDriven || this.#paused || this.#isStepping;
  }

  protected override present(): number {
    if (this.#isStepping || this.#paused) return Math.max(this.moment, this.#latest);
    const flown = this.#flown();
    // A fast clock does not pass what is still to be done.
    const shown = this.#rate === 1 ? flown : Math.min(flown, this.heap.nextAt() ?? flown);
    this.#latest = Math.max(this.#latest, shown, this.moment);
    return this.#latest;
  }

  #flown(): number {
    return this.#at + (this.#wall() - this.#since) * this.#rate;
  }

  /** From now on time goes so fast; 1 is real. Paused time stays paused. */
  setRate(rate: number): void {
    const now = this.now();
    this.#rate = rate;
    this.#anchor(now);
    this.#reset();
  }

  pause(): void {
    if (this.#paused) return;
    this.#freeze(this.now());
    this.#paused = true;
    this.#interrupt();
    this.#reset();
  }

  resume(): void {
    if (!this.#paused) return;
    const now = this.now();
    this.#paused = false;
    this.#anchor(now);
    this.#reset();
  }

  /** Nothing is run any more. */
  end(): void {
    this.#freeze(this.now());
    this.#paused = true;
    this.#reset();
  }

  /**
   * Lets time leap: `lives` moves it by `advanceTo` while it stands still for everybody else. Afterwards it goes
   * on from where it was left. One at a time.
   */
  async leap<T>(lives: () => Promise<T>): Promise<T> {
    this.#isWanted = true;
    while (this.#isPacing) await new Promise((resolve) => setImmediate(resolve));
    this.#isWanted = false;
    this.#freeze(this.now());
    this.#isStepping = true;
    this.#reset();
    try {
      return await lives();
    } finally {
      this.#isStepping = false;
      this.#anchor(this.moment);
      this.#reset();
    }
  }

  protected override arm(): void {
    if (this.#paused || this.#isStepping || this.#isWanted) return;
    if (this.#rate === 1) this.driver.arm();
    else this.#pace();
  }

  #anchor(at: number): void {
    this.#at = at;
    this.#since = this.#wall();
  }

  #freeze(at: number): void {
    this.moment = Math.max(this.moment, at);
  }

  #reset(): void {
    this.driver.disarm();
    clearTimeout(this.#pacer);
    this.#pacer = undefined;
    this.arm();
  }

  /** Runs what is due, moment by moment, and comes back when the next one is. */
  #pace(): void {
    if (this.#isPacing) return;
    clearTimeout(this.#pacer);
    const next = this.heap.nextAt();
    if (next === undefined) return;
    const wait = Math.min(Math.max((next - this.#flown()) / this.#rate, 0), 2 ** 31 - 1);
    this.#pacer = setTimeout(() => void this.#live(), wait);
    this.#pacer.unref();
  }

  async #live(): Promise<void> {
    this.#isPacing = true;
    try {
      for (let next = this.heap.nextAt(); next !== undefined; next = this.heap.nextAt()) {
        if (this.#paused || this.#isWanted || this.#rate === 1 || next > this.#flown()) break;
        this.#isStepping = true;
        try {
          this.advanceTo(next);
          const paused = new Promise<void>((resolve) => {
            this.#interrupt = resolve;
          });
          await Promise.race([this.#settle(), paused]);
        } finally {
          this.#isStepping = false;
        }
        if ((this.#flown() - next) / this.#rate > MOST_BEHIND_MS) this.#anchor(Math.max(next, this.moment));
      }
    } finally {
      this.#isPacing = false;
      this.arm();
    }
  }
}
