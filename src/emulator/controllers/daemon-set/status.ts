import { writeStatus } from '../ownership.ts';
import { isReady, untilAvailable } from '../pods.ts';
import type { Again } from '../work-queue.ts';
import type { Look } from './place.ts';
import { byAge, isUpdated, perNode, RESOURCE } from './pods.ts';

/** Counts by node, each by its oldest pod. Returns when the next pod becomes available (ms). */
export async function updateStatus(look: Look, collisionCount: number): Promise<Again> {
  const { lister, clock } = look.context;
  const { namespace, name, uid } = look.set.metadata;
  const set = lister.get(RESOURCE, namespace, name!);
  if (!set || set.metadata.uid !== uid) return undefined;
  const pods = perNode(lister.controlledBy('pods', uid!));
  const chosen = look.nodes.filter(({ mayStart }) => mayStart).map((node) => node.name);
  const placed = chosen.flatMap((node) => byAge(pods.get(node) ?? []).slice(0, 1));
  const waits = placed
    .map((pod) => untilAvailable(pod, set['spec'].minReadySeconds ?? 0, clock.now()))
    .filter((wait) => wait !== undefined);
  const available = waits.filter((wait) => wait === 0).length;
  await writeStatus(look.context, RESOURCE, set, {
    currentNumberScheduled: placed.length,
    numberMisscheduled: look.nodes.filter((node) => !node.mayStart && pods.has(node.name)).length,
    desiredNumberScheduled: chosen.length,
    numberReady: placed.filter(isReady).length,
    observedGeneration: set.metadata.generation,
    updatedNumberScheduled: placed.filter((pod) => isUpdated(set, pod, look.hash)).length || undefined,
    numberAvailable: available || undefined,
    numberUnavailable: chosen.length - available || undefined,
    collisionCount: collisionCount || undefined,
    conditions: set['status']?.conditions,
  });
  const later = waits.filter((wait) => wait > 0);
  return later.length > 0 ? Math.min(...later) : undefined;
}
