/** Where both clocks differ by less, they are taken for the same: `Date` has whole seconds, and answers travel. */
const SAME_MS = 2000;

/** The server's clock, as the `Date` of its answers tells it (RFC 9110, 6.6.1). */
export class ServerClock {
  readonly #wall: () => number;
  #aheadMs = 0;

  constructor(wall: () => number = Date.now) {
    this.#wall = wall;
  }

  /** Takes the `Date` header of an answer that has just come in; one that cannot be read says nothing. */
  take(header: string | undefined): void {
    const told = header === undefined ? Number.NaN : Date.parse(header);
    if (Number.isNaN(told)) return;
    // Between this second and the next.
    const ahead = told + 500 - this.#wall();
    this.#aheadMs = Math.abs(ahead) < SAME_MS ? 0 : ahead;
  }

  /** Milliseconds since the epoch; this machine's clock until the server has answered. */
  now(): number {
    return this.#wall() + this.#aheadMs;
  }
}
