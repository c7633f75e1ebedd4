import type { LogRing } from '../../../store/logs/log-ring.ts';

/** The newest entry that was written at `at` (ms since 1970) or before; the oldest that is kept where all came later. */
export function entryAt(ring: LogRing, at: number): number | undefined {
  if (ring.length === 0) return undefined;
  // Keys are RFC 3339 with nine digits of a second: text order is time order.
  const key = new Date(at).toISOString().replace('Z', '999999Z');
  let low = ring.first;
  let high = ring.next;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ring.at(middle).key <= key) low = middle + 1;
    else high = middle;
  }
  return Math.max(ring.first, low - 1);
}
