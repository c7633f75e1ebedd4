import type { KubeObject } from '../../../api/meta.ts';
import { isFinished, isTerminating, restartsOf } from '../pods.ts';
import { IndexSet } from './index-set.ts';
import { indexOf } from './pods.ts';

export interface JobTally {
  active: KubeObject[];
  succeeded: number;
  failed: number;
  terminating: number;
  /** Part of `succeeded` and `failed` already. */
  uncounted: Uncounted;
  /** True when `status` names all of `uncounted`. */
  isNoted: boolean;
  succeededIndexes: IndexSet;
  /** Restarts inside pods that run on: with OnFailure they count as retries. */
  restarts: number;
  /** When the latest pod failed (ms); undefined when none did. */
  lastFailureMs: number | undefined;
  /** Failures since the last success, for the delay. */
  failuresInRow: number;
}

const TRACKING = 'batch.kubernetes.io/job-tracking';

function endedAt(pod: KubeObject): number {
  const ends: number[] = (pod['status']?.containerStatuses ?? [])
    .map((status: { state?: { terminated?: { finishedAt?: string } } }) =>
      Date.parse(status.state?.terminated?.finishedAt ?? ''),
    )
    .filter((end: number) => !Number.isNaN(end));
  return ends.length > 0
    ? Math.max(...ends)
    : Date.parse(pod.metadata.deletionTimestamp ?? pod.metadata.creationTimestamp ?? '');
}

/** Pods that have ended and are not in the counters yet, by uid. */
interface Uncounted {
  succeeded: string[];
  failed: string[];
}

/**
 * What the job has come to. Counting takes three steps, so that no pod is counted twice or never,
 * wherever the process ends (batch/v1 JobStatus.uncountedTerminatedPods): the uids of ended pods are
 * written down, their finalizers taken away, and then they move from the list to the counters.
 */
export function account(job: KubeObject, pods: readonly KubeObject[]): JobTally {
  const status = job['status'] ?? {};
  const isIndexed = job['spec'].completionMode === 'Indexed';
  const known: Partial<Uncounted> = status.uncountedTerminatedPods ?? {};
  const noted = new Set([...(known.succeeded ?? []), ...(known.failed ?? [])]);
  const uncounted = pods.filter((pod) => pod.metadata.finalizers?.includes(TRACKING) && !noted.has(pod.metadata.uid!));
  const succeededNow = uncounted.filter((pod) => pod['status']?.phase === 'Succeeded');
  const failedNow = uncounted.filter(
    (pod) => pod['status']?.phase === 'Failed' || (isTerminating(pod) && !isFinished(pod)),
  );
  const uids = (list: readonly KubeObject[]) => list.map((pod) => pod.metadata.uid!);
  const ended: Uncounted = {
    succeeded: [...(known.succeeded ?? []), ...uids(succeededNow)],
    failed: [...(known.failed ?? []), ...uids(failedNow)],
  };
  const succeededIndexes = new IndexSet(status.completedIndexes, isIndexed ? job['spec'].completions : 0);
  for (const pod of succeededNow) {
    const index = indexOf(pod);
    if (index !== undefined) succeededIndexes.add(index);
  }
  const active = pods.filter((pod) => !isFinished(pod) && !isTerminating(pod));
  const failures = pods.filter((pod) => pod['status']?.phase === 'Failed').map(endedAt);
  const lastSuccess = Math.max(0, ...pods.filter((pod) => pod['status']?.phase === 'Succeeded').map(endedAt));
  return {
    active: active.sort((a, b) =>
      (a.metadata.creationTimestamp ?? '') > (b.metadata.creationTimestamp ?? '') ? -1 : 1,
    ),
    succeeded: isIndexed ? succeededIndexes.size : (status.succeeded ?? 0) + ended.succeeded.length,
    failed: (status.failed ?? 0) + ended.failed.length,
    uncounted: ended,
    isNoted: succeededNow.length + failedNow.length === 0,
    terminating: pods.filter((pod) => isTerminating(pod) && !isFinished(pod)).length,
    succeededIndexes,
    restarts: active.reduce((sum, pod) => sum + restartsOf(pod), 0),
    lastFailureMs: failures.length > 0 ? Math.max(...failures) : undefined,
    failuresInRow: failures.filter((end) => end > lastSuccess).length,
  };
}
