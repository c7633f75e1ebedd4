import type { KubeObject } from '../../api/meta.ts';

/** What the readers below need of a pod's condition. */
interface Condition {
  type: string;
  status: string;
  lastTransitionTime?: string;
}

function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return object['status']?.conditions?.find((condition: Condition) => condition.type === type);
}

export function isReady(pod: KubeObject): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True';
}

export function isFinished(pod: KubeObject): boolean {
  return pod['status']?.phase === 'Succeeded' || pod['status']?.phase === 'Failed';
}

export function isTerminating(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Counts towards replicas: neither finished nor on its way out. */
export function isActive(pod: KubeObject): boolean {
  return !isFinished(pod) && !isTerminating(pod);
}

/** When the pod became ready (ms); undefined while it is not. */
function readySince(pod: KubeObject): number | undefined {
  const ready = conditionOf(pod, 'Ready');
  return ready?.status === 'True' ? Date.parse(ready.lastTransitionTime ?? '') : undefined;
}

/** Milliseconds until a ready pod is available: 0 when it is; undefined when it is not ready. */
export function untilAvailable(pod: KubeObject, minReadySeconds: number, nowMs: number): number | undefined {
  const since = readySince(pod);
  if (since === undefined) return undefined;
  return minReadySeconds === 0 ? 0 : Math.max(since + minReadySeconds * 1000 - nowMs, 0);
}

export function restartsOf(pod: KubeObject): number {
  const statuses: { restartCount: number }[] = pod['status']?.containerStatuses ?? [];
  return statuses.reduce((most, status) => Math.max(most, status.restartCount), 0);
}

const phaseRank: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const deletionCost = (pod: KubeObject): number =>
  Number.parseInt(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? '0', 10) || 0;
/** Ages are compared by magnitude, so that pods of one rollout count as equally old. */
const ageBucket = (fromMs: number, nowMs: number): number => Math.floor(Math.log2(Math.max(nowMs - fromMs, 1)));

/**
 * The order in which a ReplicaSet gives up pods, the first to go first (kubernetes
 * pkg/controller ActivePodsWithRanks): unassigned, pending, not ready, cheaper to delete, with
 * more siblings on its node, ready for a shorter time, more restarts, younger.
 */
export function deletionOrder(
  pods: readonly KubeObject[],
  siblings: readonly KubeObject[],
  nowMs: number,
): KubeObject[] {
  const perNode = new Map<string, number>();
  for (const pod of siblings) {
    const node: string = pod['spec'].nodeName ?? '';
    if (isActive(pod)) perNode.set(node, (perNode.get(node) ?? 0) + 1);
  }
  const ranks = new Map(
    pods.map((pod) => [
      pod,
      [
        pod['spec'].nodeName ? 1 : 0,
        phaseRank[pod['status']?.phase] ?? 0,
        isReady(pod) ? 1 : 0,
        deletionCost(pod),
        -(perNode.get(pod['spec'].nodeName ?? '') ?? 0),
        ageBucket(readySince(pod) ?? nowMs, nowMs),
        -restartsOf(pod),
        ageBucket(Date.parse(pod.metadata.creationTimestamp ?? ''), nowMs),
      ],
    ]),
  );
  return [...pods].sort((a, b) => {
    const rankA = ranks.get(a)!;
    const rankB = ranks.get(b)!;
    const at = rankA.findIndex((rank, index) => rank !== rankB[index]);
    return at < 0 ? (a.metadata.uid! < b.metadata.uid! ? -1 : 1) : rankA[at]! - rankB[at]!;
  });
}
