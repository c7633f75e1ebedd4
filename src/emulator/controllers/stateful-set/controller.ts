import type { KubeObject } from '../../../api/meta.ts';
import { selectorOf } from '../../../lib/label-selector.ts';
import { type ControlContext, type Controller, keyOf, ownKey, patienceFor, splitKey } from '../controller.ts';
import { REVISION_LABEL, revisionsOf, syncRevision, trimRevisions } from '../controller-revisions.ts';
import { claimChildren, matchingKeys, ownerKeys } from '../ownership.ts';
import type { Again } from '../work-queue.ts';
import { COMPONENT, ordinalOf, RESOURCE, type StatefulView, templateFrom } from './identity.ts';
import { manageReplicas } from './manage.ts';
import { updateStatus } from './status.ts';

export function statefulSetController(context: ControlContext): Controller {
  return {
    name: COMPONENT,
    watches: {
      [RESOURCE]: ownKey,
      pods: (event) => [
        ...ownerKeys('StatefulSet', event),
        ...matchingKeys(context, RESOURCE, event, (set) => selectorOf(set['spec'].selector)),
      ],
      // A pod may wait for the claim of its forerunner to go.
      persistentvolumeclaims: ({ type, object }) =>
        type === 'DELETED'
          ? context.lister.list(RESOURCE, object.metadata.namespace).filter(names(object)).map(keyOf)
          : [],
    },
    concurrency: 2,
    patience: (key) => patienceFor(context.lister.get(RESOURCE, ...splitKey(key))?.['status']?.replicas ?? 0),
    reconcile: (key) => reconcile(context, key),
  };
}

const names =
  (claim: KubeObject) =>
  (set: KubeObject): boolean =>
    ((set['spec'].volumeClaimTemplates ?? []) as KubeObject[]).some(({ metadata }) =>
      claim.metadata.name!.startsWith(`${metadata.name}-${set.metadata.name}-`),
    );

async function reconcile(context: ControlContext, key: string): Promise<Again> {
  const set = context.lister.get(RESOURCE, ...splitKey(key));
  if (!set) return undefined;
  const isOurs = (pod: KubeObject): boolean => ordinalOf(set, pod) !== undefined;
  const pods = await claimChildren(context, set, 'pods', selectorOf(set['spec'].selector), isOurs);
  if (set.metadata.deletionTimestamp) return updateStatus(context, goingView(set, pods));
  const { revision: update, collisionCount } = await syncRevision(context, set, 'controller.kubernetes.io/hash');
  const current =
    revisionsOf(context, set).find(({ metadata }) => metadata.name === set['status']?.currentRevision) ?? update;
  const view: StatefulView = {
    set,
    pods,
    updateRevision: update.metadata.name!,
    currentRevision: current.metadata.name!,
    currentTemplate: templateFrom(current),
    collisionCount,
  };
  let failure: unknown;
  try {
    await manageReplicas(context, view);
  } catch (error) {
    failure = error;
  }
  const again = await updateStatus(context, view);
  await trimHistory(context, view);
  if (failure) throw failure;
  return again;
}

/** Of a set that is being deleted only the counts are kept. */
function goingView(set: KubeObject, pods: KubeObject[]): StatefulView {
  const { updateRevision = '', currentRevision = '', collisionCount = 0 } = set['status'] ?? {};
  return { set, pods, updateRevision, currentRevision, currentTemplate: set['spec'].template, collisionCount };
}

/** What pods, the roll or the next pod below the partition may need does not count as history. */
async function trimHistory(context: ControlContext, view: StatefulView): Promise<void> {
  const live = new Set([
    view.updateRevision,
    view.currentRevision,
    ...view.pods.map((pod) => pod.metadata.labels?.[REVISION_LABEL]),
  ]);
  const history = revisionsOf(context, view.set).filter(({ metadata }) => !live.has(metadata.name!));
  await trimRevisions(context, view.set, history, () => false);
}
