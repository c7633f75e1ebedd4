import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import { type ControlContext, type Controller, keyOf, splitKey } from './controller.ts';
import { parseSchedule, type Schedule, shownIn } from './cron-schedule.ts';
import { endOf } from './job/pods.ts';
import { controllerReference, deleteIfThere, ownerKeys, writeStatus } from './ownership.ts';
import { isNamespaceEnding } from './pod-control.ts';
import type { Again } from './work-queue.ts';

const COMPONENT = 'cronjob-controller';
const RESOURCE = 'cronjobs.batch';
const JOBS = 'jobs.batch';
/** More missed starts than this are a sign of a wrong clock or a dead controller. */
const MISSED_LIMIT = 100;

/** Starts jobs on time (batch/v1 CronJob; kubernetes pkg/controller/cronjob). */
export function cronJobController(context: ControlContext): Controller {
  /** Of cron jobs whose schedule has just changed: how long to wait. */
  const waits = new Map<string, number>();
  return {
    name: COMPONENT,
    watches: {
      [RESOURCE]: ({ type, object, previous }) => {
        const key = keyOf(object);
        const isNewSchedule =
          type === 'MODIFIED' &&
          (previous?.['spec'].schedule !== object['spec'].schedule ||
            previous?.['spec'].timeZone !== object['spec'].timeZone);
        // What the new schedule would have started before is not made up for.
        const wait = isNewSchedule ? untilNext(context, object) : undefined;
        if (wait !== undefined) waits.set(key, wait);
        return [key];
      },
      [JOBS]: (event) => ownerKeys('CronJob', event),
    },
    patience: (key) => {
      const wait = waits.get(key) ?? 0;
      waits.delete(key);
      return wait;
    },
    reconcile: (key) => reconcile(context, key),
  };
}

interface Reference {
  kind: string;
  namespace: string;
  name: string;
  uid: string;
  apiVersion: string;
  resourceVersion: string;
}

interface CronStatus {
  active: Reference[];
  lastScheduleTime: string | undefined;
  lastSuccessfulTime: string | undefined;
}

/** One look at one cron job. */
interface Round {
  context: ControlContext;
  cronJob: KubeObject;
  status: CronStatus;
  say(reason: string, message: string, type?: 'Normal' | 'Warning'): void;
}

async function reconcile(context: ControlContext, key: string): Promise<Again> {
  const cronJob = context.lister.get<KubeObject>(RESOURCE, ...splitKey(key));
  if (!cronJob) return undefined;
  const jobs = context.lister.controlledBy<KubeObject>(JOBS, cronJob.metadata.uid!);
  const { active = [], lastScheduleTime, lastSuccessfulTime } = cronJob['status'] ?? {};
  const round: Round = {
    context,
    cronJob,
    status: { active: [...active], lastScheduleTime, lastSuccessfulTime },
    say: (reason, message, type = 'Warning') =>
      context.recorder.record(cronJob, { type, reason, message, component: COMPONENT }),
  };
  await trimHistory(round, jobs);
  noticeEnds(round, jobs);
  try {
    return cronJob.metadata.deletionTimestamp ? undefined : await start(round);
  } finally {
    await saveStatus(round);
  }
}

const forget = (status: CronStatus, uid: string | undefined): void => {
  status.active = status.active.filter((one) => one.uid !== uid);
};

