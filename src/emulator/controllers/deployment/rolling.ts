import type { KubeObject } from '../../../api/meta.ts';
import type { ControlContext } from '../controller.ts';
import { ensureNewReplicaSet } from './new-replica-set.ts';
import { byAge } from './revisions.ts';
import type { Rollout } from './rollout.ts';
import { maxUnavailable, newReplicaCount, replicasOf, scale } from './scaling.ts';

const available = (set: KubeObject): number => set['status']?.availableReplicas ?? 0;
/** What a set will have once its controller has caught up cannot be counted on before it has. */
const settledAvailable = (sets: readonly KubeObject[]): number => sets.reduce((sum, set) => sum + available(set), 0);

/** One step of a rolling update: up first; down only what availability allows. */
export async function rollGradually(context: ControlContext, start: Rollout): Promise<Rollout> {
  let rollout = await ensureNewReplicaSet(context, start);
  if (!rollout.current) return rollout;
  const current = rollout.current;
  const wanted: number = rollout.deployment['spec'].replicas ?? 1;
  const before: number = current['spec'].replicas ?? 0;
  const size = before > wanted ? wanted : newReplicaCount(rollout);
  rollout = await scale(context, rollout, current, size);
  if (size !== before) return rollout;
  return scaleDownOld(context, rollout);
}

async function scaleDownOld(context: ControlContext, start: Rollout): Promise<Rollout> {
  let rollout = start;
  if (replicasOf(rollout.old) === 0 || !rollout.current) return rollout;
  const wanted: number = rollout.deployment['spec'].replicas ?? 1;
  const least = wanted - maxUnavailable(rollout.deployment);
  const newUnavailable = rollout.current['spec'].replicas - available(rollout.current);
  let budget = replicasOf(rollout.all) - least - newUnavailable;
  if (budget <= 0) return rollout;

  // Pods that serve nobody can go without harm.
  for (const set of byAge(rollout.old)) {
    const sick = Math.min(set['spec'].replicas - available(set), budget);
    if (set['spec'].replicas === 0 || sick <= 0) continue;
    rollout = await scale(context, rollout, set, set['spec'].replicas - sick);
    budget -= sick;
  }
  let spare = settledAvailable(rollout.all) - least;
  for (const set of byAge(rollout.old)) {
    if (spare <= 0) break;
    const size: number = set['spec'].replicas;
    if (size === 0) continue;
    const fewer = Math.min(size, spare);
    rollout = await scale(context, rollout, set, size - fewer);
    spare -= fewer;
  }
  return rollout;
}
