import type { KubeObject } from '../../../api/meta.ts';
import { isFinished, isTerminating, restartsOf } from '../pods.ts';
import { indexOf, parseIndexText } from './pods.ts';

export interface JobTally {
  active: KubeObject[];
  succeeded: number;
  failed: number;
  terminating: number;
  succeededIndexes: Set<number>;
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

/**
 * What the job has come to. A finished pod that still has the tracking finalizer is counted now, the
 * others were counted in `status` before theirs was taken away: a pod that is deleted afterwards
 * stays counted.
 */
export function account(job: KubeObject, pods: readonly KubeObject[]): JobTally {
  const status = job['status'] ?? {};
  const isIndexed = job['spec'].completionMode === 'Indexed';
  const uncounted = pods.filter((pod) => pod.metadata.finalizers?.includes(TRACKING));
  const succeededNow = uncounted.filter((pod) => pod['status']?.phase === 'Succeeded');
  const failedNow = uncounted.filter(
    (pod) => pod['status']?.phase === 'Failed' || (isTerminating(pod) && !isFinished(pod)),
  );
  const succeededIndexes = parseIndexText(status.completedIndexes);
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
    succeeded: isIndexed ? succeededIndexes.size : (status.succeeded ?? 0) + succeededNow.length,
    failed: (status.failed ?? 0) + failedNow.length,
    terminating: pods.filter((pod) => isTerminating(pod) && !isFinished(pod)).length,
    succeededIndexes,
    restarts: active.reduce((sum, pod) => sum + restartsOf(pod), 0),
    lastFailureMs: failures.length > 0 ? Math.max(...failures) : undefined,
    failuresInRow: failures.filter((end) => end > lastSuccess).length,
  };
}
