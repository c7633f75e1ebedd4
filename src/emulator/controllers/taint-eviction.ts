import type { KubeObject } from '../../api/meta.ts';
import { jsonEqual } from '../registry/equal.ts';
import { type Taint, type Toleration, tolerates } from '../scheduler/affinity.ts';
import { type ControlContext, type Controller, keyOf, ownKey, splitKey } from './controller.ts';
import { deleteIfThere } from './ownership.ts';
import { isFinished } from './pods.ts';
import type { Again } from './work-queue.ts';

const COMPONENT = 'taint-eviction-controller';

/** Deletes pods from nodes whose NoExecute taints they do not, or no longer, tolerate (kubernetes pkg/controller/tainteviction). */
export function taintEvictionController(context: ControlContext): Controller {
  const noExecute = (node: KubeObject | undefined): Taint[] =>
    (node?.['spec']?.taints ?? []).filter((taint: Taint) => taint.effect === 'NoExecute');
  return {
    name: COMPONENT,
    watches: {
      pods: (event) => {
        const { object, previous } = event;
        const node = object['spec'].nodeName;
        if (!node || event.type === 'DELETED' || previous?.['spec'].nodeName === node) return [];
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
    reconcile: async (key) => {
      const pod = context.lister.get<KubeObject>('pods', ...splitKey(key));
      if (!pod || pod.metadata.deletionTimestamp || isFinished(pod)) return undefined;
      const taints = noExecute(context.lister.get('nodes', undefined, pod['spec'].nodeName));
      const deadline = evictionAt(taints, pod['spec'].tolerations ?? []);
      const left = deadline - context.clock.now();
      if (left > 0) return Number.isFinite(left) ? left : undefined;
      const message = `Marking for deletion Pod ${key}`;
      context.recorder.record(pod, { type: 'Normal', reason: 'TaintManagerEviction', message, component: COMPONENT });
      await deleteIfThere(context, 'pods', pod);
      return undefined satisfies Again;
    },
  };
}

/** When the first toleration runs out (ms since the epoch); -Infinity: a taint is not tolerated, Infinity: never. */
function evictionAt(taints: readonly Taint[], tolerations: readonly Toleration[]): number {
  let deadline = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const fitting = tolerations.filter((toleration) => tolerates(toleration, taint));
    if (fitting.length === 0) return Number.NEGATIVE_INFINITY;
    const seconds = fitting.flatMap(({ tolerationSeconds }) =>
      tolerationSeconds === undefined ? [] : [tolerationSeconds],
    );
    if (seconds.length === 0) continue;
    deadline = Math.min(deadline, Date.parse(taint.timeAdded ?? '') + Math.max(Math.min(...seconds), 0) * 1000 || 0);
  }
  return deadline;
}
