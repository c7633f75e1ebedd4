import type { KubeObject } from '../../api/meta.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import { fitsDaemon } from '../scheduler/filters.ts';
import { type ControlContext, type Controller, keyOf, ownKey, splitKey } from './controller.ts';
import { REVISION_LABEL, revisionHash, syncRevision, trimRevisions } from './controller-revisions.ts';
import { intOrPercent } from './int-or-percent.ts';
import { claimChildren, matchingKeys, ownerKeys, writeStatus } from './ownership.ts';
import { createPod, deletePod, podFromTemplate, slowStart } from './pod-control.ts';
import { isFinished, isReady, isTerminating, untilAvailable } from './pods.ts';
import type { Again } from './work-queue.ts';

const COMPONENT = 'daemonset-controller';
const RESOURCE = 'daemonsets.apps';

/** Every daemon pod tolerates these (kubernetes daemon util AddOrUpdateDaemonPodTolerations). */
const TOLERATIONS = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
].map(([key, effect]) => ({ key, operator: 'Exists', effect }));
const HOST_NETWORK = { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' };

export function daemonSetController(context: ControlContext): Controller {
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
    reconcile: (key) => reconcile(context, key),
  };
}

/** The node that a daemon pod is meant for: bound already, or named by its affinity. */
function targetNode(pod: KubeObject): string | undefined {
  if (pod['spec'].nodeName) return pod['spec'].nodeName;
  const terms = pod['spec'].affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const field = terms?.[0]?.matchFields?.find((match: { key: string }) => match.key === 'metadata.name');
  return field?.values?.[0];
}

function daemonPod(set: KubeObject, node: string, hash: string): KubeObject {
  const spec = set['spec'].template.spec;
  const affinity = spec.affinity ?? {};
  const required = affinity.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const here = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] };
  const terms = (required?.nodeSelectorTerms ?? [{}]).map((term: object) => ({ ...term, ...here }));
  return podFromTemplate(set, set['spec'].template, {
    labels: { [REVISION_LABEL]: hash, 'pod-template-generation': String(set.metadata.generation ?? 1) },
    spec: {
      affinity: {
        ...affinity,
        nodeAffinity: {
          ...affinity.nodeAffinity,
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
        },
      },
      tolerations: [...(spec.tolerations ?? []), ...TOLERATIONS, ...(spec.hostNetwork ? [HOST_NETWORK] : [])],
    },
  });
}

async function reconcile(context: ControlContext, key: string): Promise<Again> {
  const set = context.lister.get(RESOURCE, ...splitKey(key));
  if (!set) return undefined;
  const pods = await claimChildren(context, set, 'pods', selectorOf(set['spec'].selector));
  if (set.metadata.deletionTimestamp) return undefined;
  const revision = await syncRevision(context, set, set['spec'].selector.matchLabels ?? {});
  const hash = revisionHash(revision);
  const sample = daemonPod(set, '', hash);
  const wanted = context.lister
    .list('nodes')
    .filter((node) => fitsDaemon(sample, set['spec'].template.spec, node))
    .map((node) => node.metadata.name!);
  const perNode = Map.groupBy(pods, (pod) => targetNode(pod) ?? '');

  const failedLately = await removeUnwanted(context, set, perNode, new Set(wanted), hash);
  const surge = surgeOf(set, wanted.length);
  const bare = wanted.filter((node) => !perNode.get(node)?.length);
  if (surge > 0) bare.push(...(await rollAhead(context, set, perNode, wanted, hash, surge)));
  else if (set['spec'].updateStrategy?.type !== 'OnDelete') await roll(context, set, perNode, wanted, hash);
  await slowStart(bare.length, (index) => createPod(context, set, daemonPod(set, bare[index]!, hash), COMPONENT));

  const again = await updateStatus(context, set, wanted, hash);
  const kept = new Set([
    revision.metadata.name!,
    ...pods.map((pod) => `${set.metadata.name}-${pod.metadata.labels?.[REVISION_LABEL]}`),
  ]);
  await trimRevisions(context, set, kept);
  return failedLately ? Math.min(again ?? 1000, 1000) : again;
}

/** Pods on nodes that are not (or no longer) chosen, doubles, and failed ones go. */
async function removeUnwanted(
  context: ControlContext,
  set: KubeObject,
  perNode: Map<string, KubeObject[]>,
  wanted: ReadonlySet<string>,
  hash: string,
): Promise<boolean> {
  let failed = false;
  for (const [node, pods] of perNode) {
    const living = pods.filter((pod) => !isTerminating(pod)).sort((a, b) => (created(a) < created(b) ? -1 : 1));
    const running = wanted.has(node) ? living.filter((pod) => !isFinished(pod)) : [];
    // In a roll that goes ahead, the new pod starts beside the old one.
    const isNew = (pod: KubeObject) => pod.metadata.labels?.[REVISION_LABEL] === hash;
    const keep =
      surgeOf(set, wanted.size) > 0 ? [running.find((pod) => !isNew(pod)), running.find(isNew)] : [running[0]];
    for (const pod of living) {
      if (keep.includes(pod)) continue;
      if (pod['status']?.phase === 'Failed') {
        failed = true;
        const message = `Found failed daemon pod ${keyOf(pod)} on node ${node}, will try to kill it`;
        context.recorder.record(set, { type: 'Warning', reason: 'FailedDaemonPod', message, component: COMPONENT });
      }
      await deletePod(context, set, pod, COMPONENT);
    }
  }
  return failed;
}

