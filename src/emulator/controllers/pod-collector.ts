import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import { timestamp } from '../clock.ts';
import { type StatusCondition, withCondition } from './conditions.ts';
import type { ControlContext, Controller } from './controller.ts';
import { deleteIfThere } from './ownership.ts';
import { isFinished, isReady, isTerminating } from './pods.ts';

/** Finished pods beyond this many go (kube-controller-manager --terminated-pod-gc-threshold). */
const FINISHED_LIMIT = 12_500;
/** How often there is a look. */
const PERIOD_MS = 20_000;
/** For so long a node has to be missing before its pods go. */
const QUARANTINE_MS = 40_000;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';
const PODS = 'pods';

const ORPHANED: StatusCondition = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'DeletionByPodGC',
  message: 'PodGC: node no longer exists',
};

/**
 * Ends pods that no kubelet ends (kubernetes pkg/controller/podgc): those of nodes that are gone, those that are
 * terminating without ever having got a node or on one that is out of service, and the oldest finished ones when there are too many.
 */
export function podCollector(context: ControlContext): Controller {
  const { lister, clock } = context;
  /** Since when nodes that pods name were seen to be missing (ms since the epoch). */
  const missing = new Map<string, number>();
  const nodeOf = (pod: KubeObject): KubeObject | undefined => lister.get('nodes', undefined, pod['spec'].nodeName);
  const isLost = (pod: KubeObject): boolean => {
    const node = nodeOf(pod);
    return node !== undefined && !isReady(node) && isOutOfService(node);
  };

  const end = async (pod: KubeObject, why?: StatusCondition): Promise<void> => {
    try {
      if (!isFinished(pod)) {
        const { generation } = pod.metadata as { generation?: number };
        const seen = generation === undefined ? {} : { observedGeneration: generation };
        const now = timestamp(clock);
        const before: StatusCondition[] = pod['status']?.conditions ?? [];
        const conditions = why ? withCondition(before, { ...why, ...seen }, now) : before;
        const status = { ...pod['status'], phase: 'Failed', ...seen, ...(conditions.length > 0 ? { conditions } : {}) };
        await context.client.updateStatus(PODS, { ...pod, status });
      }
      await deleteIfThere(context, PODS, pod, { gracePeriodSeconds: 0 });
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error;
    }
  };

  return {
    name: 'pod-garbage-collector',
    watches: {
      nodes: ({ type, object }) => (type === 'DELETED' || isOutOfService(object) ? [PODS] : []),
      pods: ({ type, object, previous }) => {
        if (type === 'DELETED') return [];
        const finishes = isFinished(object) && !(previous && isFinished(previous));
        const node = object['spec'].nodeName;
        const isStranded = node ? !nodeOf(object) || (isTerminating(object) && isLost(object)) : isTerminating(object);
        return finishes || isStranded ? [PODS] : [];
      },
    },
    patience: () => untilLook(clock.now()),
    reconcile: async () => {
      const pods = lister.list<KubeObject>(PODS);
      const now = clock.now();
      const finished = pods.filter(isFinished);
      const surplus = finished.length - FINISHED_LIMIT;
      if (surplus > 0) for (const pod of finished.sort(collectionOrder).slice(0, surplus)) await end(pod);
      const named = new Set<string>();
      for (const pod of pods) {
        const node: string | undefined = pod['spec'].nodeName;
        if (!node) {
          if (isTerminating(pod)) await end(pod);
        } else if (!nodeOf(pod)) {
          named.add(node);
          if (!missing.has(node)) missing.set(node, now);
          if (now >= missing.get(node)! + QUARANTINE_MS) await end(pod, ORPHANED);
        } else if (isTerminating(pod) && isLost(pod)) await end(pod);
      }
      for (const node of missing.keys()) if (!named.has(node)) missing.delete(node);
      const waits = [...missing.values()].some((since) => since + QUARANTINE_MS > now);
      return waits ? untilLook(now + 1) + 1 : undefined;
    },
  };
}

const isOutOfService = (node: KubeObject): boolean =>
  (node['spec']?.taints ?? []).some(({ key }: { key: string }) => key === OUT_OF_SERVICE);

const untilLook = (now: number): number => Math.ceil(now / PERIOD_MS) * PERIOD_MS - now;

/** Evicted pods first, then by age, then by name. */
function collectionOrder(a: KubeObject, b: KubeObject): number {
  const key = (pod: KubeObject): string =>
    `${pod['status']?.reason === 'Evicted' ? 0 : 1} ${pod.metadata.creationTimestamp} ${pod.metadata.name}`;
  return key(a) < key(b) ? -1 : 1;
}
