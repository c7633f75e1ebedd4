import type { Clock, Timer } from './clock.ts';
import { TimerHeap } from './timer-heap.ts';

/** setTimeout cannot wait longer than this; longer waits are armed again. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Drives a heap of timers with one operating system timer, so that an idle cluster wakes only when something is due. */
class LiveDriver {
  readonly #heap: TimerHeap;
  readonly #present: () => number;
  #timeout: NodeJS.Timeout | undefined;
  #armedFor = Number.POSITIVE_INFINITY;

  constructor(heap: TimerHeap, present: () => number = Date.now) {
    this.#heap = heap;
    this.#present = present;
  }

  arm(): void {
    const next = this.#heap.nextAt();
    if (next === undefined || (this.#timeout !== undefined && this.#armedFor <= next)) return;
    clearTimeout(this.#timeout);
    this.#armedFor = next;
    const wait = Math.min(Math.max(next - this.#present(), 0), LONGEST_TIMEOUT_MS);
    this.#timeout = setTimeout(() => this.#fire(), wait);
    // The server keeps the process alive; a timer alone must not.
    this.#timeout.unref();
  }

  /** Nothing runs until it is armed again. */
  disarm(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  #fire(): void {
    this.#timeout = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
    try {
      for (let due = this.#heap.takeDue(this.#present()); due; due = this.#heap.takeDue(this.#present())) due.run();
    } finally {
      this.arm();
    }
  }
}

/** The clock on the wall. */
export function realClock(): Clock {
  const heap = new TimerHeap();
  const driver = new LiveDriver(heap);
  return {
    now: () => Date.now(),
    after(ms, run) {
      const timer = heap.add(Date.now() + Math.max(ms, 0), run);
      driver.arm();
      return timer;
    },
  };
}

/**
 * Time that moves only when told to. Timers run in the order of their moment, and those of one
 * moment in the order in which they were set, so that a run can be repeated.
 */
export class SimulatedClock implements Clock {
  protected readonly heap = new TimerHeap();
  /** Where it stands (ms since the epoch). */
  protected moment: number;

  constructor(startMs: number) {
    this.moment = startMs;
  }

  /** True while it moves only when told to: work may take as long as it likes, and no time passes. */
  get isDriven(): boolean {
    return true;
  }

  now(): number {
    return this.moment;
  }

  after(ms: number, run: () => void): Timer {
    return this.heap.add(this.now() + Math.max(ms, 0), run);
  }

  /** When the next timer is due (ms since the epoch); undefined when none is set. */
  nextAt(): number | undefined {
    return this.heap.nextAt();
  }

  /** Jumps to the next timer and runs every timer of that moment; false when none is set. */
  step(): boolean {
    const next = this.heap.nextAt();
    if (next === undefined) return false;
    this.advanceTo(next);
    return true;
  }

  /** Time passes and nothing runs, as on a machine that sleeps; what was due meanwhile is late. */
  sleep(ms: number): void {
    this.moment += ms;
  }

  /** Runs what is due up to `ms` (since the epoch), each at its own moment, and leaves the clock at `ms`. */
  advanceTo(ms: number): void {
    for (let due = this.heap.takeDue(ms); due; due = this.heap.takeDue(ms)) {
      this.moment = Math.max(this.moment, due.at);
      due.run();
    }
    this.moment = Math.max(this.moment, ms);
  }
}

/**
 * Simulated from a past moment until `goLive`, then the clock on the wall: a new cluster's demo is
 * lived through in a fraction of a second and goes on in real time, with the timers it has set.
 */
export class CatchUpClock extends SimulatedClock {
  protected readonly driver: LiveDriver;
  readonly #present: () => number;
  #live = false;
  #whenLive: (() => void)[] = [];

  /** @param present what the clock on the wall shows (ms) */
  constructor(startMs: number, present: () => number = Date.now) {
    super(startMs);
    this.#present = present;
    this.driver = new LiveDriver(this.heap, () => this.now());
  }

  get live(): boolean {
    return this.#live;
  }

  override get isDriven(): boolean {
    return !this.#live;
  }

  override now(): number {
    return this.#live ? this.present() : super.now();
  }

  override after(ms: number, run: () => void): Timer {
    const timer = super.after(ms, run);
    if (this.#live) this.arm();
    return timer;
  }

  /** Runs `run` once real time goes on; at once when it already does. */
  onLive(run: () => void): void {
    if (this.#live) run();
    else this.#whenLive.push(run);
  }

  goLive(): void {
    if (this.#live) return;
    this.#live = true;
    for (const run of this.#whenLive.splice(0)) run();
    this.arm();
  }

  /** What it shows once it is live (ms since the epoch). */
  protected present(): number {
    return this.#present();
  }

  /** Sees to it that the next timer runs in time. */
  protected arm(): void {
    this.driver.arm();
  }
}

/** Runs `run` when `clock` shows real time: at once unless it is catching up. */
export function onceLive(clock: Clock, run: () => void): void {
  if (clock instanceof CatchUpClock) clock.onLive(run);
  else run();
}

/** Moves a simulated clock timer by timer to `to`, and lets all work that a timer starts finish before the next one. */
export async function catchUp(clock: SimulatedClock, to: number, idle: () => Promise<void>): Promise<void> {
  await idle();
  for (let next = clock.nextAt(); next !== undefined && next <= to; next = clock.nextAt()) {
    clock.advanceTo(next);
    await idle();
  }
  clock.advanceTo(to);
}
