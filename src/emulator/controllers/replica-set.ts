import type { KubeObject } from '../../api/meta.ts';
import { type Selector, selectorOf } from '../../lib/label-selector.ts';
import { timestamp } from '../clock.ts';
import { type StatusCondition, withCondition, withoutCondition } from './conditions.ts';
import { type ControlContext, type Controller, ownKey, patienceFor, splitKey } from './controller.ts';
import { claimChildren, controllerOf, matchingKeys, ownerKeys, writeStatus } from './ownership.ts';
import { BURST, createPod, deletePod, inSlices, podFromTemplate, slowStart } from './pod-control.ts';
import { deletionOrder, isActive, isFinished, isReady, isTerminating, untilAvailable } from './pods.ts';
import type { Again } from './work-queue.ts';

interface Flavour {
  kind: string;
  resource: string;
  component: string;
  selector: (owner: KubeObject) => Selector;
}

/** ReplicaSets and their elder, whose selector is a bare map, differ in nothing else. */
const flavours: readonly Flavour[] = [
  {
    kind: 'ReplicaSet',
    resource: 'replicasets.apps',
    component: 'replicaset-controller',
    selector: (owner) => selectorOf(owner['spec'].selector),
  },
  {
    kind: 'ReplicationController',
    resource: 'replicationcontrollers',
    component: 'replication-controller',
    selector: (owner) =>
      selectorOf({ matchLabels: owner['spec'].selector ?? owner['spec'].template?.metadata?.labels }),
  },
];

export function replicaSetControllers(context: ControlContext): Controller[] {
  return flavours.map((flavour) => ({
    name: flavour.component,
    watches: {
      [flavour.resource]: ownKey,
      pods: (event) => [
        ...ownerKeys(flavour.kind, event),
        ...matchingKeys(context, flavour.resource, event, flavour.selector),
      ],
    },
    concurrency: 4,
    patience: (key) => patienceFor(context.lister.get(flavour.resource, ...splitKey(key))?.['status']?.replicas ?? 0),
    reconcile: (key) => reconcile(context, flavour, key),
  }));
}

async function reconcile(context: ControlContext, flavour: Flavour, key: string): Promise<Again> {
  const owner = context.lister.get(flavour.resource, ...splitKey(key));
  if (!owner) return undefined;
  const pods = await claimChildren(context, owner, 'pods', flavour.selector(owner), isActive);
  let failure: Error | undefined;
  if (!owner.metadata.deletionTimestamp) {
    try {
      await manage(context, flavour, owner, pods);
    } catch (error) {
      failure = error as Error;
    }
  }
  const again = await updateStatus(context, flavour, owner, pods.length, failure);
  if (failure) throw failure;
  return again;
}

async function manage(context: ControlContext, flavour: Flavour, owner: KubeObject, pods: KubeObject[]): Promise<void> {
  const missing = (owner['spec'].replicas ?? 1) - pods.length;
  if (missing > 0) {
    await slowStart(Math.min(missing, BURST), () =>
      createPod(context, owner, podFromTemplate(owner, owner['spec'].template), flavour.component),
    );
  } else if (missing < 0) {
    const victims = deletionOrder(pods, siblingsOf(context, flavour, owner), context.clock.now());
    await inSlices(victims.slice(0, Math.min(-missing, BURST)), (pod) =>
      deletePod(context, owner, pod, flavour.component),
    );
  }
}

/** Pods of the same Deployment count when a node's share is judged; a set of its own has no such pods, not even its own. */
function siblingsOf(context: ControlContext, flavour: Flavour, owner: KubeObject): KubeObject[] {
  const controller = controllerOf(owner);
  const family = controller ? context.lister.controlledBy(flavour.resource, controller.uid) : [];
  return family.flatMap((member) => context.lister.controlledBy('pods', member.metadata.uid!));
}

async function updateStatus(
  context: ControlContext,
  flavour: Flavour,
  stale: KubeObject,
  before: number,
  failure: Error | undefined,
): Promise<Again> {
  const { lister, clock } = context;
  const owner = lister.get(flavour.resource, stale.metadata.namespace, stale.metadata.name!);
  if (!owner || owner.metadata.uid !== stale.metadata.uid) return undefined;
  const selector = flavour.selector(owner);
  const controlled = lister
    .controlledBy('pods', owner.metadata.uid!)
    .filter((pod) => selector.matches(pod.metadata.labels ?? {}));
  const pods = controlled.filter(isActive);
  const waits = pods
    .map((pod) => untilAvailable(pod, owner['spec'].minReadySeconds ?? 0, clock.now()))
    .filter((wait) => wait !== undefined);
  const templateLabels = Object.entries(owner['spec'].template?.metadata?.labels ?? {});
  const conditions = withFailure(owner, before, failure, timestamp(clock));
  const terminating = controlled.filter((pod) => isTerminating(pod) && !isFinished(pod));
  await writeStatus(context, flavour.resource, owner, {
    replicas: pods.length,
    fullyLabeledReplicas: positive(
      pods.filter((pod) => templateLabels.every(([name, value]) => pod.metadata.labels?.[name] === value)).length,
    ),
    readyReplicas: positive(pods.filter(isReady).length),
    availableReplicas: positive(waits.filter((wait) => wait === 0).length),
    terminatingReplicas: flavour.kind === 'ReplicaSet' ? terminating.length : undefined,
    observedGeneration: owner.metadata.generation,
    conditions: conditions.length > 0 ? conditions : undefined,
  });
  const later = waits.filter((wait) => wait > 0);
  return later.length > 0 ? Math.min(...later) : undefined;
}

/** The first failure stays until a look goes well; `before` is how many pods that look began with. */
function withFailure(
  owner: KubeObject,
  before: number,
  failure: Error | undefined,
  now: string,
): readonly StatusCondition[] {
  const known: StatusCondition[] = owner['status']?.conditions ?? [];
  if (!failure) return withoutCondition(known, 'ReplicaFailure');
  if (known.some(({ type }) => type === 'ReplicaFailure')) return known;
  const reason = before > (owner['spec'].replicas ?? 1) ? 'FailedDelete' : 'FailedCreate';
  return withCondition(known, { type: 'ReplicaFailure', status: 'True', reason, message: failure.message }, now);
}

/** Counts of zero are left out, as Go's `omitempty` does. */
export function positive(count: number): number | undefined {
  return count > 0 ? count : undefined;
}
