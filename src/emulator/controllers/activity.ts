/**
 * Counts what is runnable or under way, so that a simulated clock moves only when every consequence
 * of the last moment has happened.
 */
export class Activity {
  #count = 0;
  #waiting: (() => void)[] = [];

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
