import type { KubeObject } from '../../api/meta.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import { timestamp } from '../clock.ts';
import { type StatusCondition, withCondition } from './conditions.ts';
import { type ControlContext, type Controller, keyOf, ownKey, patienceFor, splitKey } from './controller.ts';
import { intOrPercent } from './int-or-percent.ts';
import { resourceOfOwner } from './known-resources.ts';
import { controllerOf, writeStatus } from './ownership.ts';
import { isReady, isTerminating } from './pods.ts';
import type { Again } from './work-queue.ts';

const RESOURCE = 'poddisruptionbudgets.policy';
/** An eviction that was granted and did not happen after this long counts no more. */
const GRANTED_MS = 120_000;

/** Keeps the status of disruption budgets: how many of their pods may go now (kubernetes pkg/controller/disruption). */
export function disruptionBudgetController(context: ControlContext): Controller {
  return {
    name: 'disruption-controller',
    watches: {
      [RESOURCE]: ownKey,
      pods: ({ object, previous }) => {
        const isSame =
          previous &&
          isReady(object) === isReady(previous) &&
          isTerminating(object) === isTerminating(previous) &&
          object['status']?.phase === previous['status']?.phase &&
          object.metadata.labels === previous.metadata.labels;
        return isSame ? [] : budgetsOf(context, object);
      },
    },
    patience: (key) =>
      patienceFor(context.lister.get<KubeObject>(RESOURCE, ...splitKey(key))?.['status']?.expectedPods ?? 0),
    reconcile: (key) => reconcile(context, key),
  };
}

const budgetsOf = (context: ControlContext, pod: KubeObject): string[] =>
  context.lister
    .list<KubeObject>(RESOURCE, pod.metadata.namespace)
    .filter(({ spec }) => spec?.selector && selectorOf(spec.selector).matches(pod.metadata.labels ?? {}))
    .map(keyOf);

async function reconcile(context: ControlContext, key: string): Promise<Again> {
  const budget = context.lister.get<KubeObject>(RESOURCE, ...splitKey(key));
  if (!budget || budget.metadata.deletionTimestamp) return undefined;
  const selector = budget['spec']?.selector && selectorOf(budget['spec'].selector);
  const pods = context.lister
    .list<KubeObject>('pods', budget.metadata.namespace)
    .filter(
      (pod) => selector?.matches(pod.metadata.labels ?? {}) && !['Succeeded', 'Failed'].includes(pod['status']?.phase),
    );
  const { expected, desired } = wanted(context, budget, pods);
  const { disruptedPods, again } = granted(context, budget, pods);
  const healthy = pods.filter(
    (pod) => isReady(pod) && !isTerminating(pod) && !disruptedPods[pod.metadata.name!],
  ).length;
  const allowed = expected > 0 ? Math.max(healthy - desired, 0) : 0;
  const condition: StatusCondition = {
    type: 'DisruptionAllowed',
    status: allowed > 0 ? 'True' : 'False',
    reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
    observedGeneration: budget.metadata.generation ?? 1,
  };
  await writeStatus(context, RESOURCE, budget, {
    conditions: withCondition(budget['status']?.conditions ?? [], condition, timestamp(context.clock)),
    currentHealthy: healthy,
    desiredHealthy: desired,
    disruptedPods: Object.keys(disruptedPods).length > 0 ? disruptedPods : undefined,
    disruptionsAllowed: allowed,
    expectedPods: expected,
    observedGeneration: budget.metadata.generation,
  });
  return again;
}

/** Percentages, and `maxUnavailable`, are of what the pods' controllers want, not of what there is; they round up. */
function wanted(
  context: ControlContext,
  budget: KubeObject,
  pods: readonly KubeObject[],
): { expected: number; desired: number } {
  const { minAvailable, maxUnavailable } = budget['spec'] ?? {};
  if (typeof minAvailable === 'number') return { expected: pods.length, desired: minAvailable };
  const expected = scaleOf(context, pods);
  if (maxUnavailable !== undefined) {
    return { expected, desired: Math.max(expected - intOrPercent(maxUnavailable, expected, 'up'), 0) };
  }
  return { expected, desired: intOrPercent(minAvailable ?? 1, expected, 'up') };
}

function scaleOf(context: ControlContext, pods: readonly KubeObject[]): number {
  const scales = new Map<string, number>();
  for (const pod of pods) {
    let owner = ownerOf(context, pod);
    // A ReplicaSet's own number is a step of a rollout; its Deployment's is what is wanted.
    if (owner?.kind === 'ReplicaSet') owner = ownerOf(context, owner) ?? owner;
    if (owner) scales.set(owner.metadata.uid!, owner['spec']?.replicas ?? 1);
  }
  return [...scales.values()].reduce((sum, scale) => sum + scale, 0);
}

function ownerOf(context: ControlContext, object: KubeObject): KubeObject | undefined {
  const reference = controllerOf(object);
  const resource = reference && resourceOfOwner(context.lister, reference);
  if (!reference || !resource) return undefined;
  const owner = context.lister.get<KubeObject>(resource.name, object.metadata.namespace, reference.name);
  return owner?.metadata.uid === reference.uid ? owner : undefined;
}

/** Evictions that were granted and are not seen yet, and when the next of them is given up. */
function granted(
  context: ControlContext,
  budget: KubeObject,
  pods: readonly KubeObject[],
): { disruptedPods: Record<string, string>; again: Again } {
  const living = new Set(pods.filter((pod) => !isTerminating(pod)).map((pod) => pod.metadata.name));
  const now = context.clock.now();
  const kept = Object.entries<string>(budget['status']?.disruptedPods ?? {}).filter(
    ([name, since]) => living.has(name) && Date.parse(since) + GRANTED_MS > now,
  );
  const waits = kept.map(([, since]) => Date.parse(since) + GRANTED_MS - now);
  return { disruptedPods: Object.fromEntries(kept), again: waits.length > 0 ? Math.min(...waits) : undefined };
}
