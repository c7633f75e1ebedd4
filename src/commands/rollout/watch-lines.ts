import type { RolloutSnapshot } from '../../store/rollout/snapshot.ts';
import type { Verdict } from '../../store/rollout/verdict.ts';
import { briefLines, type Detail, fullDetail, rolloutLines } from './tree-lines.ts';

/** What is left out, from nothing to all that can be: the most that fits the terminal is shown. */
const details: readonly Detail[] = [
  fullDetail,
  { sets: true, steps: 'all', layers: true, containers: true, news: 3 },
  { sets: false, steps: 'under-way', layers: true, containers: true, news: 3 },
  { sets: false, steps: 'under-way', layers: false, containers: false, news: 2 },
  { sets: false, steps: 'none', layers: false, containers: false, news: 0 },
];

/** One rollout that is watched, and how it ended where it has. */
export interface WatchedRollout {
  snapshot: RolloutSnapshot;
  verdict: Verdict | undefined;
}

/**
 * The live trees of all that is watched, with as much detail as `height` lines hold. Of several, those that are
 * decided make room first: their ends stay.
 * @param now ms on the cluster's clock
 * @param width columns; what holds a rollout up is never cut
 */
export function watchLines(
  rollouts: readonly WatchedRollout[],
  now: number,
  height: number,
  width = Number.POSITIVE_INFINITY,
): string[] {
  const drawn = (detail: Detail, endsOnly: boolean) =>
    rollouts.flatMap(({ snapshot, verdict }, index) => [
      ...(index > 0 ? [''] : []),
      ...(endsOnly && verdict
        ? briefLines(snapshot, verdict, width)
        : rolloutLines(snapshot, now, { detail, verdict, width })),
    ]);
  let lines = drawn(fullDetail, false);
  for (const detail of details) {
    if (lines.length <= height) break;
    lines = drawn(detail, rollouts.length > 1);
  }
  return lines;
}
