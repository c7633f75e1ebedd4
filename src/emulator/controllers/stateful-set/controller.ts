import { selectorOf } from '../../../lib/label-selector.ts';
import { type ControlContext, type Controller, ownKey, patienceFor, splitKey } from '../controller.ts';
import { REVISION_LABEL, revisionsOf, syncRevision, trimRevisions } from '../controller-revisions.ts';
import { claimChildren, matchingKeys, ownerKeys, writeStatus } from '../ownership.ts';
import { isFinished, isReady, isTerminating, untilAvailable } from '../pods.ts';
import type { Again } from '../work-queue.ts';
import { COMPONENT, ordinalOf, RESOURCE, type StatefulView, templateFrom } from './identity.ts';
import { manageReplicas } from './manage.ts';

export function statefulSetController(context: ControlContext): Controller {
  return {
    name: COMPONENT,
    watches: {
      [RESOURCE]: ownKey,
      pods: (event) => [
        ...ownerKeys('StatefulSet', event),
        ...matchingKeys(context, RESOURCE, event, (set) => selectorOf(set['spec'].selector)),
      ],
    },
    concurrency: 2,
    patience: (key) => patienceFor(context.lister.get(RESOURCE, ...splitKey(key))?.['status']?.replicas ?? 0),
    reconcile: (key) => reconcile(context, key),
  };
}

async function reconcile(context: ControlContext, key: string): Promise<Again> {
  const set = context.lister.get(RESOURCE, ...splitKey(key));
  if (!set) return undefined;
  const claimed = await claimChildren(context, set, 'pods', selectorOf(set['spec'].selector));
  if (set.metadata.deletionTimestamp) return undefined;
  const update = await syncRevision(context, set, set['spec'].selector.matchLabels ?? {});
  const updateRevision = update.metadata.name!;
  const stored = revisionsOf(context, set).find(({ metadata }) => metadata.name === set['status']?.currentRevision);
  const currentRevision = stored?.metadata.name ?? updateRevision;
  const view: StatefulView = {
    set,
    pods: claimed.filter((pod) => ordinalOf(set, pod) !== undefined),
    updateRevision,
    currentRevision,
    currentTemplate: stored ? templateFrom(stored) : set['spec'].template,
  };
  let failure: unknown;
  try {
    await manageReplicas(context, view);
  } catch (error) {
    failure = error;
  }
  const again = await updateStatus(context, view);
  if (failure) throw failure;
  await trimRevisions(
    context,
    set,
    new Set([updateRevision, currentRevision, ...view.pods.map((pod) => pod.metadata.labels?.[REVISION_LABEL] ?? '')]),
  );
  return again;
}

async function updateStatus(context: ControlContext, view: StatefulView): Promise<Again> {
  const { lister, clock } = context;
  const set = lister.get(RESOURCE, view.set.metadata.namespace, view.set.metadata.name!);
  if (set?.metadata.uid !== view.set.metadata.uid || !set) return undefined;
  const pods = lister
    .controlledBy('pods', set.metadata.uid!)
    .filter((pod) => ordinalOf(set, pod) !== undefined && !isFinished(pod));
  const ready = pods.filter((pod) => isReady(pod) && pod['status'].phase === 'Running');
  const living = pods.filter((pod) => !isTerminating(pod));
  const waits = ready.map((pod) => untilAvailable(pod, set['spec'].minReadySeconds ?? 0, clock.now()) ?? 0);
  const ofRevision = (revision: string) =>
    living.filter((pod) => pod.metadata.labels?.[REVISION_LABEL] === revision).length;
  const wanted: number = set['spec'].replicas ?? 1;
  const updated = ofRevision(view.updateRevision);
  const isRolled =
    view.currentRevision !== view.updateRevision &&
    updated === wanted &&
    ready.length === wanted &&
    pods.length === wanted;
  const currentRevision = isRolled ? view.updateRevision : view.currentRevision;
  await writeStatus(context, RESOURCE, set, {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: ready.length || undefined,
    currentReplicas: ofRevision(currentRevision) || undefined,
    updatedReplicas: updated || undefined,
    currentRevision,
    updateRevision: view.updateRevision,
    collisionCount: set['status']?.collisionCount ?? 0,
    availableReplicas: waits.filter((wait) => wait === 0).length,
    conditions: set['status']?.conditions,
  });
  const later = waits.filter((wait) => wait > 0);
  return later.length > 0 ? Math.min(...later) : undefined;
}
