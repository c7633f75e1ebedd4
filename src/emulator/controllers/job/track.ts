import type { KubeObject } from '../../../api/meta.ts';
import { isApiError } from '../../../api/status.ts';
import { timestamp } from '../../clock.ts';
import type { StatusCondition } from '../conditions.ts';
import type { ControlContext } from '../controller.ts';
import { writeStatus } from '../ownership.ts';
import { inSlices } from '../pod-control.ts';
import { matchFailurePolicy } from './failure-policy.ts';
import { hasFailed, indexOf, isIndexed, isOwnIndex, isTracked, RESOURCE, TRACKING } from './pods.ts';
import type { Tally } from './tally.ts';
import type { Verdict } from './verdict.ts';

/** So many uids at most are in `status.uncountedTerminatedPods`, which keeps a status below 20 kB. */
const MOST_UNCOUNTED = 500;

/** `status` of a Job, as far as it is counted here. */
export interface JobStatus {
  active?: number | undefined;
  ready?: number;
  terminating?: number;
  succeeded?: number | undefined;
  failed?: number | undefined;
  startTime?: string | undefined;
  completionTime?: string;
  completedIndexes?: string | undefined;
  failedIndexes?: string | undefined;
  conditions?: StatusCondition[] | undefined;
  uncountedTerminatedPods: { succeeded?: string[] | undefined; failed?: string[] | undefined };
}

export const jobCondition = (
  type: string,
  status: 'True' | 'False',
  reason: string,
  message: string,
  now: string,
): StatusCondition => ({ type, status, lastProbeTime: now, lastTransitionTime: now, reason, message });

/**
 * Counts the pods that have ended and writes the status. It takes three steps, so that no pod is counted
 * twice or never, wherever the process ends (batch/v1 JobStatus.uncountedTerminatedPods): the uids of
 * ended pods are written down, their finalizers taken away, and then they move from the list to the
 * counters. A verdict is written down with the uids; the job is over when nothing is left to count and
 * none of its pods is on its way out (kubernetes trackJobStatusAndRemoveFinalizers).
 *
 * @param status what the job's status is to be; changed
 * @returns true when the job is over now
 */
export async function track(
  context: ControlContext,
  job: KubeObject,
  tally: Tally,
  status: JobStatus,
  verdict: Verdict | undefined,
  onNoted: () => void,
): Promise<boolean> {
  const now = timestamp(context.clock);
  const tracked = new Set(tally.pods.filter(isTracked).map((pod) => pod.metadata.uid!));
  settle(status, tracked);
  const ended = note(job, tally, status, verdict);
  if (isIndexed(job)) {
    status.succeeded = tally.succeededIndexes!.size || undefined;
    status.completedIndexes = tally.succeededIndexes!.toString() || undefined;
    status.failedIndexes = tally.failedIndexes?.toString();
  }
  if (verdict && !status.conditions?.some(({ type }) => type === verdict.type)) {
    const interim = jobCondition(verdict.type, 'True', verdict.reason, verdict.message, now);
    status.conditions = [...(status.conditions ?? []), interim];
  }
  const noted = await save(context, job, status);
  onNoted();
  await release(context, ended);
  for (const pod of ended) tracked.delete(pod.metadata.uid!);
  settle(status, tracked);
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods;
  const isOver =
    verdict !== undefined &&
    ended.length < MOST_UNCOUNTED &&
    succeeded.length + failed.length === 0 &&
    tally.terminating === 0;
  if (isOver) {
    const type = verdict.type === 'FailureTarget' ? 'Failed' : 'Complete';
    status.conditions = [...status.conditions!, jobCondition(type, 'True', verdict.reason, verdict.message, now)];
    if (type === 'Complete') status.completionTime = now;
  }
  await save(context, noted, status);
  return isOver;
}

const save = (context: ControlContext, job: KubeObject, status: JobStatus): Promise<KubeObject> =>
  writeStatus(context, RESOURCE, job, structuredClone({ ...status }));

/** Moves the uids of pods without a finalizer from the list to the counters. */
function settle(status: JobStatus, tracked: ReadonlySet<string>): void {
  for (const outcome of ['succeeded', 'failed'] as const) {
    const uids = status.uncountedTerminatedPods[outcome] ?? [];
    const left = uids.filter((uid) => tracked.has(uid));
    if (left.length < uids.length) status[outcome] = (status[outcome] ?? 0) + uids.length - left.length;
    status.uncountedTerminatedPods[outcome] = left.length > 0 ? left : undefined;
  }
  status.uncountedTerminatedPods = JSON.parse(JSON.stringify(status.uncountedTerminatedPods));
}

/** Writes into `status` which pods have ended; returns those whose finalizer may go. */
function note(job: KubeObject, tally: Tally, status: JobStatus, verdict: Verdict | undefined): KubeObject[] {
  const noted = status.uncountedTerminatedPods;
  const known = { succeeded: new Set(noted.succeeded), failed: new Set(noted.failed) };
  const add = (outcome: 'succeeded' | 'failed', uid: string) => {
    noted[outcome] = [...(noted[outcome] ?? []), uid];
    news++;
  };
  let news = 0;
  const ended: KubeObject[] = [];
  const pods = isIndexed(job) ? tally.pods.toSorted((a, b) => (indexOf(a) ?? -1) - (indexOf(b) ?? -1)) : tally.pods;
  for (const pod of pods) {
    if (!isTracked(pod)) continue;
    const uid = pod.metadata.uid!;
    const isFailed = hasFailed(job, pod);
    const isSuccess = pod['status']?.phase === 'Succeeded';
    if (!mayGo(job, tally, pod, isFailed || isSuccess, verdict)) continue;
    ended.push(pod);
    if (isSuccess && !known.failed.has(uid)) {
      // An index says by itself that it is counted.
      if (!isIndexed(job) && !known.succeeded.has(uid)) add('succeeded', uid);
    } else if (isFailed || verdict?.type === 'FailureTarget') {
      // When the job has failed, all that still ran has failed with it.
      const isValid = !isIndexed(job) || isOwnIndex(job, indexOf(pod));
      if (isValid && !known.failed.has(uid) && matchFailurePolicy(job, pod).counts) add('failed', uid);
    }
    if (news >= MOST_UNCOUNTED) break;
  }
  return ended;
}

function mayGo(
  job: KubeObject,
  tally: Tally,
  pod: KubeObject,
  hasEnded: boolean,
  verdict: Verdict | undefined,
): boolean {
  if (job.metadata.deletionTimestamp || verdict) return true;
  if (!hasEnded) return false;
  const index = indexOf(pod);
  return index === undefined || tally.awaiting.get(index)?.metadata.uid !== pod.metadata.uid;
}

/** Lets counted pods go: until then the finalizer keeps them from vanishing uncounted. */
export async function release(context: ControlContext, pods: readonly KubeObject[]): Promise<void> {
  await inSlices(pods, async (stale) => {
    const pod = context.lister.get('pods', stale.metadata.namespace, stale.metadata.name!);
    if (!pod || pod.metadata.uid !== stale.metadata.uid || !isTracked(pod)) return;
    const finalizers = pod.metadata.finalizers!.filter((finalizer) => finalizer !== TRACKING);
    try {
      await context.client.update('pods', { ...pod, metadata: { ...pod.metadata, finalizers } });
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error;
    }
  });
}
