import type { KubeObject } from '../../api/meta.ts';
import { type Taint, type Toleration, tolerates } from '../../api/scheduling/taints.ts';
import { isApiError } from '../../api/status.ts';
import { timestamp } from '../clock.ts';
import { jsonEqual } from '../registry/equal.ts';
import { withCondition } from './conditions.ts';
import { type ControlContext, type Controller, keyOf, ownKey, splitKey } from './controller.ts';
import { deleteIfThere } from './ownership.ts';
import type { Again } from './work-queue.ts';

const COMPONENT = 'taint-eviction-controller';

/**
 * Deletes pods from nodes whose NoExecute taints they do not, or no longer, tolerate (kubernetes
 * pkg/controller/tainteviction). The time that a pod tolerates counts from when this was seen, and a wait that has
 * begun keeps its end while the pod's tolerations have one, whatever taints come and go beside.
 */
export function taintEvictionController(context: ControlContext): Controller {
  /** When pods that wait will be deleted (ms since the epoch), by key; `done`: it was. */
  const waits = new Map<string, number | 'done'>();
  const noExecute = (node: KubeObject | undefined): Taint[] =>
    (node?.['spec']?.taints ?? []).filter((taint: Taint) => taint.effect === 'NoExecute');

  /** About a pod that may be gone: the reference has no uid. */
  const say = (key: string, message: string): void => {
    const [namespace, name] = splitKey(key);
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name } };
    context.recorder.record(pod, { type: 'Normal', reason: 'TaintManagerEviction', message, component: COMPONENT });
  };
  const cancel = (key: string): undefined => {
    const wait = waits.get(key);
    waits.delete(key);
    if (typeof wait === 'number') say(key, `Cancelling deletion of Pod ${key}`);
  };
  const evict = async (key: string, pod: KubeObject): Promise<undefined> => {
    say(key, `Marking for deletion Pod ${key}`);
    try {
      await markTarget(context, pod);
    } catch (error) {
      if (isApiError(error, 'NotFound')) return;
      throw error;
    }
    waits.set(key, 'done');
    await deleteIfThere(context, 'pods', pod);
  };

  return {
    name: COMPONENT,
    watches: {
      pods: (event) => {
        const { object, previous, type } = event;
        if (type === 'DELETED') return waits.has(keyOf(object)) ? ownKey(event, 'pods') : [];
        const node = object['spec'].nodeName;
        if (!node) return [];
        const isSame =
          previous !== undefined &&
          previous['spec'].nodeName === node &&
          jsonEqual(previous['spec'].tolerations ?? [], object['spec'].tolerations ?? []);
        if (isSame) return [];
        return noExecute(context.lister.get('nodes', undefined, node)).length > 0 ? ownKey(event, 'pods') : [];
      },
      nodes: ({ type, object, previous }) => {
        if (type === 'DELETED' || jsonEqual(noExecute(object), noExecute(previous))) return [];
        return context.lister
          .list<KubeObject>('pods')
          .filter((pod) => pod['spec'].nodeName === object.metadata.name)
          .map(keyOf);
      },
    },
    concurrency: 4,
    reconcile: async (key) => {
      const pod = context.lister.get<KubeObject>('pods', ...splitKey(key));
      if (!pod) return cancel(key);
      const taints = noExecute(context.lister.get('nodes', undefined, pod['spec'].nodeName));
      if (taints.length === 0) return cancel(key);
      const now = context.clock.now();
      const patience = patienceOf(taints, pod['spec'].tolerations ?? []);
      if (patience === 0) {
        const wait = waits.get(key);
        if (typeof wait === 'number' && wait > now) cancel(key);
        if (wait !== 'done') await evict(key, pod);
        return undefined satisfies Again;
      }
      if (patience === undefined) return cancel(key);
      const wait = waits.get(key);
      if (wait === 'done') return undefined;
      const endsAt = wait ?? now + patience;
      if (endsAt <= now) return evict(key, pod);
      waits.set(key, endsAt);
      return endsAt - now;
    },
  };
}

async function markTarget(context: ControlContext, pod: KubeObject): Promise<void> {
  const conditions = withCondition(
    pod['status']?.conditions ?? [],
    {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      ...(pod.metadata['generation'] === undefined ? {} : { observedGeneration: pod.metadata['generation'] as number }),
    },
    timestamp(context.clock),
  );
  if (jsonEqual(conditions, pod['status']?.conditions)) return;
  await context.client.updateStatus('pods', { ...pod, status: { ...pod['status'], conditions } });
}

/** For how long all taints are tolerated (ms); 0: one is not, undefined: for ever. */
function patienceOf(taints: readonly Taint[], tolerations: readonly Toleration[]): number | undefined {
  let least = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const fitting = tolerations.find((toleration) => tolerates(toleration, taint));
    if (!fitting) return 0;
    if (fitting.tolerationSeconds !== undefined) least = Math.min(least, Math.max(fitting.tolerationSeconds, 0));
  }
  return Number.isFinite(least) ? least * 1000 : undefined;
}
