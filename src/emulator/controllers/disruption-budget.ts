import type { KubeObject } from '../../api/meta.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import type { StoreEvent } from '../client.ts';
import { timestamp } from '../clock.ts';
import type { StatusCondition } from './conditions.ts';
import { type ControlContext, type Controller, keyOf, ownKey, patienceFor, splitKey } from './controller.ts';
import { intOrPercent } from './int-or-percent.ts';
import { resourceOfOwner } from './known-resources.ts';
import { controllerOf, writeStatus } from './ownership.ts';
import { isFinished, isReady, isTerminating } from './pods.ts';
import { scaleOf } from './scale.ts';
import { shownSelector } from './shown-selector.ts';
import type { Again } from './work-queue.ts';

const RESOURCE = 'poddisruptionbudgets.policy';
/** Its events come from here, whatever the controller is called. */
const COMPONENT = 'controllermanager';
/** An eviction that was granted and did not happen after this long counts no more. */
const GRANTED_MS = 120_000;
/** Marks the key of a pod that was to be disrupted. No namespace begins with it. */
const TARGET = 'pod:';

/** Keeps the status of disruption budgets: how many of their pods may go now (kubernetes pkg/controller/disruption). */
export function disruptionBudgetController(context: ControlContext): Controller {
  return {
    name: 'disruption-controller',
    watches: { [RESOURCE]: ownKey, pods: (event) => [...budgetKeys(context, event), ...targetKeys(context, event)] },
    patience: (key) =>
      key.startsWith(TARGET)
        ? 0
        : patienceFor(context.lister.get<KubeObject>(RESOURCE, ...splitKey(key))?.['status']?.expectedPods ?? 0),
    reconcile: (key) =>
      key.startsWith(TARGET) ? forgetTarget(context, key.slice(TARGET.length)) : reconcile(context, key),
  };
}

function budgetKeys(context: ControlContext, { type, object, previous }: StoreEvent): string[] {
  const isSame =
    type === 'MODIFIED' &&
    previous &&
    isReady(object) === isReady(previous) &&
    isTerminating(object) === isTerminating(previous) &&
    object['status']?.phase === previous['status']?.phase &&
    object.metadata.labels === previous.metadata.labels;
  if (isSame) return [];
  const budgets = context.lister
    .list<KubeObject>(RESOURCE, object.metadata.namespace)
    .filter(({ spec }) => spec?.selector && selectorOf(spec.selector).matches(object.metadata.labels ?? {}));
  if (budgets.length > 1) {
    const { namespace, name } = object.metadata;
    const message = `Pod "${namespace}"/"${name}" matches multiple PodDisruptionBudgets.  Chose "${budgets[0]!.metadata.name}" arbitrarily.`;
    say(context, object, 'Warning', 'MultiplePodDisruptionBudgets', message);
  }
  return budgets.map(keyOf);
}

function say(
  context: ControlContext,
  object: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  context.recorder.record(object, { type, reason, message, component: COMPONENT });
}

