import type { Timing } from '../../store/timing.ts';

/** How long a table that nobody draws may count as seen, and how long drawing may take, ms. */
const lookMs = 15_000;
const drawMs = 1000;

/**
 * Whether somebody looks at a table. A table that is on the screen is drawn when it asks to be; one under
 * another view is not.
 */
export class TableSight {
  readonly #timing: Timing;
  readonly #redraw: () => void;
  readonly #onChange: (seen: boolean) => void;
  #seen = false;
  #drawn = false;
  #timer: { cancel(): void } | undefined;

  constructor(timing: Timing, redraw: () => void, onChange: (seen: boolean) => void) {
    this.#timing = timing;
    this.#redraw = redraw;
    this.#onChange = onChange;
  }

  /** The table is being drawn. */
  drawn(): void {
    this.#drawn = true;
    if (!this.#seen) {
      this.#seen = true;
      this.#onChange(true);
    }
    this.#timer ??= this.#timing.after(lookMs, () => this.#look());
  }

  #look(): void {
    this.#drawn = false;
    this.#timer = this.#timing.after(drawMs, () => {
      this.#timer = undefined;
      if (this.#drawn) this.drawn();
      else {
        this.#seen = false;
        this.#onChange(false);
      }
    });
    this.#redraw();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#seen = false;
  }
}
