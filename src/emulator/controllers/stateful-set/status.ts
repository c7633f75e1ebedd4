import type { KubeObject } from '../../../api/meta.ts';
import type { ControlContext } from '../controller.ts';
import { REVISION_LABEL } from '../controller-revisions.ts';
import { writeStatus } from '../ownership.ts';
import { isReady, isTerminating, untilAvailable } from '../pods.ts';
import type { Again } from '../work-queue.ts';
import { ordinalOf, RESOURCE, type StatefulView } from './identity.ts';

/**
 * Counts the pods (kubernetes stateful_set_control computeReplicaStatus: those that finished or go
 * are replicas still, those that go are of no revision), and ends a roll when all are new and ready.
 * Returns when the next pod becomes available (ms).
 */
export async function updateStatus(context: ControlContext, view: StatefulView): Promise<Again> {
  const { lister, clock } = context;
  const set = lister.get(RESOURCE, view.set.metadata.namespace, view.set.metadata.name!);
  if (set?.metadata.uid !== view.set.metadata.uid || !set) return undefined;
  const pods = lister.controlledBy('pods', set.metadata.uid!).filter((pod) => ordinalOf(set, pod) !== undefined);
  const ready = pods.filter((pod) => isReady(pod) && pod['status'].phase === 'Running');
  const waits = ready.map((pod) => untilAvailable(pod, set['spec'].minReadySeconds ?? 0, clock.now()) ?? 0);
  const living = pods.filter((pod) => !isTerminating(pod));
  const ofRevision = (revision: string): KubeObject[] =>
    living.filter((pod) => pod.metadata.labels?.[REVISION_LABEL] === revision);
  const updated = ofRevision(view.updateRevision).length;
  const wanted: number = set['spec'].replicas ?? 1;
  const isRolled =
    set['spec'].updateStrategy?.type !== 'OnDelete' &&
    !set.metadata.deletionTimestamp &&
    [updated, ready.length, pods.length].every((count) => count === wanted);
  const currentRevision = isRolled ? view.updateRevision : view.currentRevision;
  await writeStatus(context, RESOURCE, set, {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: ready.length || undefined,
    currentReplicas: ofRevision(currentRevision).length || undefined,
    updatedReplicas: updated || undefined,
    currentRevision: currentRevision || undefined,
    updateRevision: view.updateRevision || undefined,
    collisionCount: view.collisionCount,
    availableReplicas: waits.filter((wait) => wait === 0).length,
    conditions: set['status']?.conditions,
  });
  const later = waits.filter((wait) => wait > 0);
  return later.length > 0 ? Math.min(...later) : undefined;
}
