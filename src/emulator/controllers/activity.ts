/**
 * Counts what is runnable or under way, so that a simulated clock moves only when every consequence
 * of the last moment has happened.
 */
export class Activity {
  #count = 0;
  #waiting: (() => void)[] = [];
  #isHeld = false;
  #held: (() => void)[] = [];

  /** From now on nothing new is begun; what is under way goes on to its end. */
  hold(): void {
    this.#isHeld = true;
  }

  /** What was kept back meanwhile begins. */
  release(): void {
    this.#isHeld = false;
    for (const begin of this.#held.splice(0)) begin();
  }

  /** Calls `begin` now, or once nothing is held any more. */
  whenFree(begin: () => void): void {
    if (this.#isHeld) this.#held.push(begin);
    else begin();
  }

  /** True while something is runnable or under way. */
  get isBusy(): boolean {
    return this.#count > 0;
  }

  begin(): void {
    this.#count++;
  }

  end(): void {
    this.#count--;
    if (this.#count === 0) for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves when nothing has been runnable for one turn of the event loop (a committed change may still be on its way to its watchers). */
  async idle(): Promise<void> {
    do {
      if (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      await new Promise<void>((resolve) => setImmediate(resolve));
    } while (this.#count > 0);
  }
}
