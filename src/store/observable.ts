/**
 * A value that changes, as `useSyncExternalStore` wants it: the snapshot is immutable and stays the
 * same object until `publish` replaces it.
 */
export class Observable<Snapshot> {
  #snapshot: Snapshot;
  readonly #listeners = new Set<() => void>();

  constructor(initial: Snapshot) {
    this.#snapshot = initial;
  }

  readonly getSnapshot = (): Snapshot => this.#snapshot;

  /** @returns the unsubscribe */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.watched?.(true);
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.watched?.(false);
    };
  };

  /** Called when the first listener has come, and when the last one has gone. */
  protected watched?(is: boolean): void;

  protected publish(next: Snapshot): void {
    if (Object.is(next, this.#snapshot)) return;
    this.#snapshot = next;
    for (const listener of [...this.#listeners]) listener();
  }
}