async function reconcile(context: ControlContext, key: string): Promise<Again> {
  const budget = context.lister.get<KubeObject>(RESOURCE, ...splitKey(key));
  if (!budget) return undefined;
  const selector = budget['spec']?.selector && selectorOf(budget['spec'].selector);
  const pods = context.lister
    .list<KubeObject>('pods', budget.metadata.namespace)
    .filter((pod) => selector?.matches(pod.metadata.labels ?? {}));
  if (pods.length === 0) say(context, budget, 'Normal', 'NoPods', 'No matching pods found');
  let sizes: Sizes;
  try {
    sizes = wanted(context, budget, pods);
  } catch (error) {
    const { message } = error as Error;
    const told = `Failed to calculate the number of expected pods: ${message}`;
    say(context, budget, 'Warning', 'CalculateExpectedPodCountFailed', told);
    await failSafe(context, budget, message);
    return undefined;
  }
  const { expected, desired, unmanaged } = sizes;
  if (unmanaged > 0) {
    const shown = shownSelector(budget['spec'].selector);
    const message = `Pods selected by this PodDisruptionBudget (selector: ${shown}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
    say(context, budget, 'Warning', 'UnmanagedPods', message);
  }
  const { disruptedPods, again } = granted(context, budget, pods);
  const healthy = pods.filter(
    (pod) => isReady(pod) && !isTerminating(pod) && !disruptedPods[pod.metadata.name!],
  ).length;
  const allowed = expected > 0 ? Math.max(healthy - desired, 0) : 0;
  const condition = { reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods', message: '' };
  await writeStatus(context, RESOURCE, budget, {
    conditions: allowance(context, budget, allowed > 0, condition, budget.metadata.generation),
    currentHealthy: healthy,
    desiredHealthy: desired,
    disruptedPods: Object.keys(disruptedPods).length > 0 ? disruptedPods : undefined,
    disruptionsAllowed: allowed,
    expectedPods: expected,
    observedGeneration: budget.metadata.generation,
  });
  return again;
}

/** The conditions with DisruptionAllowed as it is to be said. */
function allowance(
  context: ControlContext,
  budget: KubeObject,
  isAllowed: boolean,
  why: { reason: string; message: string },
  observedGeneration: number | undefined,
): StatusCondition[] {
  const conditions: StatusCondition[] = budget['status']?.conditions ?? [];
  const status = isAllowed ? 'True' : 'False';
  const known = conditions.find(({ type }) => type === 'DisruptionAllowed');
  const lastTransitionTime = known?.status === status ? known.lastTransitionTime : undefined;
  const next: StatusCondition = {
    type: 'DisruptionAllowed',
    status,
    ...why,
    ...(observedGeneration ? { observedGeneration } : {}),
    lastTransitionTime: lastTransitionTime ?? timestamp(context.clock),
  };
  return known ? conditions.map((one) => (one === known ? next : one)) : [...conditions, next];
}

/** Who cannot count allows nothing. */
async function failSafe(context: ControlContext, budget: KubeObject, message: string): Promise<void> {
  const { status = {} } = budget;
  const why = { reason: 'SyncFailed', message };
  await writeStatus(context, RESOURCE, budget, {
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
    ...status,
    disruptionsAllowed: 0,
    conditions: allowance(context, budget, false, why, status.observedGeneration),
  });
}

interface Sizes {
  expected: number;
  desired: number;
  /** Pods without a controller, where that matters. */
  unmanaged: number;
}

/**
 * Percentages, and `maxUnavailable`, are of what the pods' controllers want, not of what there is; they round up.
 * @throws Error when the wish of a controller cannot be had
 */
function wanted(context: ControlContext, budget: KubeObject, pods: readonly KubeObject[]): Sizes {
  const { minAvailable, maxUnavailable } = budget['spec'] ?? {};
  if (maxUnavailable !== undefined) {
    const sizes = expectedOf(context, pods);
    const { expected } = sizes;
    return { ...sizes, desired: Math.max(expected - intOrPercent(maxUnavailable, expected, 'up'), 0) };
  }
  if (typeof minAvailable === 'string') {
    const sizes = expectedOf(context, pods);
    return { ...sizes, desired: intOrPercent(minAvailable, sizes.expected, 'up') };
  }
  if (minAvailable === undefined) return { expected: 0, desired: 0, unmanaged: 0 };
  return { expected: pods.length, desired: minAvailable, unmanaged: 0 };
}

function expectedOf(context: ControlContext, pods: readonly KubeObject[]): Omit<Sizes, 'desired'> {
  /** By uid of the pods' controllers, of which some (ReplicaSets) are steps of the same rollout. */
  const scales = new Map<string, { uid: string; replicas: number }>();
  let unmanaged = 0;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (!owner) unmanaged++;
    else if (!scales.has(owner.uid)) scales.set(owner.uid, scaleOfOwner(context, pod));
  }
  const byOwner = new Map([...scales.values()].map(({ uid, replicas }) => [uid, replicas]));
  return { expected: [...byOwner.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
}

/** What the controller of a pod wants. A ReplicaSet's own number is a step of a rollout; its Deployment's is what is wanted. */
function scaleOfOwner(context: ControlContext, pod: KubeObject): { uid: string; replicas: number } {
  const { namespace, name } = pod.metadata;
  const owner = controllerOf(pod)!;
  const found = (of: KubeObject) => {
    const reference = controllerOf(of)!;
    const scale = scaleOf(context, namespace, reference);
    const { uid } = scale.object.metadata;
    return uid === reference.uid ? { uid: uid!, replicas: scale.replicas, object: scale.object } : undefined;
  };
  const resource = resourceOfOwner(context.lister, owner);
  if (!resource) throw new Error(`no matches for kind "${owner.kind}" in version "${owner.apiVersion}"`);
  let scale: ReturnType<typeof found>;
  try {
    scale = found(pod);
  } catch (error) {
    if ((error as Error).message === 'the server could not find the requested resource') {
      throw new Error(`${resource.name} does not implement the scale subresource`);
    }
    if (context.lister.get(resource.name, namespace, owner.name)) throw error;
  }
  if (!scale) throw new Error(`found no controllers for pod "${name}"`);
  if (owner.kind !== 'ReplicaSet' || controllerOf(scale.object)?.kind !== 'Deployment') return scale;
  try {
    return found(scale.object) ?? scale;
  } catch {
    return scale;
  }
}

/** Evictions that were granted and are not seen yet, and when the next of them is given up. */
function granted(
  context: ControlContext,
  budget: KubeObject,
  pods: readonly KubeObject[],
): { disruptedPods: Record<string, string>; again: Again } {
  const since: Record<string, string> = budget['status']?.disruptedPods ?? {};
  const now = context.clock.now();
  const disruptedPods: Record<string, string> = {};
  let again: Again;
  for (const pod of pods) {
    const name = pod.metadata.name!;
    const granted = since[name];
    if (granted === undefined || isTerminating(pod)) continue;
    const left = Date.parse(granted) + GRANTED_MS - now;
    if (left <= 0) {
      const { namespace } = budget.metadata;
      // The namespace comes twice, as upstream has it.
      const message = `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`;
      say(context, pod, 'Warning', 'NotDeleted', message);
      continue;
    }
    disruptedPods[name] = granted;
    again = Math.min(left, again ?? left);
  }
  return { disruptedPods, again };
}

/** Milliseconds until nobody believes any more that a pod goes; undefined for one that was not to go, or does. */
function untilForgotten(context: ControlContext, pod: KubeObject): number | undefined {
  if (isTerminating(pod) || isFinished(pod)) return undefined;
  const conditions: StatusCondition[] = pod['status']?.conditions ?? [];
  const target = conditions.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
  if (!target || target.reason === 'TerminationByKubelet') return undefined;
  return Math.max(Date.parse(target.lastTransitionTime ?? '') + GRANTED_MS - context.clock.now(), 0);
}

const targetKeys = (context: ControlContext, { type, object }: StoreEvent): string[] =>
  type !== 'DELETED' && untilForgotten(context, object) !== undefined ? [`${TARGET}${keyOf(object)}`] : [];

/** Takes back that a pod was to be disrupted, when it was not. */
async function forgetTarget(context: ControlContext, key: string): Promise<Again> {
  const pod = context.lister.get<KubeObject>('pods', ...splitKey(key));
  const left = pod && untilForgotten(context, pod);
  if (!pod || left === undefined) return undefined;
  if (left > 0) return left;
  const never = { type: 'DisruptionTarget', status: 'False', lastProbeTime: null };
  const conditions = pod['status'].conditions.map((one: StatusCondition) =>
    one.type === never.type ? { ...never, lastTransitionTime: timestamp(context.clock) } : one,
  );
  await writeStatus(context, 'pods', pod, { ...pod['status'], conditions });
  return undefined;
}
