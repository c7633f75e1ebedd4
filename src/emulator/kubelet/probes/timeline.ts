/** When a probe is made: `first`, and every `every` ms from then on. Times are ms since the epoch. */
export interface Ticks {
  first: number;
  every: number;
}

/** A time in which each probe fails: `from` (included) to `to` (not included). */
export interface Failing {
  from: number;
  to: number;
}

export interface Thresholds {
  failure: number;
  success: number;
}

/** A change of what the kubelet takes the probe to say. */
export interface Flip {
  at: number;
  ok: boolean;
}

const tick = ({ first, every }: Ticks, index: number): number => first + index * every;

/** The number of the first probe at or after `at`. */
const indexAt = ({ first, every }: Ticks, at: number): number => Math.max(Math.ceil((at - first) / every), 0);

/** How many probes fail from `after` (not included) to `until` (included). */
export function failuresBetween(ticks: Ticks, failing: readonly Failing[], after: number, until: number): number {
  let count = 0;
  for (const { from, to } of failing) {
    const first = indexAt(ticks, Math.max(from, after + 1e-3));
    const last = Math.min(until, to - 1e-3);
    if (last >= tick(ticks, first)) count += Math.floor((last - tick(ticks, first)) / ticks.every) + 1;
  }
  return count;
}

/** When the next probe fails after `after`; Infinity: none. */
export function nextFailure(ticks: Ticks, failing: readonly Failing[], after: number): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { from, to } of failing) {
    if (from === Number.POSITIVE_INFINITY) continue;
    const at = tick(ticks, indexAt(ticks, Math.max(from, after + 1e-3)));
    if (at < to) next = Math.min(next, at);
  }
  return next;
}

/**
 * What a probe comes to over all time, where it is known beforehand when it fails: as many in a row as the threshold says
 * change the verdict. Nothing has to tick for it, however long it goes on.
 * @param failing in order, and apart from each other
 * @param before the verdict at first; undefined: none, so that the first one is told whatever it is
 */
export function flipsOf(
  ticks: Ticks,
  failing: readonly Failing[],
  { failure, success }: Thresholds,
  before: boolean | undefined,
): Flip[] {
  const flips: Flip[] = [];
  let ok = before;
  const span = (from: number, to: number, verdict: boolean): void => {
    if (from >= to || from === Number.POSITIVE_INFINITY || ok === verdict) return;
    const at = tick(ticks, indexAt(ticks, from) + (verdict ? success : failure) - 1);
    if (at >= to) return;
    flips.push({ at, ok: verdict });
    ok = verdict;
  };
  let from = Number.NEGATIVE_INFINITY;
  for (const one of failing) {
    span(from, one.from, true);
    span(one.from, one.to, false);
    from = one.to;
  }
  span(from, Number.POSITIVE_INFINITY, true);
  return flips;
}
