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

/** Sets a ReplicaSet's replicas and says so; also keeps the size annotations in step. */
export async function scale(
  context: ControlContext,
  rollout: Rollout,
  set: KubeObject,
  replicas: number,
): Promise<Rollout> {
  const { deployment } = rollout;
  const before: number = set['spec'].replicas ?? 0;
  const sizes = {
    [DESIRED_REPLICAS]: String(deployment['spec'].replicas ?? 1),
    [MAX_REPLICAS]: String((deployment['spec'].replicas ?? 1) + maxSurge(deployment)),
  };
  const current = set.metadata.annotations ?? {};
  const sized = Object.entries(sizes).every(([name, value]) => current[name] === value);
  if (before === replicas && sized) return rollout;
  const updated = await context.client.update<KubeObject>('replicasets.apps', {
    ...set,
    metadata: { ...set.metadata, annotations: { ...current, ...sizes } },
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

/** True when `spec.replicas` changed since a live ReplicaSet was last sized. */
export function isScalingEvent(rollout: Rollout): boolean {
  const wanted = String(rollout.deployment['spec'].replicas ?? 1);
  return rollout.all.some((set) => {
    const desired = set.metadata.annotations?.[DESIRED_REPLICAS];
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
  if (live.length === 0 || start.deployment['spec'].strategy?.type === 'Recreate') return start;
  // When the new set is already complete, what is left of the old ones goes.
  const fresh = start.current;
  if (fresh && fresh['spec'].replicas === wanted && (fresh['status']?.availableReplicas ?? 0) === wanted) {
    let rollout = start;
    for (const set of start.old.filter((old) => old['spec'].replicas > 0))
      rollout = await scale(context, rollout, set, 0);
    return rollout;
  }

  const allowed = wanted > 0 ? wanted + maxSurge(start.deployment) : 0;
  const toAdd = allowed - replicasOf(live);
  const sets = byAge(live)
    .reverse()
    .sort((a, b) => b['spec'].replicas - a['spec'].replicas);
  const sizes = sets.map((set) => {
    const before: number = set['spec'].replicas;
    const most = Number.parseInt(set.metadata.annotations?.[MAX_REPLICAS] ?? '', 10) || replicasOf(live);
    return Math.max(before + Math.round((before * allowed) / most) - before, 0);
  });
  let missing = toAdd - (sizes.reduce((sum, size) => sum + size, 0) - replicasOf(live));
  for (let at = 0; at < sizes.length && missing !== 0; at++) {
    const size = Math.max(sizes[at]! + missing, 0);
    missing -= size - sizes[at]!;
    sizes[at] = size;
  }
  let rollout = start;
  for (const [at, set] of sets.entries()) rollout = await scale(context, rollout, set, sizes[at]!);
  return rollout;
}
