import type { KubeObject } from '../../../api/meta.ts';
import { isApiError } from '../../../api/status.ts';
import type { ControlContext } from '../controller.ts';
import { REVISION_LABEL } from '../controller-revisions.ts';
import { deleteIfThere } from '../ownership.ts';
import { BURST, inSlices, slowStart } from '../pod-control.ts';
import { isFinished, isTerminating, untilAvailable } from '../pods.ts';
import { createClaims, isClaimStale, keepOwners } from './claims.ts';
import { firstOrdinal, hasIdentity, ordinalOf, type StatefulView, statefulPod, withIdentity } from './identity.ts';
import { say } from './say.ts';

/** What one look at a set works with, besides its view. */
interface Look extends StatefulView {
  context: ControlContext;
  /** One step at a time, each when the one before is up. */
  isOrdered: boolean;
  start: number;
  end: number;
}

type Verdict = 'go on' | 'wait';

/**
 * One look (kubernetes stateful_set_control): replace finished pods, create in order, scale down from
 * the top, then roll from the highest ordinal. With OrderedReady each step waits for the one before.
 */
export async function manageReplicas(context: ControlContext, view: StatefulView): Promise<void> {
  const start = firstOrdinal(view.set);
  const end = start + (view.set['spec'].replicas ?? 1);
  const isOrdered = view.set['spec'].podManagementPolicy !== 'Parallel';
  const look: Look = { ...view, context, isOrdered, start, end };
  const pods = new Map(view.pods.map((pod) => [ordinalOf(view.set, pod)!, pod]));
  if (isOrdered) {
    for (let ordinal = start; ordinal < end; ordinal++) {
      if ((await tend(look, ordinal, pods.get(ordinal))) === 'wait') return;
    }
  } else {
    const within = [...pods].filter(([ordinal]) => ordinal >= start && ordinal < end).sort(([a], [b]) => a - b);
    for (const [ordinal, pod] of within) await tend(look, ordinal, pod);
    const missing = firstMissing(look, pods);
    await slowStart(missing.length, (at) => tend(look, missing[at]!, undefined));
  }
  const condemned = [...pods].filter(([ordinal]) => ordinal < start || ordinal >= end).sort(([a], [b]) => b - a);
  for (const [ordinal, pod] of condemned) await keepOwners(context, view.set, pod, ordinal, true);
  if (
    (await dismiss(
      look,
      condemned.map(([, pod]) => pod),
    )) === 'wait'
  )
    return;
  await roll(look, pods);
}

/** Those that are made in one look; being made, they bring the set back for the rest. Somebody may ask for two billion. */
function firstMissing({ start, end }: Look, pods: ReadonlyMap<number, KubeObject>): number[] {
  const missing: number[] = [];
  for (let ordinal = start; ordinal < end && missing.length < BURST; ordinal++) {
    if (!pods.has(ordinal)) missing.push(ordinal);
  }
  return missing;
}

/** Running and ready for as long as the set asks; one that goes may still be that. */
const isAvailable = ({ context, set }: Look, pod: KubeObject): boolean =>
  pod['status']?.phase === 'Running' &&
  untilAvailable(pod, set['spec'].minReadySeconds ?? 0, context.clock.now()) === 0;

const isUp = (look: Look, pod: KubeObject): boolean => isAvailable(look, pod) && !isTerminating(pod);

/** Makes the pod of an ordinal, or brings what there is in line; tells whether those that follow have to wait. */
async function tend(look: Look, ordinal: number, pod: KubeObject | undefined): Promise<Verdict> {
  const { context, set } = look;
  if (!pod) {
    if (!isClaimStale(context, set, ordinal)) await createOrdinal(look, ordinal);
    return 'wait';
  }
  if (isFinished(pod)) {
    if (!isTerminating(pod)) await removePod(look, pod);
    return 'wait';
  }
  if (pod['status']?.phase === 'Pending') {
    await createClaims(context, set, ordinal);
    // What a pod that has not begun has is put right without a word.
    await keepOwners(context, set, pod, ordinal, false);
  }
  if (look.isOrdered && !isUp(look, pod)) return 'wait';
  const keptOwners = await keepOwners(context, set, pod, ordinal, false);
  if (hasIdentity(pod) && !keptOwners) return 'go on';
  try {
    if (!hasIdentity(pod)) await context.client.update('pods', withIdentity(set, pod));
    say(context, set, 'Update', pod.metadata.name!);
  } catch (error) {
    say(context, set, 'Update', pod.metadata.name!, error);
    throw error;
  }
  return 'go on';
}

/** Takes down the pods beyond the set, from the top; in order, only the lowest that is not up may go before those above are gone. */
async function dismiss(look: Look, condemned: readonly KubeObject[]): Promise<Verdict> {
  if (!look.isOrdered) {
    await inSlices(
      condemned.filter((pod) => !isTerminating(pod)),
      (pod) => removePod(look, pod),
    );
    return 'go on';
  }
  const [highest] = condemned;
  if (!highest) return 'go on';
  const firstDown = condemned.findLast((pod) => !isUp(look, pod));
  if (!isTerminating(highest) && (isAvailable(look, highest) || highest === firstDown)) await removePod(look, highest);
  return 'wait';
}

/** From the top down to the partition: delete the first pod of another revision, and wait while any is not up. */
async function roll(look: Look, pods: Map<number, KubeObject>): Promise<void> {
  const strategy = look.set['spec'].updateStrategy;
  if (strategy?.type === 'OnDelete') return;
  const partition = look.start + (strategy?.rollingUpdate?.partition ?? 0);
  for (let ordinal = look.end - 1; ordinal >= partition; ordinal--) {
    const pod = pods.get(ordinal);
    if (!pod) return;
    if (pod.metadata.labels?.[REVISION_LABEL] !== look.updateRevision && !isTerminating(pod)) {
      await removePod(look, pod);
      return;
    }
    if (!isUp(look, pod)) return;
  }
}

async function createOrdinal(look: Look, ordinal: number): Promise<void> {
  const { context, set } = look;
  const pod = statefulPod(look, ordinal);
  try {
    await createClaims(context, set, ordinal);
    await context.client.create('pods', pod);
  } catch (error) {
    if (isApiError(error, 'AlreadyExists')) throw error;
    say(context, set, 'Create', pod.metadata.name!, error);
    throw error;
  }
  say(context, set, 'Create', pod.metadata.name!);
}

async function removePod({ context, set }: Look, pod: KubeObject): Promise<void> {
  try {
    if (!(await deleteIfThere(context, 'pods', pod))) return;
  } catch (error) {
    say(context, set, 'Delete', pod.metadata.name!, error);
    throw error;
  }
  say(context, set, 'Delete', pod.metadata.name!);
}
