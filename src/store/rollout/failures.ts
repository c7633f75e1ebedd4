import type { KubeObject } from '../../api/meta.ts';
import { conditionOf } from './conditions.ts';
import { containerFailures, flappingFailures } from './container-failures.ts';
import type { FailureCode, Finding, RolloutFailure } from './failure.ts';
import { podSetupFailures } from './pod-failures.ts';
import type { PodNode } from './pod-progress.ts';
import type { RolloutState } from './state.ts';
import { isPastDeadline } from './status.ts';
import type { RolloutTree } from './tree.ts';
import { createFailure } from './why-words.ts';

/** Deadlines come of something: what that is stands before them. */
const rank = (code: FailureCode): number => (code === 'deadline' ? 1 : 0);

/**
 * Everything that holds this rollout up, final ones first. Only pods of the new revision count: an
 * old pod that crashes is no fault of the rollout, unless the workload waits for it.
 *
 * @param now ms since the epoch, on the cluster's clock: what may pass by itself turns final with time
 */
export function rolloutFailures(state: RolloutState, tree: RolloutTree, now: number): RolloutFailure[] {
  const workload = state.workload;
  if (!workload) return [];
  const found: RolloutFailure[] = [];
  const add = (finding: Finding, pod?: PodNode): void => {
    const finalAt = finding.since + finding.patienceMs;
    const { since: _, patienceMs: __, ...rest } = finding;
    const final = finding.patienceMs === 0 || now >= finalAt;
    found.push({
      ...rest,
      final,
      ...(!final && Number.isFinite(finalAt) ? { finalAt } : {}),
      ...(pod ? { pod: pod.name, pods: 1 } : {}),
    });
  };
  // A condition from before the last change of the spec says nothing about that change.
  if (isObserved(workload) && isPastDeadline(workload)) {
    add({ code: 'deadline', message: `deployment "${tree.name}" exceeded its progress deadline`, ...always });
  }
  for (const revision of tree.revisions) {
    const counts = revision.isNew || (tree.ordered && revision.pods.some((pod) => pod.stage !== 'ready'));
    if (!counts) continue;
    for (const pod of revision.pods) {
      for (const finding of findingsOf(pod, state, now)) add(revision.isNew ? finding : waitsFor(finding), pod);
    }
  }
  const creating = createFinding(state, tree, now);
  if (creating) add(creating);
  return merged(found).sort((a, b) => Number(b.final) - Number(a.final) || rank(a.code) - rank(b.code));
}

const isObserved = ({ metadata, status }: KubeObject): boolean =>
  (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);

const always = { since: 0, patienceMs: 0 } as const;

function findingsOf(pod: PodNode, state: RolloutState, now: number): Finding[] {
  const object = state.pods.get(pod.uid);
  if (!object || pod.stage === 'succeeded') return [];
  // Ready for a moment between two crashes, it never becomes available.
  const settles = pod.steps.some(({ name, state: is }) => name === 'settle' && is === 'now');
  if (pod.stage === 'ready') return settles ? flappingFailures(pod, object, state) : [];
  const own = podSetupFailures(pod, object, state, now);
  return own.length > 0 ? own : containerFailures(pod, object, state);
}

/** A StatefulSet in order goes on only when every pod is ready, of whatever revision it is. */
const waitsFor = (finding: Finding): Finding =>
  finding.code === 'stuck-old'
    ? finding
    : {
        ...finding,
        code: 'stuck-old',
        message: `${finding.message}; it is of an older revision, and the StatefulSet waits for it: delete the pod`,
      };

/** Pods that nobody lets be created. */
function createFinding(state: RolloutState, tree: RolloutTree, now: number): Finding | undefined {
  const said = refusal(state, tree);
  if (!said || tree.totals.total >= tree.totals.desired + tree.room.surge.limit) return undefined;
  const { code, patienceMs } = createFailure(said.message);
  const refused = said.message.replace(/^Error creating: /, '');
  return {
    code,
    message: `pods cannot be created: ${refused}`,
    ...(code === 'quota' ? quotaPatience(state, tree, said) : { since: Math.min(said.since, now), patienceMs }),
  };
}

/** How long whoever makes pods may take to try again once a quota has room: controllers wait twice as long each time. */
const TRIES_AGAIN_MS = 120_000;

/** A quota has room again when pods go: waiting is of use while some are about to, and for a while after. */
function quotaPatience(state: RolloutState, tree: RolloutTree, { at }: Refusal): Pick<Finding, 'since' | 'patienceMs'> {
  if (mayFreeRoom(tree)) return { since: at, patienceMs: Number.POSITIVE_INFINITY };
  const gone = Date.parse(state.lastGone);
  return gone >= at ? { since: gone, patienceMs: TRIES_AGAIN_MS } : { since: at, patienceMs: 0 };
}

interface Refusal {
  message: string;
  /** When it was said first, and last (ms). */
  since: number;
  at: number;
}

function mayFreeRoom(tree: RolloutTree): boolean {
  const { old, desired, available } = tree.totals;
  const pods = tree.revisions.flatMap((revision) => revision.pods.map((pod) => ({ pod, isNew: revision.isNew })));
  const leaving = pods.some(({ pod }) => pod.stage === 'terminating');
  const coming = pods.some(({ pod, isNew }) => isNew && pod.stage !== 'ready' && pod.stage !== 'terminating');
  const mayGo = old > 0 && available > desired - tree.room.unavailable.limit;
  return leaving || (old > 0 && coming) || mayGo;
}

function refusal(state: RolloutState, tree: RolloutTree): Refusal | undefined {
  const { workload } = state;
  const newest = tree.revisions.find((revision) => revision.isNew);
  const set = [...state.revisions.values()].find(({ metadata }) => metadata.name === newest?.name);
  for (const object of [set, workload]) {
    const condition = object && isObserved(object) ? conditionOf(object, 'ReplicaFailure') : undefined;
    if (condition?.status === 'True') {
      const since = Date.parse(condition.lastTransitionTime ?? '') || 0;
      const told = state.notices.get(set?.metadata.uid ?? '')?.get('FailedCreate/');
      return { message: condition.message ?? '', since, at: Math.max(since, Date.parse(told?.at ?? '') || 0) };
    }
  }
  // Only ReplicaSets have such a condition; of others the events tell, while pods are missing.
  if (!workload || workload.kind === 'Deployment' || tree.totals.total >= tree.totals.desired) return undefined;
  const notice = state.notices.get(workload.metadata.uid ?? '')?.get('FailedCreate/');
  const made = [...state.pods.values()].map((pod) => Date.parse(pod.metadata.creationTimestamp ?? ''));
  if (!notice || Date.parse(notice.at) < Math.max(0, ...made)) return undefined;
  return { message: notice.message, since: Date.parse(notice.since), at: Date.parse(notice.at) };
}

/** One failure for all pods that have it. */
function merged(failures: readonly RolloutFailure[]): RolloutFailure[] {
  const byText = Map.groupBy(failures, ({ code, container, message, final }) =>
    [code, container ?? '', message.replaceAll(/pod "[^"]*"/g, 'pod'), final].join('\n'),
  );
  return [...byText.values()].map((same) => (same[0]!.pod ? { ...same[0]!, pods: same.length } : same[0]!));
}
