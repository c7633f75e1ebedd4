import type { Exchange } from '../server/exchange.ts';
import type { ResourceTarget } from '../server/request-info.ts';
import type { Asked } from './match.ts';

/** How a watch is ended: after what was sent, at once, or with word that its version is too old. */
export type WatchEnd = 'end' | 'cut' | 'gone';

interface Running {
  exchange: Exchange;
  target: ResourceTarget;
  end: (how: WatchEnd) => void;
}

export function askedBy(exchange: Exchange, target: ResourceTarget, verb: string): Asked {
  return { verb, target, user: exchange.user.name, agent: exchange.request.headers['user-agent'] ?? '' };
}

/** The watches that clients have open. */
export class RunningWatches {
  readonly #running = new Set<Running>();

  get size(): number {
    return this.#running.size;
  }

  /** Returns what is to be called at the end of the watch. */
  add(exchange: Exchange, target: ResourceTarget, end: (how: WatchEnd) => void): () => void {
    const one = { exchange, target, end };
    this.#running.add(one);
    return () => this.#running.delete(one);
  }

  /** Ends those that `picks`, in the order in which they were opened; returns how many. */
  endThose(picks: (asked: Asked) => boolean, how: WatchEnd): number {
    let count = 0;
    for (const { exchange, target, end } of [...this.#running]) {
      if (!picks(askedBy(exchange, target, 'watch'))) continue;
      end(how);
      count++;
    }
    return count;
  }
}
