import type { KubeObject } from '../../../api/meta.ts';
import type { ControlContext } from '../controller.ts';
import { intOrPercent } from '../int-or-percent.ts';
import { byAge, DESIRED_REPLICAS, MAX_REPLICAS } from './revisions.ts';
import { COMPONENT, observe, type Rollout } from './rollout.ts';

export function maxSurge(deployment: KubeObject): number {
  const { strategy, replicas = 1 } = deployment['spec'];
  if (strategy?.type === 'Recreate') return 0;
  return intOrPercent(strategy?.rollingUpdate?.maxSurge ?? '25%', replicas, 'up');
}

/** Rounds down; 0 together with a surge of 0 would never move, so it counts as 1 (kubernetes ResolveFenceposts). */
export function maxUnavailable(deployment: KubeObject): number {
  const { strategy, replicas = 1 } = deployment['spec'];
  if (strategy?.type === 'Recreate' || replicas === 0) return 0;
  const value = intOrPercent(strategy?.rollingUpdate?.maxUnavailable ?? '25%', replicas, 'down');
  return Math.min(value === 0 && maxSurge(deployment) === 0 ? 1 : value, replicas);
}

export const replicasOf = (sets: readonly KubeObject[]): number =>
  sets.reduce((sum, set) => sum + (set['spec'].replicas ?? 0), 0);

/** How many replicas the new ReplicaSet should have now (kubernetes NewRSNewReplicas). */
export function newReplicaCount(rollout: Rollout): number {
  const { deployment, all, current } = rollout;
  const wanted: number = deployment['spec'].replicas ?? 1;
  if (deployment['spec'].strategy?.type === 'Recreate') return wanted;
  const total = replicasOf(all);
  const most = wanted + maxSurge(deployment);
  const now = current?.['spec'].replicas ?? 0;
  if (total >= most) return now;
  return now + Math.min(most - total, wanted - now);
}

/**
 * Sets a ReplicaSet's replicas, with the size annotations of this moment, and says so.
 *
 * @param sizes `always` keeps the annotations in step even where the number stays; else they tell of the last change
 */
export async function scale(
  context: ControlContext,
  rollout: Rollout,
  set: KubeObject,
  replicas: number,
  sizes: 'with-change' | 'always' = 'with-change',
): Promise<Rollout> {
  const { deployment } = rollout;
  const before: number = set['spec'].replicas ?? 0;
  if (before === replicas && sizes === 'with-change') return rollout;
  const wanted = sizeAnnotations(deployment);
  const current = set.metadata.annotations ?? {};
  if (before === replicas && Object.entries(wanted).every(([name, value]) => current[name] === value)) return rollout;
  const updated = await context.client.update<KubeObject>('replicasets.apps', {
    ...set,
    metadata: { ...set.metadata, annotations: { ...current, ...wanted } },
    spec: { ...set['spec'], replicas },
  });
  if (before !== replicas) {
    const direction = replicas > before ? 'up' : 'down';
    const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`;
    context.recorder.record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message, component: COMPONENT });
  }
  return observe(
    deployment,
    rollout.all.map((other) => (other === set ? updated : other)),
  );
}

export function sizeAnnotations(deployment: KubeObject): Record<string, string> {
  const wanted: number = deployment['spec'].replicas ?? 1;
  return { [DESIRED_REPLICAS]: String(wanted), [MAX_REPLICAS]: String(wanted + maxSurge(deployment)) };
}

/** An annotation that holds a size; undefined where somebody wrote something else. */
function sizeIn(set: KubeObject, annotation: string): number | undefined {
  const text = set.metadata.annotations?.[annotation] ?? '';
  return /^\d+$/.test(text) && Number(text) < 2 ** 31 ? Number(text) : undefined;
}

/** True when `spec.replicas` changed since a live ReplicaSet was last sized. */
export function isScalingEvent(rollout: Rollout): boolean {
  const wanted: number = rollout.deployment['spec'].replicas ?? 1;
  return rollout.all.some((set) => {
    const desired = sizeIn(set, DESIRED_REPLICAS);
    return set['spec'].replicas > 0 && desired !== undefined && desired !== wanted;
  });
}

/**
 * Sizes a deployment without rolling it: the one live (or newest) ReplicaSet takes everything;
 * where several are live, each takes its share and the largest the remainder.
 */
export async function scaleProportionally(context: ControlContext, start: Rollout): Promise<Rollout> {
  const wanted: number = start.deployment['spec'].replicas ?? 1;
  const live = start.all.filter((set) => set['spec'].replicas > 0);
  const single =
    live.length === 1 ? live[0] : live.length === 0 ? (start.current ?? byAge(start.all).at(-1)) : undefined;
  if (single) return scale(context, start, single, wanted);
  let rollout = start;
  if (isSaturated(start, wanted)) {
    // What is left of the old ones (a set that was adopted, say) goes.
    for (const set of start.old.filter((old) => old['spec'].replicas > 0))
      rollout = await scale(context, rollout, set, 0);
    return rollout;
  }
  if (live.length === 0 || start.deployment['spec'].strategy?.type === 'Recreate') return start;
  for (const [set, size] of shares(start.deployment, live))
    rollout = await scale(context, rollout, set, size, 'always');
  return rollout;
}

/** Deployment and new ReplicaSet agree on its size, and all of its pods are available. */
function isSaturated({ current }: Rollout, wanted: number): boolean {
  return (
    current !== undefined &&
    current['spec'].replicas === wanted &&
    sizeIn(current, DESIRED_REPLICAS) === wanted &&
    (current['status']?.availableReplicas ?? 0) === wanted
  );
}

/**
 * The size each live ReplicaSet is to have so that together they are as many as `replicas` and the
 * surge allow (kubernetes deployment sync.go `scale`): the largest first (of one size the newest
 * when growing, the oldest when shrinking), each in proportion to what the deployment was allowed
 * when the set was last sized, and the largest takes what rounding leaves.
 */
function shares(deployment: KubeObject, live: readonly KubeObject[]): [set: KubeObject, size: number][] {
  const wanted: number = deployment['spec'].replicas ?? 1;
  const allowed = wanted > 0 ? wanted + maxSurge(deployment) : 0;
  const toAdd = allowed - replicasOf(live);
  const aged = byAge(live);
  const sets = (toAdd > 0 ? aged.reverse() : aged).sort((a, b) => b['spec'].replicas - a['spec'].replicas);
  if (toAdd === 0) return sets.map((set) => [set, set['spec'].replicas]);
  let added = 0;
  const sized = sets.map((set): [KubeObject, number] => {
    const fraction = fractionOf(deployment, set, allowed);
    const share = toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added);
    const part = added === toAdd ? 0 : share;
    added += part;
    return [set, set['spec'].replicas + part];
  });
  sized[0]![1] = Math.max(sized[0]![1] + toAdd - added, 0);
  return sized;
}

/** By how much a ReplicaSet's part of the deployment changes; all of it goes when the deployment goes to zero. */
function fractionOf(deployment: KubeObject, set: KubeObject, allowed: number): number {
  const size: number = set['spec'].replicas;
  if (allowed === 0) return -size;
  const before = sizeIn(set, MAX_REPLICAS) || deployment['status']?.replicas || 0;
  return before === 0 ? 0 : Math.round((size * allowed) / before) - size;
}
