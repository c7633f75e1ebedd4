import type { KubeObject } from '../../../api/meta.ts';
import type { StatusCondition } from '../conditions.ts';
import { matchFailurePolicy } from './failure-policy.ts';
import { hasFailed } from './pods.ts';
import { matchSuccessPolicy } from './success-policy.ts';
import type { Tally } from './tally.ts';

/** Why a job is over. `FailureTarget` and `SuccessCriteriaMet` say that it will be when its pods are gone. */
export interface Verdict {
  type: 'FailureTarget' | 'SuccessCriteriaMet';
  reason: string;
  message: string;
}

const fails = (reason: string, message: string): Verdict => ({ type: 'FailureTarget', reason, message });

export const COMPLETED: Verdict = {
  type: 'SuccessCriteriaMet',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
};

/** What was decided before stays decided. */
function decided(job: KubeObject): Verdict | undefined {
  const conditions: StatusCondition[] = job['status']?.conditions ?? [];
  for (const type of ['SuccessCriteriaMet', 'FailureTarget'] as const) {
    const known = conditions.find((condition) => condition.type === type && condition.status === 'True');
    if (known) return { type, reason: known.reason!, message: known.message! };
  }
  return undefined;
}

function byFailurePolicy(job: KubeObject, tally: Tally): Verdict | undefined {
  if (!job['spec'].podFailurePolicy) return undefined;
  for (const pod of tally.pods) {
    const message = hasFailed(job, pod) ? matchFailurePolicy(job, pod).message : undefined;
    if (message !== undefined) return fails('PodFailurePolicy', message);
  }
  return undefined;
}

/** With OnFailure, restarts inside the pods are tries, too: as many as the limit are one too many. */
function restartsExceed(job: KubeObject, tally: Tally): boolean {
  const { backoffLimit = 6, template } = job['spec'];
  if (template.spec.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status = {} } of tally.pods) {
    if (status.phase !== 'Running' && status.phase !== 'Pending') continue;
    for (const one of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
      restarts += one.restartCount;
    }
  }
  return restarts >= Math.max(backoffLimit, 1);
}

/** Milliseconds until activeDeadlineSeconds are over; undefined for a job without, or one that is suspended. */
export function untilDeadline({ spec }: KubeObject, startTime: string | undefined, nowMs: number): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || startTime === undefined || spec.suspend) return undefined;
  return Date.parse(startTime) + spec.activeDeadlineSeconds * 1000 - nowMs;
}

function byIndexes(job: KubeObject, tally: Tally): Verdict | undefined {
  const { spec } = job;
  const failed = tally.failedIndexes?.size ?? 0;
  if (spec.maxFailedIndexes !== undefined && failed > spec.maxFailedIndexes) {
    return fails('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  }
  if (failed > 0 && failed + tally.succeeded >= spec.completions)
    return fails('FailedIndexes', 'Job has failed indexes');
  const message = tally.succeededIndexes && matchSuccessPolicy(job, tally.succeededIndexes);
  return message === undefined ? undefined : { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message };
}

/**
 * Is the job over, though pods of it may still run? Several reasons may hold at once; the order is
 * that of kubernetes job controller syncJob.
 */
export function verdictOn(job: KubeObject, tally: Tally, deadlineMs: number | undefined): Verdict | undefined {
  const before = decided(job) ?? byFailurePolicy(job, tally);
  if (before) return before;
  if (tally.failed > (job['spec'].backoffLimit ?? 6) || restartsExceed(job, tally)) {
    return fails('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  if (deadlineMs !== undefined && deadlineMs <= 0) {
    return fails('DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  return byIndexes(job, tally);
}

/** Have enough pods succeeded, and do none run? Without completions one success is enough. */
export function isComplete({ spec }: KubeObject, succeeded: number, active: number): boolean {
  return active === 0 && succeeded >= (spec.completions ?? 1);
}
