import { stepOf } from '../step-of.ts';
import type { Move } from '../view-model.ts';

/** The cursor of a list, and which part of the list is seen. */
export class ListCursor {
  index = 0;
  /** The first row that is seen. */
  top = 0;
  #height = 20;
  #count = 0;

  get height(): number {
    return this.#height;
  }

  /** Another list, or another place for it; the cursor stays in it, and is seen. */
  fit(count: number, height = this.#height): void {
    this.#count = count;
    this.#height = Math.max(1, height);
    this.go(this.index);
  }

  go(index: number): void {
    this.index = Math.max(0, Math.min(index, this.#count - 1));
    if (this.index < this.top) this.top = this.index;
    if (this.index >= this.top + this.#height) this.top = this.index - this.#height + 1;
    this.top = Math.max(0, Math.min(this.top, this.#count - this.#height));
  }

  /** @returns false for moves that are none in a list: left and right */
  move(move: Move, steps: number): boolean {
    const step = stepOf(move, steps, { height: this.#height, count: this.#count });
    if (step !== undefined) this.go(this.index + step);
    return step !== undefined;
  }

  /** The row of the list that a line shows; undefined where there is none. */
  rowAt(line: number): number | undefined {
    const index = this.top + line;
    return line >= 0 && line < this.#height && index < this.#count ? index : undefined;
  }
}
