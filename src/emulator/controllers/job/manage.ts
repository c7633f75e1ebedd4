import type { KubeObject } from '../../../api/meta.ts';
import type { ControlContext } from '../controller.ts';
import { BURST, createPod, deletePod, inSlices, slowStart } from '../pod-control.ts';
import { isReady, isTerminating, restartsOf } from '../pods.ts';
import type { Again } from '../work-queue.ts';
import { finishedAt, waitAfter } from './backoff.ts';
import { failureCounts, failuresBefore } from './per-index.ts';
import { COMPONENT, indexOf, isIndexed, isOwnIndex, jobPod, replacesOnlyFailed } from './pods.ts';
import type { Tally } from './tally.ts';
import { release } from './track.ts';

/**
 * Makes or removes pods, and keeps `tally` true (kubernetes job controller manageJob). Removal and creation
 * never happen in one go; returns when to look again because a replacement has to wait.
 */
export async function manage(context: ControlContext, job: KubeObject, tally: Tally): Promise<Again> {
  const active = tally.active.length;
  const wanted = job['spec'].suspend ? 0 : wantedActive(job, tally);
  const surplus = surplusOf(job, tally.active, Math.max(active - wanted, 0)).slice(
    0,
    job['spec'].suspend ? undefined : BURST,
  );
  if (surplus.length > 0) {
    await withdraw(context, job, tally, surplus);
    return undefined;
  }
  const leaving = replacesOnlyFailed(job) ? tally.terminating : 0;
  const missing = wanted - leaving - active;
  return missing > 0 ? create(context, job, tally, Math.min(missing, BURST)) : undefined;
}

function wantedActive({ spec }: KubeObject, tally: Tally): number {
  const parallelism: number = spec.parallelism ?? 1;
  // A work-queue job that has had a success starts nothing new, but lets the rest end by itself.
  if (spec.completions === undefined) return tally.succeeded > 0 ? tally.active.length : parallelism;
  return Math.max(Math.min(spec.completions - tally.succeeded, parallelism), 0);
}

const phaseRank: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** Those to go first come first: unassigned, pending, not ready, ready for a shorter time, more restarts, younger (kubernetes ActivePods). */
function givenUpFirst(a: KubeObject, b: KubeObject): number {
  const since = (pod: KubeObject): string =>
    pod['status']?.conditions?.find(({ type }: { type: string }) => type === 'Ready')?.lastTransitionTime ?? '';
  const rank = (pod: KubeObject) =>
    (pod['spec'].nodeName ? 10 : 0) + (phaseRank[pod['status']?.phase] ?? 0) * 2 + (isReady(pod) ? 1 : 0);
  const later = (x: string, y: string) => (x === y ? 0 : x > y ? -1 : 1);
  return (
    rank(a) - rank(b) ||
    (isReady(a) ? later(since(a), since(b)) : 0) ||
    restartsOf(b) - restartsOf(a) ||
    later(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '')
  );
}

/** Pods to remove: those whose index is none of the job's or another's, too, and `least` in all. */
function surplusOf(job: KubeObject, active: readonly KubeObject[], least: number): KubeObject[] {
  const ordered = active.toSorted(givenUpFirst);
  if (!isIndexed(job)) return ordered.slice(0, least);
  const keeper = new Map(ordered.map((pod) => [indexOf(pod), pod]));
  const isKept = (pod: KubeObject) => isOwnIndex(job, indexOf(pod)) && keeper.get(indexOf(pod)) === pod;
  const removed = ordered.filter((pod) => !isKept(pod));
  return [...removed, ...ordered.filter(isKept).slice(0, Math.max(least - removed.length, 0))];
}

/** Deletes pods that the job itself has no more use for: without their finalizer they do not count as failures. */
async function withdraw(
  context: ControlContext,
  job: KubeObject,
  tally: Tally,
  pods: readonly KubeObject[],
): Promise<void> {
  await release(context, pods);
  await remove(context, job, tally, pods);
}

/** Deletes pods, which keep their finalizer until they are counted. */
export async function remove(
  context: ControlContext,
  job: KubeObject,
  tally: Tally,
  pods: readonly KubeObject[],
): Promise<void> {
  const gone = new Set<KubeObject>();
  try {
    await inSlices(pods, async (pod) => {
      await deletePod(context, job, pod, COMPONENT);
      gone.add(pod);
    });
  } finally {
    tally.active = tally.active.filter((pod) => !gone.has(pod));
    tally.ready = tally.active.filter(isReady).length;
    tally.terminating += gone.size;
  }
}

async function create(context: ControlContext, job: KubeObject, tally: Tally, missing: number): Promise<Again> {
  const now = context.clock.now();
  const isPerIndex = tally.failedIndexes !== undefined;
  const wait = isPerIndex ? 0 : waitAfter(tally.backoff, now);
  if (wait > 0) return wait;
  let indexes = isIndexed(job) ? pendingIndexes(job, tally, missing) : undefined;
  if (indexes && isPerIndex) {
    const waits = indexes.map((index) => untilRetry(tally.awaiting.get(index), now));
    indexes = indexes.filter((_, at) => waits[at] === 0);
    if (indexes.length === 0) return waits.length > 0 ? Math.min(...waits) : undefined;
  }
  await slowStart(indexes ? indexes.length : missing, async (at) => {
    const index = indexes?.[at];
    const counts = index !== undefined && isPerIndex ? failureCounts(job, tally.awaiting.get(index)) : {};
    const pod = await createPod(context, job, jobPod(job, index, counts), COMPONENT);
    if (pod) tally.active.push(pod);
  });
  return undefined;
}

function untilRetry(failed: KubeObject | undefined, nowMs: number): number {
  if (!failed) return 0;
  return waitAfter({ failures: failuresBefore(failed) + 1, lastFailureMs: finishedAt(failed) }, nowMs);
}

/** The lowest indexes that neither ended nor have a pod. */
function pendingIndexes(job: KubeObject, tally: Tally, count: number): number[] {
  const taken = tally.active.map(indexOf);
  if (replacesOnlyFailed(job)) {
    const leaving = tally.pods.filter(
      (pod) => isTerminating(pod) && !['Succeeded', 'Failed'].includes(pod['status']?.phase),
    );
    taken.push(...leaving.map(indexOf));
  }
  const ended = tally.failedIndexes ? tally.succeededIndexes!.union(tally.failedIndexes) : tally.succeededIndexes!;
  return ended.missing(count, job['spec'].completions, new Set(taken));
}
