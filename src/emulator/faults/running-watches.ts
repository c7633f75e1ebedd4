import type { Asked } from './match.ts';

/** How a watch is ended: after what was sent, at once, or with word that its version is too old. */
type WatchEnd = 'end' | 'cut' | 'gone';

interface Running {
  asked: () => Asked;
  end: (how: WatchEnd) => void;
}

/** The watches that clients have open. */
export class RunningWatches {
  readonly #running = new Set<Running>();

  /**
   * @param asked what rules ask about it
   * @returns what is to be called at the end of the watch
   */
  add(asked: () => Asked, end: (how: WatchEnd) => void): () => void {
    const one = { asked, end };
    this.#running.add(one);
    return () => this.#running.delete(one);
  }

  /** Ends those that `picks`, in the order in which they were opened; returns how many. */
  endThose(picks: (asked: Asked) => boolean, how: WatchEnd): number {
    let count = 0;
    for (const { asked, end } of [...this.#running]) {
      if (!picks(asked())) continue;
      end(how);
      count++;
    }
    return count;
  }
}
