import type { Timing } from '../../store/timing.ts';

/** What may be asked of one API server in a minute; absent: as much as it takes. */
export interface BudgetCap {
  requestsPerMinute?: number;
  bytesPerMinute?: number;
}

/** One after the other, so that what waited does not spend the room at once: ms. */
const apart = 100;

/** Holds back what can wait while a minute's requests or bytes are spent. */
export class BudgetGate {
  readonly #timing: Timing;
  readonly #turned: () => void;
  readonly #waiting = new Set<() => void>();
  #cap: BudgetCap | undefined;
  #used = { requests: 0, bytes: 0 };
  #isShut = false;
  #timer: { cancel(): void } | undefined;

  /** @param turned called when it has shut or opened */
  constructor(timing: Timing, turned: () => void) {
    this.#timing = timing;
    this.#turned = turned;
  }

  get cap(): BudgetCap | undefined {
    return this.#cap;
  }

  get isShut(): boolean {
    return this.#isShut;
  }

  /** @returns whether that is another cap than before */
  limit(cap: BudgetCap | undefined): boolean {
    if (cap?.requestsPerMinute === this.#cap?.requestsPerMinute && cap?.bytesPerMinute === this.#cap?.bytesPerMinute)
      return false;
    this.#cap = cap;
    this.spent(this.#used);
    return true;
  }

  /** @param used in the last minute */
  spent(used: { requests: number; bytes: number }): void {
    this.#used = used;
    const { requestsPerMinute = Number.POSITIVE_INFINITY, bytesPerMinute = Number.POSITIVE_INFINITY } = this.#cap ?? {};
    const isShut = used.requests >= requestsPerMinute || used.bytes >= bytesPerMinute;
    if (isShut === this.#isShut) return;
    this.#isShut = isShut;
    this.#turned();
    if (!isShut) this.#next();
  }

  pass(work: () => void): { cancel(): void } {
    if (!this.#isShut && this.#waiting.size === 0) {
      work();
      return { cancel: () => undefined };
    }
    this.#waiting.add(work);
    return { cancel: () => this.#waiting.delete(work) };
  }

  /** Lets the one that has waited longest go, and after it the others as long as there is room. */
  #next(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#isShut) return;
    const [work] = this.#waiting;
    if (!work) return;
    this.#waiting.delete(work);
    this.#timer = this.#timing.after(apart, () => this.#next());
    work();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#waiting.clear();
  }
}
