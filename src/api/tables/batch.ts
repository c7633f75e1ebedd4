import { ageSince, humanDuration } from '../../lib/age.ts';
import type { KubeObject } from '../meta.ts';
import { selectorText } from './apps.ts';
import { age, boolText, containerImages, containerNames, NONE, printer, type TablePrinter } from './define.ts';

const jobs = printer('Name | Status | Completions | Duration | Age | Containers* | Images* | Selector*', (o, now) => {
  const spec = o.spec?.template?.spec;
  return [
    o.metadata.name,
    jobStatus(o),
    jobCompletions(o),
    jobDuration(o, now),
    age(o, now),
    containerNames(spec),
    containerImages(spec),
    selectorText(o.spec?.selector),
  ];
});

/** `Complete`, `Failed`, `Running`, ...: the first that holds. */
function jobStatus(job: KubeObject): string {
  const conditions: { type: string; status: string }[] = job.status?.conditions ?? [];
  const holds = (type: string) => conditions.some((entry) => entry.type === type && entry.status === 'True');
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(holds) ?? 'Running';
}

/** `2/3`; `1/1 of 4` for a work queue. */
function jobCompletions(job: KubeObject): string {
  const succeeded = job.status?.succeeded ?? 0;
  if (job.spec?.completions !== undefined && job.spec.completions !== null)
    return `${succeeded}/${job.spec.completions}`;
  const parallelism = job.spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

/** From the start to the completion, or to now. */
function jobDuration(job: KubeObject, nowMs: number): string {
  const { startTime, completionTime } = job.status ?? {};
  if (!startTime) return '';
  return humanDuration((completionTime ? Date.parse(completionTime) : nowMs) - Date.parse(startTime));
}

const cronJobs = printer(
  'Name | Schedule | Timezone | Suspend:boolean | Active:integer | Last Schedule | Age | Containers* | Images* | Selector*',
  (o, now) => {
    const jobSpec = o.spec?.jobTemplate?.spec;
    return [
      o.metadata.name,
      o.spec?.schedule ?? '',
      o.spec?.timeZone ?? NONE,
      boolText(o.spec?.suspend),
      o.status?.active?.length ?? 0,
      o.status?.lastScheduleTime ? ageSince(o.status.lastScheduleTime, now) : NONE,
      age(o, now),
      containerNames(jobSpec?.template?.spec),
      containerImages(jobSpec?.template?.spec),
      selectorText(jobSpec?.selector),
    ];
  },
);

export const batchTables: Readonly<Record<string, TablePrinter>> = {
  'jobs.batch': jobs,
  'cronjobs.batch': cronJobs,
};
