import type { KubeObject } from '../../../api/meta.ts';

const FIRST_MS = 1000;
const LONGEST_MS = 15 * 60_000;

/**
 * How long a failed pod of a DaemonSet stays on its node: not at all the first time, then 1 s, and twice
 * as long with each further failure, up to a quarter of an hour (kubernetes options.DaemonSetController
 * failedPodsBackoff; client-go flowcontrol.Backoff). A new generation of the set, or a quiet time of twice
 * the longest delay, starts over.
 */
export class FailureDelays {
  readonly #entries = new Map<string, { delay: number; last: number }>();

  /** Milliseconds until a failed pod of `set` on `node` may go. */
  untilNext(set: KubeObject, node: string, now: number): number {
    const entry = this.#entries.get(keyFor(set, node));
    return entry ? Math.max(entry.last + entry.delay - now, 0) : 0;
  }

  /** A failed pod of `set` on `node` is taken away at `now` (ms). */
  failed(set: KubeObject, node: string, now: number): void {
    const key = keyFor(set, node);
    for (const [other, { last }] of this.#entries) if (now - last > 2 * LONGEST_MS) this.#entries.delete(other);
    const entry = this.#entries.get(key);
    const delay = entry ? Math.min(entry.delay * 2, LONGEST_MS) : FIRST_MS;
    this.#entries.set(key, { delay, last: now });
  }
}

const keyFor = (set: KubeObject, node: string): string =>
  `${set.metadata.uid}/${set['status']?.observedGeneration ?? 0}/${node}`;
