import type { ControlContext } from '../controller.ts';
import { deleteIfThere } from '../ownership.ts';
import { revisionOf } from './revisions.ts';
import { historyLimit, type Rollout } from './rollout.ts';

/** Deletes the oldest empty ReplicaSets beyond `revisionHistoryLimit`. */
export async function trimHistory(context: ControlContext, rollout: Rollout): Promise<void> {
  const limit = historyLimit(rollout.deployment);
  if (limit === undefined) return;
  const old = rollout.old.filter((set) => !set.metadata.deletionTimestamp);
  const surplus = old.sort((a, b) => revisionOf(a) - revisionOf(b)).slice(0, Math.max(old.length - limit, 0));
  for (const set of surplus) {
    const { replicas = 0, observedGeneration = 0 } = set['status'] ?? {};
    if (replicas > 0 || set['spec'].replicas > 0 || (set.metadata.generation ?? 0) > observedGeneration) continue;
    await deleteIfThere(context, 'replicasets.apps', set);
  }
}
