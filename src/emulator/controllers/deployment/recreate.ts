import type { ControlContext } from '../controller.ts';
import { isFinished } from '../pods.ts';
import { ensureNewReplicaSet } from './new-replica-set.ts';
import type { Rollout } from './rollout.ts';
import { scale } from './scaling.ts';

/** Everything old goes first; the new ReplicaSet appears when no old pod may still run, not even a terminating one. */
export async function rollRecreate(context: ControlContext, start: Rollout): Promise<Rollout> {
  let rollout = start.current ? await ensureNewReplicaSet(context, start) : start;
  const shrinking = rollout.old.filter((set) => set['spec'].replicas > 0);
  for (const set of shrinking) rollout = await scale(context, rollout, set, 0);
  if (shrinking.length > 0) return rollout;
  if (rollout.old.some((set) => (set['status']?.replicas ?? 0) > 0)) return rollout;
  const oldPods = rollout.old.flatMap((set) => context.lister.controlledBy('pods', set.metadata.uid!));
  if (oldPods.some((pod) => !isFinished(pod))) return rollout;
  if (!rollout.current) rollout = await ensureNewReplicaSet(context, rollout);
  if (!rollout.current) return rollout;
  return scale(context, rollout, rollout.current, rollout.deployment['spec'].replicas ?? 1);
}