const created = (pod: KubeObject): string => `${pod.metadata.creationTimestamp}${pod.metadata.name}`;

/** How many nodes may run the new pod beside the old one; 0: the old one goes first. */
function surgeOf(set: KubeObject, nodes: number): number {
  const { type, rollingUpdate } = set['spec'].updateStrategy ?? {};
  return type === 'OnDelete' ? 0 : intOrPercent(rollingUpdate?.maxSurge ?? 0, nodes, 'up');
}

/** Deletes old pods whose successor is available; returns the nodes that get a successor now. */
async function rollAhead(
  context: ControlContext,
  set: KubeObject,
  perNode: Map<string, KubeObject[]>,
  wanted: readonly string[],
  hash: string,
  surge: number,
): Promise<string[]> {
  const isUp = (pod: KubeObject) => untilAvailable(pod, set['spec'].minReadySeconds ?? 0, context.clock.now()) === 0;
  const isNew = (pod: KubeObject) => pod.metadata.labels?.[REVISION_LABEL] === hash;
  const ahead: string[] = [];
  const waiting: string[] = [];
  let doubled = 0;
  for (const node of wanted) {
    const pods = (perNode.get(node) ?? []).filter((pod) => !isFinished(pod));
    const old = pods.find((pod) => !isNew(pod));
    const successor = pods.find((pod) => isNew(pod) && !isTerminating(pod));
    if (!old) continue;
    if (successor && isUp(successor)) await deletePod(context, set, old, COMPONENT);
    // A node whose old pod serves nobody loses nothing by waiting for no one.
    else if (!successor && !isUp(old)) ahead.push(node);
    else if (!successor && !isTerminating(old)) waiting.push(node);
    if (successor || !isUp(old)) doubled++;
  }
  return [...ahead, ...waiting.slice(0, Math.max(surge - doubled, 0))];
}

/** Deletes old pods as far as `maxUnavailable` allows; those that are down anyway go first. */
async function roll(
  context: ControlContext,
  set: KubeObject,
  perNode: Map<string, KubeObject[]>,
  wanted: readonly string[],
  hash: string,
): Promise<void> {
  const allowed = Math.max(
    intOrPercent(set['spec'].updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted.length, 'up'),
    1,
  );
  const now = context.clock.now();
  const minReady: number = set['spec'].minReadySeconds ?? 0;
  let unavailable = 0;
  const old: { pod: KubeObject; isUp: boolean }[] = [];
  for (const node of wanted) {
    const pod = perNode.get(node)?.find((candidate) => !isTerminating(candidate));
    const isUp = pod !== undefined && untilAvailable(pod, minReady, now) === 0;
    if (!isUp) unavailable++;
    if (pod && pod.metadata.labels?.[REVISION_LABEL] !== hash) old.push({ pod, isUp });
  }
  for (const { pod, isUp } of old.sort((a, b) => Number(a.isUp) - Number(b.isUp))) {
    if (isUp && unavailable >= allowed) return;
    if (isUp) unavailable++;
    await deletePod(context, set, pod, COMPONENT);
  }
}

async function updateStatus(
  context: ControlContext,
  stale: KubeObject,
  wanted: readonly string[],
  hash: string,
): Promise<Again> {
  const { lister, clock } = context;
  const set = lister.get(RESOURCE, stale.metadata.namespace, stale.metadata.name!);
  if (!set || set.metadata.uid !== stale.metadata.uid) return undefined;
  const nodes = new Set(wanted);
  const living = lister
    .controlledBy('pods', set.metadata.uid!)
    .filter((pod) => !isTerminating(pod) && !isFinished(pod));
  // One per node counts: the oldest.
  const perNode = Map.groupBy(living, (pod) => targetNode(pod) ?? '');
  const placed = [...perNode]
    .filter(([node]) => nodes.has(node))
    .map(([, pods]) => pods.sort((a, b) => (created(a) < created(b) ? -1 : 1))[0]!);
  const misplaced = [...perNode.keys()].filter((node) => !nodes.has(node)).length;
  const waits = placed
    .map((pod) => untilAvailable(pod, set['spec'].minReadySeconds ?? 0, clock.now()))
    .filter((wait) => wait !== undefined);
  const available = waits.filter((wait) => wait === 0).length;
  await writeStatus(context, RESOURCE, set, {
    currentNumberScheduled: placed.length,
    numberMisscheduled: misplaced,
    desiredNumberScheduled: wanted.length,
    numberReady: placed.filter(isReady).length,
    observedGeneration: set.metadata.generation,
    updatedNumberScheduled: placed.filter((pod) => pod.metadata.labels?.[REVISION_LABEL] === hash).length || undefined,
    numberAvailable: available || undefined,
    numberUnavailable: wanted.length - available || undefined,
  });
  const later = waits.filter((wait) => wait > 0);
  return later.length > 0 ? Math.min(...later) : undefined;
}
