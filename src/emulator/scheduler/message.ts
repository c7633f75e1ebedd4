import type { Rejection } from './rejection.ts';

function histogram(reasons: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}

/** Why no node takes the pod, in the scheduler's words (kubernetes framework FitError, DefaultPreemption). */
export function unschedulableMessage(rejections: readonly Rejection[], isPreempting = false): string {
  if (rejections.length === 0) return 'no nodes available to schedule pods';
  const head = `0/${rejections.length} nodes are available: `;
  const preemption = histogram(
    rejections.map(({ resolvable }) =>
      resolvable ? 'No preemption victims found for incoming pod' : 'Preemption is not helpful for scheduling',
    ),
  );
  const why = histogram(rejections.flatMap(({ reasons }) => reasons));
  if (isPreempting) return `${head}${why}.`;
  return `${head}${why}. no new claims to deallocate, preemption: ${head}${preemption}.`;
}
