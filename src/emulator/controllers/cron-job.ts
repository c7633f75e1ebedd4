import { Cron } from 'croner';
import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { StatusCondition } from './conditions.ts';
import { type ControlContext, type Controller, ownKey, splitKey } from './controller.ts';
import { controllerReference, deleteIfThere, ownerKeys, writeStatus } from './ownership.ts';
import type { Again } from './work-queue.ts';

const COMPONENT = 'cronjob-controller';
const RESOURCE = 'cronjobs.batch';
/** More missed starts than this are a sign of a wrong clock or a dead controller. */
const MISSED_LIMIT = 100;

export function cronJobController(context: ControlContext): Controller {
  return {
    name: COMPONENT,
    watches: { [RESOURCE]: ownKey, 'jobs.batch': (event) => ownerKeys('CronJob', event) },
    reconcile: (key) => reconcile(context, key),
  };
}

const endOf = (job: KubeObject): StatusCondition | undefined =>
  (job['status']?.conditions ?? []).find(
    (condition: StatusCondition) => ['Complete', 'Failed'].includes(condition.type) && condition.status === 'True',
  );

async function reconcile(context: ControlContext, key: string): Promise<Again> {
  const cronJob = context.lister.get(RESOURCE, ...splitKey(key));
  if (!cronJob || cronJob.metadata.deletionTimestamp) return undefined;
  const jobs = context.lister.controlledBy('jobs.batch', cronJob.metadata.uid!);
  const active = new Map(
    jobs
      .filter((job) => !endOf(job) && !job.metadata.deletionTimestamp && !isByHand(job))
      .map((job) => [job.metadata.uid!, job]),
  );
  const status: CronStatus = {
    lastScheduleTime: cronJob['status']?.lastScheduleTime,
    lastSuccessfulTime: lastSuccess(cronJob, jobs),
  };
  noticeEnds(context, cronJob, jobs);
  await trimHistory(context, cronJob, jobs);
  let again: Again;
  try {
    again = cronJob['spec'].suspend ? undefined : await start(context, cronJob, active, status);
  } finally {
    await saveStatus(context, cronJob, active, status);
  }
  return again;
}

/** Of a job that `kubectl create job --from` made: it is the CronJob's, but none of its runs. */
const isByHand = ({ metadata }: KubeObject): boolean =>
  metadata.annotations?.['cronjob.kubernetes.io/instantiate'] === 'manual';

interface CronStatus {
  lastScheduleTime: string | undefined;
  lastSuccessfulTime: string | undefined;
}

function lastSuccess(cronJob: KubeObject, jobs: readonly KubeObject[]): string | undefined {
  const times: string[] = jobs
    .filter((job) => endOf(job)?.type === 'Complete')
    .map((job) => job['status'].completionTime);
  return [cronJob['status']?.lastSuccessfulTime, ...times].filter(Boolean).sort().at(-1);
}

