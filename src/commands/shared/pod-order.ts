import type { V1Pod } from '@kubernetes/client-node';

type Rank = (pod: V1Pod) => number;

const isReady = (pod: V1Pod) => readyCondition(pod)?.status === 'True';
const isAssigned = (pod: V1Pod) => Boolean(pod.spec?.nodeName);
const restarts = (pod: V1Pod) => Math.max(0, ...(pod.status?.containerStatuses ?? []).map((each) => each.restartCount));

function readyCondition(pod: V1Pod) {
  return pod.status?.conditions?.find(({ type }) => type === 'Ready');
}

/** Earlier is smaller; no time comes last. JSON has text where the generated type says Date. */
function timeRank(time: Date | undefined): number {
  const milliseconds = time === undefined ? Number.NaN : new Date(time).getTime();
  return Number.isNaN(milliseconds) ? Number.MAX_SAFE_INTEGER : milliseconds;
}

/** Smaller comes first, rank after rank. */
function comparing(ranks: readonly Rank[]): (a: V1Pod, b: V1Pod) => number {
  return (a, b) => {
    for (const rank of ranks) {
      const difference = rank(a) - rank(b);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

/** kubectl's order for logs: assigned, running, ready for longest, most restarts, oldest. */
export const byLogging = comparing([
  (pod) => (isAssigned(pod) ? 0 : 1),
  (pod) => ({ Unknown: 1, Pending: 2 })[pod.status?.phase ?? ''] ?? 0,
  (pod) => (isReady(pod) ? 0 : 1),
  (pod) => timeRank(readyCondition(pod)?.lastTransitionTime),
  (pod) => -restarts(pod),
  (pod) => timeRank(pod.metadata?.creationTimestamp),
]);

/** kubectl's order for exec, attach and port-forward: assigned, running, ready, staying, ready for longest, fewest restarts, oldest. */
export const byActivity = comparing([
  (pod) => (isAssigned(pod) ? 0 : 1),
  (pod) => ({ Unknown: 1, Running: 0 })[pod.status?.phase ?? ''] ?? 2,
  (pod) => (isReady(pod) ? 0 : 1),
  (pod) => (pod.metadata?.deletionTimestamp ? 1 : 0),
  (pod) => -timeRank(pod.metadata?.deletionTimestamp),
  (pod) => (isReady(pod) ? timeRank(readyCondition(pod)?.lastTransitionTime) : 0),
  restarts,
  (pod) => timeRank(pod.metadata?.creationTimestamp),
]);
