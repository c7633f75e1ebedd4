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

/** The most restarts of a container, and of a sidecar. */
function restartRanks(pod: KubeObject): [containers: number, sidecars: number] {
  const sidecars = new Set(
    (pod['spec'].initContainers ?? [])
      .filter((container: { restartPolicy?: string }) => container.restartPolicy === 'Always')
      .map((container: { name: string }) => container.name),
  );
  const statuses: { name: string; restartCount: number }[] = pod['status']?.initContainerStatuses ?? [];
  const ofSidecars = statuses.filter(({ name }) => sidecars.has(name)).map(({ restartCount }) => restartCount);
  return [restartsOf(pod), Math.max(0, ...ofSidecars)];
}

const phaseRank: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** The annotation's 32-bit number; what is none (`+10`, `008`, `1.5`) counts as 0 (kubernetes apis/core/helper). */
function deletionCost(pod: KubeObject): number {
  const text = pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? '';
  const cost = /^(0|-\d+|[1-9]\d*)$/.test(text) ? Number(text) : 0;
  return cost >= -(2 ** 31) && cost < 2 ** 31 ? cost : 0;
}

/** Ages are compared by magnitude (of their nanoseconds), so that pods of one rollout count as equally old. */
const ageBucket = (fromMs: number, nowMs: number): number =>
  nowMs > fromMs ? Math.floor(Math.log2((nowMs - fromMs) * 1e6)) : -1;

/** Younger first by magnitude; of one magnitude the uid decides, as good as by lot; 0 for the same moment. */
function compareAges(a: number, b: number, nowMs: number, uids: readonly [string, string]): number {
  if (a === b) return 0;
  return ageBucket(a, nowMs) - ageBucket(b, nowMs) || (uids[0] < uids[1] ? -1 : 1);
}

/**
 * The order in which a ReplicaSet gives up pods, the first to go first (kubernetes pkg/controller
 * ActivePodsWithRanks): unassigned, pending, not ready, cheaper to delete, with more siblings on its
 * node, ready for a shorter time, more restarts, younger.
 *
 * @param siblings pods of every ReplicaSet of the same owner
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
  const ranked = pods.map((pod) => ({
    pod,
    uid: pod.metadata.uid!,
    place: [
      pod['spec'].nodeName ? 1 : 0,
      phaseRank[pod['status']?.phase] ?? 0,
      isReady(pod) ? 1 : 0,
      deletionCost(pod),
      -(perNode.get(pod['spec'].nodeName ?? '') ?? 0),
    ],
    ready: readySince(pod),
    restarts: restartRanks(pod),
    created: Date.parse(pod.metadata.creationTimestamp ?? ''),
  }));
  ranked.sort((a, b) => {
    const at = a.place.findIndex((rank, index) => rank !== b.place[index]);
    if (at >= 0) return a.place[at]! - b.place[at]!;
    const uids = [a.uid, b.uid] as const;
    const bothReady = a.ready !== undefined && b.ready !== undefined;
    return (
      (bothReady ? compareAges(a.ready!, b.ready!, nowMs, uids) : 0) ||
      b.restarts[0] - a.restarts[0] ||
      b.restarts[1] - a.restarts[1] ||
      compareAges(a.created, b.created, nowMs, uids) ||
      (a.uid < b.uid ? -1 : 1)
    );
  });
  return ranked.map(({ pod }) => pod);
}
