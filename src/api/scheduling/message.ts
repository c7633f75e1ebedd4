import type { Rejection } from './rejection.ts';

const NO_VICTIMS = 'No preemption victims found for incoming pod';
const NO_USE = 'Preemption is not helpful for scheduling';
/** No device claim of the pod could be given back: the plugin before preemption says so of every pod. */
const NO_CLAIMS = 'no new claims to deallocate';

function histogram(reasons: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}

/** What came of looking for pods to evict. */
export type PreemptionOutcome =
  | { kind: 'found' }
  /** The pod may not, with the reason. */
  | { kind: 'ineligible'; message: string }
  /** For each node, why it was of no use; the others were not worth a try. */
  | { kind: 'none'; reasons: ReadonlyMap<string, readonly string[]> };

/** Why no node takes the pod, in the scheduler's words (kubernetes framework FitError, DefaultPreemption). */
export function unschedulableMessage(
  rejections: ReadonlyMap<string, Rejection>,
  outcome: PreemptionOutcome = { kind: 'none', reasons: new Map() },
): string {
  if (rejections.size === 0) return 'no nodes available to schedule pods';
  const head = `0/${rejections.size} nodes are available:`;
  const why = `${head} ${histogram(rejections.values().flatMap(({ reasons }) => reasons))}.`;
  if (outcome.kind === 'found') return why;
  if (outcome.kind === 'ineligible') return `${why} ${NO_CLAIMS}, preemption: ${outcome.message}`;
  const tried = rejections.keys().flatMap((node) => outcome.reasons.get(node) ?? [NO_USE]);
  return `${why} ${NO_CLAIMS}, preemption: ${head} ${histogram(tried)}.`;
}

/** A pod that no node is asked about: the plugin for devices was not asked either, which makes its last words `not found`. */
export function refusedMessage(nodes: number, { reasons }: Rejection): string {
  return nodes === 0
    ? 'no nodes available to schedule pods'
    : `0/${nodes} nodes are available: ${reasons.join(', ')}. not found`;
}

export const noVictims = NO_VICTIMS;
