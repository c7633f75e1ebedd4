import type { Recorder } from './recorder.ts';

/** Where a recorder can be put in while the dashboard runs. */
export class Tape {
  recorder: Recorder | undefined;
  #lastId = 0;

  nextId(): number {
    return ++this.#lastId;
  }
}
