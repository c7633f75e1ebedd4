import type { KubeObject } from '../../api/meta.ts';
import { humanDuration } from '../../lib/age.ts';
import { annotations, controlledBy, events, labels, layout, name, namespace, type Row } from './layout.ts';
import { writePodTemplate } from './pod-spec.ts';
import { NONE, UNSET } from './text.ts';
import { optionalTimeText, timeText } from './time.ts';
import { orUnset, selectorQuery } from './values.ts';

/** A field of the job's own spec, left out where it is not set. */
function ofSpec(title: string, field: string, unit = ''): Row {
  return [title, ({ spec }) => (spec?.[field] === undefined ? undefined : `${spec[field]}${unit}`)];
}

function ofTime(title: string, field: string): Row {
  return [title, ({ status }) => (status?.[field] ? timeText(status[field]) : undefined)];
}

export const describeJob = layout(
  name,
  namespace,
  ['Selector', ({ spec }) => selectorQuery(spec?.selector)],
  labels,
  annotations,
  controlledBy,
  ofSpec('Parallelism', 'parallelism'),
  ['Completions', ({ spec }) => orUnset(spec?.completions)],
  ofSpec('Completion Mode', 'completionMode'),
  ofSpec('Suspend', 'suspend'),
  ofSpec('Backoff Limit', 'backoffLimit'),
  ofSpec('TTL Seconds After Finished', 'ttlSecondsAfterFinished'),
  ofTime('Start Time', 'startTime'),
  ofTime('Completed At', 'completionTime'),
  ['Duration', durationText],
  ofSpec('Active Deadline Seconds', 'activeDeadlineSeconds', 's'),
  ['Pods Statuses', ({ status }) => podsStatuses(status ?? {})],
  [
    'Completed Indexes',
    ({ spec, status }) =>
      spec?.completionMode === 'Indexed' ? cappedIndexes(status?.completedIndexes ?? '') : undefined,
  ],
  (out, { spec }) => writePodTemplate(out, spec?.template),
  events,
);

function durationText({ status }: KubeObject): string | undefined {
  if (!status?.startTime || !status.completionTime) return undefined;
  return humanDuration(Date.parse(status.completionTime) - Date.parse(status.startTime));
}

function podsStatuses({ active = 0, ready, succeeded = 0, failed = 0 }: Record<string, number | undefined>): string {
  const current = ready === undefined ? `${active} Active` : `${active} Active (${ready} Ready)`;
  return `${current} / ${succeeded} Succeeded / ${failed} Failed`;
}

const MOST_INDEXES = 50;

/** Cut behind the first comma that stands after so many characters. */
function cappedIndexes(indexes: string): string {
  if (indexes === '') return NONE;
  const comma = indexes.indexOf(',', MOST_INDEXES);
  return comma < 0 ? indexes : `${indexes.slice(0, comma + 1)}...`;
}

/** A field of the cron job's own spec. */
function orUnsetOfSpec(title: string, field: string, unit = ''): Row {
  return [title, ({ spec }) => (spec?.[field] === undefined ? UNSET : `${spec[field]}${unit}`)];
}

function orUnsetOfJob(title: string, field: string): Row {
  return [title, ({ spec }) => orUnset(spec?.jobTemplate?.spec?.[field])];
}

export const describeCronJob = layout(
  name,
  namespace,
  labels,
  annotations,
  ['Schedule', ({ spec }) => spec?.schedule ?? ''],
  ['Concurrency Policy', ({ spec }) => spec?.concurrencyPolicy ?? ''],
  ['Suspend', ({ spec }) => (spec?.suspend === undefined ? UNSET : spec.suspend ? 'True' : 'False')],
  orUnsetOfSpec('Successful Job History Limit', 'successfulJobsHistoryLimit'),
  orUnsetOfSpec('Failed Job History Limit', 'failedJobsHistoryLimit'),
  orUnsetOfSpec('Starting Deadline Seconds', 'startingDeadlineSeconds', 's'),
  [
    'Selector',
    ({ spec }) => {
      const selector = spec?.jobTemplate?.spec?.selector;
      return selector ? selectorQuery(selector) : UNSET;
    },
  ],
  orUnsetOfJob('Parallelism', 'parallelism'),
  orUnsetOfJob('Completions', 'completions'),
  [
    'Active Deadline Seconds',
    ({ spec }) => {
      const seconds = spec?.jobTemplate?.spec?.activeDeadlineSeconds;
      return seconds === undefined ? undefined : `${seconds}s`;
    },
  ],
  (out, { spec }) => writePodTemplate(out, spec?.jobTemplate?.spec?.template),
  ['Last Schedule Time', ({ status }) => optionalTimeText(status?.lastScheduleTime)],
  [
    'Active Jobs',
    ({ status }) => {
      const active: { name: string }[] = status?.active ?? [];
      return active.map((job) => job.name).join(', ') || NONE;
    },
  ],
  events,
);
