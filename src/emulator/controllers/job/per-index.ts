import type { KubeObject } from '../../../api/meta.ts';
import { isActive } from '../pods.ts';
import { finishedAt } from './backoff.ts';
import { matchFailurePolicy } from './failure-policy.ts';
import { IndexSet } from './index-set.ts';
import { hasFailed, indexOf, isOwnIndex, isTracked } from './pods.ts';

const FAILURES = 'batch.kubernetes.io/job-index-failure-count';
const IGNORED = 'batch.kubernetes.io/job-index-ignored-failure-count';

/** The annotation's 32-bit count; anybody may write it, and what is none counts as 0. */
function countIn(pod: KubeObject, annotation: string): number {
  const text = pod.metadata.annotations?.[annotation] ?? '';
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  return count < 2 ** 31 ? count : 0;
}

/** How often the pods of an index had failed when this one was made, ignored failures included. */
export const failuresBefore = (pod: KubeObject): number => countIn(pod, FAILURES) + countIn(pod, IGNORED);

/** The annotations that tell a pod how often those before it failed; of the failed pod that it replaces. */
export function failureCounts(job: KubeObject, replaced: KubeObject | undefined): Record<string, string> {
  const counts = replaced !== undefined && matchFailurePolicy(job, replaced).counts;
  const failures = replaced ? countIn(replaced, FAILURES) + (counts ? 1 : 0) : 0;
  const ignored = replaced ? countIn(replaced, IGNORED) + (counts ? 0 : 1) : 0;
  return { [FAILURES]: String(failures), ...(ignored > 0 ? { [IGNORED]: String(ignored) } : {}) };
}

function endsIndex(job: KubeObject, pod: KubeObject): boolean {
  if (!hasFailed(job, pod)) return false;
  const { action, counts } = matchFailurePolicy(job, pod);
  return action === 'FailIndex' || (counts && countIn(pod, FAILURES) >= job['spec'].backoffLimitPerIndex);
}

/** The indexes that are given up: those of `status`, and those whose pod failed once too often since. */
export function failedIndexes(job: KubeObject, pods: readonly KubeObject[]): IndexSet {
  const failed = new IndexSet(job['status']?.failedIndexes, job['spec'].completions);
  for (const pod of pods) {
    const index = indexOf(pod);
    if (isOwnIndex(job, index) && isTracked(pod) && endsIndex(job, pod)) failed.add(index);
  }
  return failed;
}

/**
 * The failed pod of each index that has no other yet: it must stay until there is one, for it alone
 * knows how often the index failed (kubernetes getPodsWithDelayedDeletionPerIndex).
 */
export function awaitingReplacement(
  job: KubeObject,
  pods: readonly KubeObject[],
  over: { succeeded: IndexSet; failed: IndexSet },
): Map<number, KubeObject> {
  const active = new Set(pods.filter(isActive).map(indexOf));
  const last = new Map<number, KubeObject>();
  for (const pod of pods) {
    const index = indexOf(pod);
    if (!isTracked(pod) || !isOwnIndex(job, index) || !hasFailed(job, pod)) continue;
    if (over.succeeded.has(index) || over.failed.has(index) || active.has(index)) continue;
    const known = last.get(index);
    if (!known || (failuresBefore(known) <= failuresBefore(pod) && finishedAt(pod) >= finishedAt(known))) {
      last.set(index, pod);
    }
  }
  return last;
}
