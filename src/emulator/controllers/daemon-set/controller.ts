import type { KubeObject } from '../../../api/meta.ts';
import { selectorOf } from '../../../lib/label-selector.ts';
import { type ControlContext, type Controller, keyOf, ownKey, patienceFor, splitKey } from '../controller.ts';
import { REVISION_LABEL, revisionHash, revisionsOf, syncRevision, trimRevisions } from '../controller-revisions.ts';
import { claimChildren, matchingKeys, ownerKeys } from '../ownership.ts';
import { createPod, deletePod, inSlices, slowStart } from '../pod-control.ts';
import type { Again } from '../work-queue.ts';
import { FailureDelays } from './failure-delays.ts';
import { judgeNodes, type Look, type Plan, place } from './place.ts';
import { COMPONENT, daemonPod, perNode, RESOURCE } from './pods.ts';
import { roll } from './roll.ts';
import { updateStatus } from './status.ts';

/** No DaemonSet makes or removes more pods than this in one go (kubernetes daemon BurstReplicas). */
const BURST = 250;

export function daemonSetController(context: ControlContext): Controller {
  const delays = new FailureDelays();
  // Each look judges all nodes, however few of them are wanted.
  let judged = 0;
  return {
    name: COMPONENT,
    watches: {
      [RESOURCE]: ownKey,
      pods: (event) => [
        ...ownerKeys('DaemonSet', event),
        ...matchingKeys(context, RESOURCE, event, (set) => selectorOf(set['spec'].selector)),
      ],
      nodes: (event) => {
        const { object, previous } = event;
        const isSame =
          previous &&
          event.type === 'MODIFIED' &&
          JSON.stringify([object.metadata.labels, object['spec']]) ===
            JSON.stringify([previous.metadata.labels, previous['spec']]);
        return isSame ? [] : context.lister.list(RESOURCE).map(keyOf);
      },
    },
    concurrency: 2,
    patience: (key) =>
      patienceFor(
        Math.max(judged, context.lister.get(RESOURCE, ...splitKey(key))?.['status']?.desiredNumberScheduled ?? 0),
      ),
    reconcile: (key) =>
      reconcile(context, key, delays, (nodes) => {
        judged = nodes;
      }),
  };
}

const earliest = (...times: Again[]): Again => {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
};

async function reconcile(
  context: ControlContext,
  key: string,
  delays: FailureDelays,
  judge: (nodes: number) => void,
): Promise<Again> {
  const set = context.lister.get(RESOURCE, ...splitKey(key));
  // What is left of a set that goes (its pods and revisions too, perhaps) is not to be judged.
  if (!set || set.metadata.deletionTimestamp) return undefined;
  const pods = await claimChildren(context, set, 'pods', selectorOf(set['spec'].selector));
  const { revision, collisionCount } = await syncRevision(context, set, REVISION_LABEL);
  const look: Look = {
    context,
    set,
    hash: revisionHash(revision),
    perNode: perNode(pods),
    nodes: judgeNodes(context, set),
    delays,
  };
  judge(look.nodes.length);
  let failure: unknown;
  let retry: Again;
  try {
    const plan = place(look);
    retry = plan.again;
    await carryOut(look, plan);
    // One thing at a time: what was just made or removed has to settle before the roll goes on.
    const isSettled = plan.create.length + plan.remove.length === 0;
    if (isSettled && set['spec'].updateStrategy?.type !== 'OnDelete') await carryOut(look, roll(look));
  } catch (error) {
    failure = error;
  }
  const again = await updateStatus(look, collisionCount);
  if (failure) throw failure;
  await trimHistory(context, set, revision, pods);
  return earliest(again, retry);
}

async function carryOut({ context, set, hash }: Look, { create, remove }: Plan): Promise<void> {
  const nodes = create.slice(0, BURST);
  let failure: unknown;
  try {
    await slowStart(nodes.length, (at) => createPod(context, set, daemonPod(set, nodes[at]!, hash), COMPONENT));
  } catch (error) {
    failure = error;
  }
  await inSlices(remove.slice(0, BURST), (pod) => deletePod(context, set, pod, COMPONENT));
  if (failure) throw failure;
}

/** Every revision but the present one counts as history; those that pods are of stay all the same. */
async function trimHistory(
  context: ControlContext,
  set: KubeObject,
  present: KubeObject,
  pods: readonly KubeObject[],
): Promise<void> {
  const used = new Set(pods.map((pod) => pod.metadata.labels?.[REVISION_LABEL]));
  const history = revisionsOf(context, set).filter(({ metadata }) => metadata.uid !== present.metadata.uid);
  await trimRevisions(context, set, history, (revision) => used.has(revisionHash(revision)));
}
