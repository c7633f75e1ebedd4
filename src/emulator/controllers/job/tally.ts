import type { KubeObject } from '../../../api/meta.ts';
import { isActive, isFinished, isReady, isTerminating } from '../pods.ts';
import { type Backoff, nextBackoff } from './backoff.ts';
import { matchFailurePolicy } from './failure-policy.ts';
import { IndexSet } from './index-set.ts';
import { awaitingReplacement, failedIndexes } from './per-index.ts';
import { hasFailed, indexOf, isIndexed, isOwnIndex, isTracked } from './pods.ts';

/** What a job has come to, as its pods and its status tell. */
export interface Tally {
  pods: readonly KubeObject[];
  active: KubeObject[];
  ready: number;
  terminating: number;
  /** Those of `status`, and those that ended since. */
  succeeded: number;
  failed: number;
  /** The failures in a row, with those that are new. */
  backoff: Backoff;
  /** Of a job with indexes. */
  succeededIndexes: IndexSet | undefined;
  /** Of a job with a limit per index. */
  failedIndexes: IndexSet | undefined;
  /** The failed pod of each index that has no other yet; with a limit per index only. */
  awaiting: ReadonlyMap<number, KubeObject>;
}

/** Reads what is there; nothing is written. */
export function account(job: KubeObject, pods: readonly KubeObject[], backoff: Backoff): Tally {
  const { spec, status = {} } = job;
  const noted = status.uncountedTerminatedPods ?? {};
  const known = (list: string[] = []) => new Set(list);
  const [countedSuccesses, countedFailures] = [known(noted.succeeded), known(noted.failed)];
  const isValid = (pod: KubeObject) => isTracked(pod) && (!isIndexed(job) || isOwnIndex(job, indexOf(pod)));
  const succeeded = pods.filter(
    (pod) => isValid(pod) && !countedSuccesses.has(pod.metadata.uid!) && pod['status']?.phase === 'Succeeded',
  );
  const failed = pods.filter((pod) => isValid(pod) && !countedFailures.has(pod.metadata.uid!) && hasFailed(job, pod));
  const active = pods.filter(isActive);
  const counting = failed.filter((pod) => matchFailurePolicy(job, pod).counts);
  const tally: Tally = {
    pods,
    active,
    ready: active.filter(isReady).length,
    terminating: pods.filter((pod) => isTerminating(pod) && !isFinished(pod)).length,
    succeeded: (status.succeeded ?? 0) + succeeded.length + countedSuccesses.size,
    failed: (status.failed ?? 0) + counting.length + countedFailures.size,
    backoff: nextBackoff(backoff, succeeded, failed),
    succeededIndexes: undefined,
    failedIndexes: undefined,
    awaiting: new Map(),
  };
  if (!isIndexed(job)) return tally;
  const indexes = new IndexSet(status.completedIndexes, spec.completions);
  for (const pod of pods) {
    const index = indexOf(pod);
    if (pod['status']?.phase === 'Succeeded' && isTracked(pod) && isOwnIndex(job, index)) indexes.add(index);
  }
  tally.succeededIndexes = indexes;
  tally.succeeded = indexes.size;
  if (spec.backoffLimitPerIndex === undefined) return tally;
  tally.failedIndexes = failedIndexes(job, pods);
  tally.awaiting = awaitingReplacement(job, pods, { succeeded: indexes, failed: tally.failedIndexes });
  return tally;
}