/** Jobs that were active at the last look and are over (or gone) now. */
function noticeEnds(context: ControlContext, cronJob: KubeObject, jobs: readonly KubeObject[]): void {
  for (const { name, uid } of (cronJob['status']?.active ?? []) as { name: string; uid: string }[]) {
    const job = jobs.find((candidate) => candidate.metadata.uid === uid);
    const end = job && endOf(job);
    const say = (reason: string, message: string) =>
      context.recorder.record(cronJob, { type: 'Normal', reason, message, component: COMPONENT });
    if (!job) say('MissingJob', `Active job went missing: ${name}`);
    else if (end) say('SawCompletedJob', `Saw completed job: ${name}, condition: ${end.type}`);
  }
  for (const job of jobs.filter((one) => isByHand(one) && !endOf(one))) {
    const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`;
    context.recorder.record(cronJob, { type: 'Warning', reason: 'UnexpectedJob', message, component: COMPONENT });
  }
}

async function trimHistory(context: ControlContext, cronJob: KubeObject, jobs: readonly KubeObject[]): Promise<void> {
  const limits = {
    Complete: cronJob['spec'].successfulJobsHistoryLimit ?? 3,
    Failed: cronJob['spec'].failedJobsHistoryLimit ?? 1,
  };
  for (const [type, limit] of Object.entries(limits)) {
    const ended = jobs
      .filter((job) => endOf(job)?.type === type && !job.metadata.deletionTimestamp)
      .sort((a, b) => (a['status'].startTime < b['status'].startTime ? -1 : 1));
    for (const job of ended.slice(0, Math.max(ended.length - limit, 0))) await removeJob(context, cronJob, job);
  }
}

async function removeJob(context: ControlContext, cronJob: KubeObject, job: KubeObject): Promise<void> {
  if (!(await deleteIfThere(context, 'jobs.batch', job, { propagationPolicy: 'Background' }))) return;
  const message = `Deleted job ${job.metadata.name}`;
  context.recorder.record(cronJob, { type: 'Normal', reason: 'SuccessfulDelete', message, component: COMPONENT });
}

/** Starts what is due; returns the time until the next start. */
async function start(
  context: ControlContext,
  cronJob: KubeObject,
  active: Map<string, KubeObject>,
  status: CronStatus,
): Promise<Again> {
  const warn = (reason: string, message: string, type: 'Normal' | 'Warning' = 'Warning') =>
    context.recorder.record(cronJob, { type, reason, message, component: COMPONENT });
  const { spec } = cronJob;
  const schedule = parse(spec.schedule, spec.timeZone);
  if (schedule instanceof Error) {
    warn('UnparseableSchedule', `unparseable schedule: "${spec.schedule}" : ${schedule.message}`);
    return undefined;
  }
  const now = context.clock.now();
  const next = () => {
    const at = schedule.nextRun(new Date(now));
    return at ? at.getTime() - now : undefined;
  };
  const due = lastDue(schedule, cronJob, status.lastScheduleTime, now);
  if (due.missed > MISSED_LIMIT) {
    warn(
      'TooManyMissedTimes',
      `too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew`,
    );
  }
  if (due.at === undefined) return next();
  const deadline: number | undefined = spec.startingDeadlineSeconds;
  if (deadline !== undefined && due.at + deadline * 1000 < now) {
    warn('MissSchedule', `Missed scheduled time to start a job: ${new Date(due.at).toUTCString()}`);
    return next();
  }
  if (spec.concurrencyPolicy === 'Forbid' && active.size > 0) {
    warn(
      'JobAlreadyActive',
      'Not starting job because prior execution is running and concurrency policy is Forbid',
      'Normal',
    );
    return next();
  }
  if (spec.concurrencyPolicy === 'Replace') {
    for (const [uid, job] of active) {
      await removeJob(context, cronJob, job);
      active.delete(uid);
    }
  }
  const job = await createJob(context, cronJob, due.at);
  if (job) {
    active.set(job.metadata.uid!, job);
    warn('SuccessfulCreate', `Created job ${job.metadata.name}`, 'Normal');
  }
  status.lastScheduleTime = `${new Date(due.at).toISOString().slice(0, 19)}Z`;
  return next();
}

/** Reading a schedule and its time zone costs more than all else here; there are few different ones. */
const schedules = new Map<string, Cron | Error>();

function parse(schedule: string, timeZone = 'UTC'): Cron | Error {
  const id = `${timeZone} ${schedule}`;
  let parsed = schedules.get(id);
  if (!parsed) {
    try {
      // A fixed offset needs no calendar of the system's: a tenth of the time for what nearly all use.
      const zone = timeZone === 'UTC' ? { utcOffset: 0 } : { timezone: timeZone };
      parsed = new Cron(schedule, { paused: true, ...zone });
    } catch (error) {
      parsed = error as Error;
    }
    if (schedules.size > 500) schedules.clear();
    schedules.set(id, parsed);
  }
  return parsed;
}

/** The latest start that is due, counted from the last one and not from now, and how many were missed. */
function lastDue(
  schedule: Cron,
  cronJob: KubeObject,
  last: string | undefined,
  now: number,
): { at: number | undefined; missed: number } {
  const created = Date.parse(cronJob.metadata.creationTimestamp!);
  let from = last ? Date.parse(last) : created;
  const deadline: number | undefined = cronJob['spec'].startingDeadlineSeconds;
  if (deadline !== undefined) from = Math.max(from, now - deadline * 1000);
  let at: number | undefined;
  let missed = 0;
  for (let run = schedule.nextRun(new Date(from)); run && run.getTime() <= now; run = schedule.nextRun(run)) {
    at = run.getTime();
    if (++missed > MISSED_LIMIT) {
      at = schedule.previousRuns(1, new Date(now + 1000))[0]?.getTime() ?? at;
      break;
    }
  }
  return { at, missed };
}

/** The name carries the minute, so that one start cannot happen twice. */
async function createJob(context: ControlContext, cronJob: KubeObject, at: number): Promise<KubeObject | undefined> {
  const template = cronJob['spec'].jobTemplate;
  try {
    return await context.client.create<KubeObject>('jobs.batch', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: `${cronJob.metadata.name}-${Math.floor(at / 60_000)}`,
        namespace: cronJob.metadata.namespace!,
        ...(template.metadata?.labels ? { labels: template.metadata.labels } : {}),
        annotations: {
          ...template.metadata?.annotations,
          'batch.kubernetes.io/cronjob-scheduled-timestamp': `${new Date(at).toISOString().slice(0, 19)}Z`,
        },
        ownerReferences: [controllerReference(cronJob)],
      },
      spec: structuredClone(template.spec),
    });
  } catch (error) {
    if (isApiError(error, 'AlreadyExists')) return undefined;
    const message = `Error creating job: ${(error as Error).message}`;
    context.recorder.record(cronJob, { type: 'Warning', reason: 'FailedCreate', message, component: COMPONENT });
    throw error;
  }
}

async function saveStatus(
  context: ControlContext,
  cronJob: KubeObject,
  active: Map<string, KubeObject>,
  status: CronStatus,
): Promise<void> {
  const stored = context.lister.get(RESOURCE, cronJob.metadata.namespace, cronJob.metadata.name!);
  if (stored?.metadata.uid !== cronJob.metadata.uid || !stored) return;
  const references = [...active.values()].map((job) => ({
    kind: 'Job',
    namespace: job.metadata.namespace,
    name: job.metadata.name,
    uid: job.metadata.uid,
    apiVersion: 'batch/v1',
    resourceVersion: job.metadata.resourceVersion,
  }));
  const known = stored['status']?.active ?? [];
  const sameJobs =
    known.length === references.length &&
    references.every(({ uid }) => known.some((job: { uid: string }) => job.uid === uid));
  await writeStatus(context, RESOURCE, stored, {
    active: references.length > 0 ? (sameJobs ? known : references) : undefined,
    lastScheduleTime: status.lastScheduleTime,
    lastSuccessfulTime: status.lastSuccessfulTime,
  });
}
