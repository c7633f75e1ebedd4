import type { KubeObject } from '../../../api/meta.ts';
import type { JobTally } from './tally.ts';

export interface Verdict {
  /** Set when the job is over. */
  type?: 'Complete' | 'Failed';
  reason?: string;
  message?: string;
  /** How long a replacement for a failed pod still has to wait. */
  retryAfterMs: number;
  /** Milliseconds until activeDeadlineSeconds is over. */
  deadlineMs: number | undefined;
}

const FIRST_RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 600_000;

/** Is the job over, and if not, when may the next pod start? (kubernetes job controller syncJob) */
export function verdictOn(job: KubeObject, tally: JobTally, startTime: string | undefined, nowMs: number): Verdict {
  const { spec } = job;
  const deadline: number | undefined = spec.activeDeadlineSeconds;
  const deadlineMs =
    deadline === undefined || startTime === undefined ? undefined : Date.parse(startTime) + deadline * 1000 - nowMs;
  const running: Verdict = { retryAfterMs: retryDelay(tally, nowMs), deadlineMs };
  const retries = tally.failed + (spec.template.spec.restartPolicy === 'OnFailure' ? tally.restarts : 0);
  if (retries > (spec.backoffLimit ?? 6)) {
    return failed(running, 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  if (deadlineMs !== undefined && deadlineMs <= 0) {
    return failed(running, 'DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  if (spec.suspend) return running;
  const isComplete =
    spec.completions === undefined
      ? tally.succeeded > 0 && tally.active.length === 0
      : tally.succeeded >= spec.completions;
  return isComplete
    ? {
        ...running,
        type: 'Complete',
        reason: 'CompletionsReached',
        message: 'Reached expected number of succeeded pods',
      }
    : running;
}

const failed = (running: Verdict, reason: string, message: string): Verdict => ({
  ...running,
  type: 'Failed',
  reason,
  message,
});

/** 10 s after the first failure in a row, then twice as long each time. */
function retryDelay(tally: JobTally, nowMs: number): number {
  if (tally.lastFailureMs === undefined || tally.failuresInRow === 0) return 0;
  const delay = Math.min(FIRST_RETRY_MS * 2 ** (tally.failuresInRow - 1), LONGEST_RETRY_MS);
  return Math.max(tally.lastFailureMs + delay - nowMs, 0);
}
