import { selectorOf } from '../../../lib/label-selector.ts';
import { type ControlContext, type Controller, ownKey, splitKey } from '../controller.ts';
import { claimChildren, controllerOf, matchingKeys, ownerKeys } from '../ownership.ts';
import type { Again } from '../work-queue.ts';
import { trimHistory } from './history.ts';
import { ensureNewReplicaSet } from './new-replica-set.ts';
import { rollRecreate } from './recreate.ts';
import { rollGradually } from './rolling.ts';
import { COMPONENT, isComplete, observe } from './rollout.ts';
import { isScalingEvent, scaleProportionally } from './scaling.ts';
import { syncPausedCondition, syncStatus } from './status.ts';

export function deploymentController(context: ControlContext): Controller {
  return {
    name: COMPONENT,
    watches: {
      'deployments.apps': ownKey,
      'replicasets.apps': (event) => [
        ...ownerKeys('Deployment', event),
        ...matchingKeys(context, 'deployments.apps', event, (deployment) => selectorOf(deployment['spec'].selector)),
      ],
      // Recreate waits for the last old pod to be gone; nothing else depends on single pods.
      pods: (event) => {
        if (event.type !== 'DELETED') return [];
        const owner = controllerOf(event.object);
        const set =
          owner?.kind === 'ReplicaSet' &&
          context.lister.get('replicasets.apps', event.object.metadata.namespace, owner.name);
        return set ? ownerKeys('Deployment', { ...event, object: set, previous: undefined }) : [];
      },
    },
    concurrency: 4,
    reconcile: (key) => reconcile(context, key),
  };
}

async function reconcile(context: ControlContext, key: string): Promise<Again> {
  const deployment = context.lister.get('deployments.apps', ...splitKey(key));
  if (!deployment) return undefined;
  const all = await claimChildren(context, deployment, 'replicasets.apps', selectorOf(deployment['spec'].selector));
  let rollout = observe(deployment, all);
  // A known template shows which revision it is, whatever else holds the deployment up.
  if (deployment.metadata.deletionTimestamp) {
    if (rollout.current) rollout = await ensureNewReplicaSet(context, rollout);
    return syncStatus(context, rollout, 'counts');
  }
  rollout = { ...rollout, deployment: await syncPausedCondition(context, rollout.deployment) };
  if (rollout.deployment['spec'].paused || isScalingEvent(rollout)) {
    if (rollout.current) rollout = await ensureNewReplicaSet(context, rollout);
    rollout = await scaleProportionally(context, rollout);
    if (rollout.deployment['spec'].paused) await trimHistory(context, rollout);
    return syncStatus(context, rollout, 'counts');
  }
  const roll = deployment['spec'].strategy?.type === 'Recreate' ? rollRecreate : rollGradually;
  rollout = await roll(context, rollout);
  if (isComplete(rollout)) await trimHistory(context, rollout);
  return syncStatus(context, rollout, 'progress');
}