/** Jobs that were active at the last look and are over (or gone) now, and those that nobody knew of. */
function noticeEnds({ status, say }: Round, jobs: readonly KubeObject[]): void {
  for (const job of jobs) {
    const { name, uid } = job.metadata;
    const isKnown = status.active.some((one) => one.uid === uid);
    const end = endOf(job);
    if (!end) {
      if (!isKnown) say('UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`);
      continue;
    }
    if (isKnown) {
      forget(status, uid);
      say('SawCompletedJob', `Saw completed job: ${name}, condition: ${end.type}`, 'Normal');
    }
    const time: string | undefined = end.type === 'Complete' ? job['status'].completionTime : undefined;
    if (time && time > (status.lastSuccessfulTime ?? '')) status.lastSuccessfulTime = time;
  }
  for (const { name, uid } of status.active) {
    if (jobs.some((job) => job.metadata.uid === uid)) continue;
    say('MissingJob', `Active job went missing: ${name}`, 'Normal');
    forget(status, uid);
  }
}

/** By their start, the oldest first; what never started comes last. */
function byStart(a: KubeObject, b: KubeObject): number {
  const [one, other] = [a['status']?.startTime ?? '~', b['status']?.startTime ?? '~'];
  if (one !== other) return one < other ? -1 : 1;
  return a.metadata.name! < b.metadata.name! ? -1 : 1;
}

async function trimHistory(round: Round, jobs: readonly KubeObject[]): Promise<void> {
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = round.cronJob['spec'];
  const limits = { Complete: successfulJobsHistoryLimit, Failed: failedJobsHistoryLimit };
  for (const [type, limit] of Object.entries(limits)) {
    const ended = jobs.filter((job) => endOf(job)?.type === type && !job.metadata.deletionTimestamp).sort(byStart);
    for (const job of ended.slice(0, Math.max(ended.length - limit, 0))) await removeJob(round, job);
  }
}

async function removeJob({ context, status, say }: Round, job: KubeObject): Promise<void> {
  const { name, uid } = job.metadata;
  try {
    await deleteIfThere(context, JOBS, job, { propagationPolicy: 'Background' });
  } catch (error) {
    say('FailedDelete', `Deleted job: ${(error as Error).message}`);
    throw error;
  }
  forget(status, uid);
  say('SuccessfulDelete', `Deleted job ${name}`, 'Normal');
}

/** The schedule; undefined, and said so, when there is none to be read. */
function scheduleOf({ cronJob, say }: Round): Schedule | undefined {
  const { schedule, timeZone } = cronJob['spec'];
  if (timeZone !== undefined && !isZone(timeZone)) {
    say('UnknownTimeZone', `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`);
    return undefined;
  }
  if (cronJob['spec'].suspend) return undefined;
  if (schedule.includes('TZ')) {
    say(
      'UnsupportedSchedule',
      `CRON_TZ or TZ used in schedule ${JSON.stringify(schedule)} is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`,
    );
  }
  try {
    return parseSchedule(schedule, timeZone);
  } catch (error) {
    say('UnparseableSchedule', `unparseable schedule: ${JSON.stringify(schedule)} : ${(error as Error).message}`);
    return undefined;
  }
}

function isZone(timeZone: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** Starts what is due; returns the time until the next start. */
async function start(round: Round): Promise<Again> {
  const { context, cronJob, status, say } = round;
  const { spec } = cronJob;
  const schedule = scheduleOf(round);
  if (!schedule) return undefined;
  const now = context.clock.now();
  const from = Date.parse(status.lastScheduleTime ?? cronJob.metadata.creationTimestamp!);
  const deadlineMs: number | undefined =
    spec.startingDeadlineSeconds === undefined ? undefined : spec.startingDeadlineSeconds * 1000;
  const due = lastDue(schedule, deadlineMs === undefined ? from : Math.max(from, now - deadlineMs), now);
  if (due === undefined) {
    say(
      'InvalidSchedule',
      `invalid schedule: ${spec.schedule} : time difference between two schedules is less than 1 second`,
    );
    return undefined;
  }
  const next = () => untilNext(context, { ...cronJob, status });
  if (due.at === undefined) return next();
  if (due.missed > MISSED_LIMIT) {
    const advice = 'Set or decrease .spec.startingDeadlineSeconds or check clock skew';
    say('TooManyMissedTimes', `too many missed start times. ${advice}`);
  }
  if (deadlineMs !== undefined && due.at + deadlineMs < now) {
    const time = new Date(due.at).toUTCString().replace('GMT', '+0000');
    say('MissSchedule', `Missed scheduled time to start a job: ${time}`);
    return next();
  }
  const name = `${cronJob.metadata.name}-${Math.floor(due.at / 60_000)}`;
  if (status.active.some((one) => one.name === name) || Date.parse(status.lastScheduleTime ?? '') === due.at) {
    return next();
  }
  if (spec.concurrencyPolicy === 'Forbid' && status.active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    say('JobAlreadyActive', message, 'Normal');
    return next();
  }
  if (spec.concurrencyPolicy === 'Replace') {
    for (const { namespace, name: running } of status.active) {
      const job = context.lister.get<KubeObject>(JOBS, namespace, running);
      if (job) await removeJob(round, job);
    }
  }
  const job = await createJob(round, name, due.at);
  if (!job) return next();
  status.active.push(referenceTo(job));
  status.lastScheduleTime = shownIn('UTC', due.at);
  return next();
}

interface Due {
  /** The latest start that is due. */
  at: number | undefined;
  missed: number;
}

/**
 * Counted from the last start and not from now. How many were missed is reckoned from the first two, not counted, for
 * there may be any number of them (kubernetes mostRecentScheduleTime).
 * @returns undefined for a schedule that never comes
 */
function lastDue(schedule: Schedule, from: number, now: number): Due | undefined {
  const first = schedule.next(from);
  if (first === undefined) return undefined;
  if (now < first) return { at: undefined, missed: 0 };
  const second = schedule.next(first);
  if (second === undefined || now < second) return { at: first, missed: 0 };
  const between = second - first;
  const missed = Math.floor((now - first) / between) + 1;
  let at: number | undefined;
  for (
    let run = schedule.next(first + (missed - 2) * between);
    run !== undefined && run <= now;
    run = schedule.next(run)
  ) {
    at = run;
  }
  return { at, missed };
}

/** Milliseconds until the next start, whatever the deadline; undefined for a schedule that cannot be read. */
function untilNext({ clock }: ControlContext, cronJob: KubeObject): number | undefined {
  const { spec, status, metadata } = cronJob;
  const now = clock.now();
  try {
    const schedule = parseSchedule(spec.schedule, spec.timeZone);
    const from = Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp!);
    const due = lastDue(schedule, from, now);
    if (due === undefined) return undefined;
    const next = schedule.next(due.at ?? (due.missed === 0 ? from : now));
    return next === undefined ? undefined : next - now;
  } catch {
    return undefined;
  }
}

const referenceTo = ({ metadata }: KubeObject): Reference => ({
  kind: 'Job',
  namespace: metadata.namespace!,
  name: metadata.name!,
  uid: metadata.uid!,
  apiVersion: 'batch/v1',
  resourceVersion: metadata.resourceVersion!,
});

/** The name carries the minute, so that one start cannot happen twice. */
async function createJob(
  { context, cronJob, status, say }: Round,
  name: string,
  at: number,
): Promise<KubeObject | undefined> {
  const { jobTemplate, timeZone } = cronJob['spec'];
  const { namespace, uid } = cronJob.metadata;
  try {
    const job = await context.client.create<KubeObject>(JOBS, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name,
        namespace: namespace!,
        ...(jobTemplate.metadata?.labels ? { labels: jobTemplate.metadata.labels } : {}),
        annotations: {
          ...jobTemplate.metadata?.annotations,
          'batch.kubernetes.io/cronjob-scheduled-timestamp': shownIn(timeZone, at),
        },
        ownerReferences: [controllerReference(cronJob)],
      },
      spec: structuredClone(jobTemplate.spec),
    });
    say('SuccessfulCreate', `Created job ${name}`, 'Normal');
    return job;
  } catch (error) {
    if (isApiError(error, 'AlreadyExists')) {
      // Made before, and the process ended before that was written down; or somebody else's.
      const job = context.lister.get<KubeObject>(JOBS, namespace, name);
      const isOwn = job?.metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === uid);
      return job && isOwn && !status.active.some((one) => one.uid === job.metadata.uid) ? job : undefined;
    }
    if (!isNamespaceEnding(error)) say('FailedCreate', `Error creating job: ${(error as Error).message}`);
    throw error;
  }
}

async function saveStatus({ context, cronJob, status }: Round): Promise<void> {
  const stored = context.lister.get<KubeObject>(RESOURCE, cronJob.metadata.namespace, cronJob.metadata.name!);
  if (stored?.metadata.uid !== cronJob.metadata.uid || !stored) return;
  await writeStatus(context, RESOURCE, stored, {
    active: status.active.length > 0 ? status.active : undefined,
    lastScheduleTime: status.lastScheduleTime,
    lastSuccessfulTime: status.lastSuccessfulTime,
  });
}
