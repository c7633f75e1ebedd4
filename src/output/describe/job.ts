import type { KubeObject } from '../../api/meta.ts';
import { selectorText } from '../../api/tables/apps.ts';
import { humanDuration } from '../../lib/age.ts';
import { writeEvents } from './events.ts';
import type { Describer } from './fetch.ts';
import { writePodTemplate } from './pod-spec.ts';
import { DescribeText, NONE, timeText, writeAnnotations, writeMap } from './text.ts';

function writeHead(out: DescribeText, object: KubeObject): void {
  out.field(0, 'Name', object.metadata.name);
  out.field(0, 'Namespace', object.metadata.namespace);
}

export const describeJob: Describer = async (job, context) => {
  const out = new DescribeText();
  const { spec = {}, status = {} } = job;
  writeHead(out, job);
  if (spec.selector) out.field(0, 'Selector', selectorText(spec.selector));
  writeMap(out, 'Labels', job.metadata.labels);
  writeAnnotations(out, job.metadata.annotations);
  const controller = job.metadata.ownerReferences?.find((reference) => reference.controller);
  if (controller) out.field(0, 'Controlled By', `${controller.kind}/${controller.name}`);
  if (spec.parallelism !== undefined) out.field(0, 'Parallelism', spec.parallelism);
  out.field(0, 'Completions', spec.completions ?? '<unset>');
  if (spec.completionMode) out.field(0, 'Completion Mode', spec.completionMode);
  if (spec.suspend !== undefined) out.field(0, 'Suspend', spec.suspend);
  if (spec.backoffLimit !== undefined) out.field(0, 'Backoff Limit', spec.backoffLimit);
  if (spec.ttlSecondsAfterFinished !== undefined)
    out.field(0, 'TTL Seconds After Finished', spec.ttlSecondsAfterFinished);
  if (status.startTime) out.field(0, 'Start Time', timeText(status.startTime));
  if (status.completionTime) out.field(0, 'Completed At', timeText(status.completionTime));
  if (status.startTime && status.completionTime) {
    out.field(0, 'Duration', humanDuration(Date.parse(status.completionTime) - Date.parse(status.startTime)));
  }
  if (spec.activeDeadlineSeconds !== undefined)
    out.field(0, 'Active Deadline Seconds', `${spec.activeDeadlineSeconds}s`);
  out.field(0, 'Pods Statuses', podsStatuses(status));
  if (spec.completionMode === 'Indexed') out.field(0, 'Completed Indexes', status.completedIndexes || NONE);
  writePodTemplate(out, spec.template);
  await writeEvents(out, job, context);
  return out.toString();
};

function podsStatuses({ active = 0, ready, succeeded = 0, failed = 0 }: Record<string, number | undefined>): string {
  const current = ready === undefined ? `${active} Active` : `${active} Active (${ready} Ready)`;
  return `${current} / ${succeeded} Succeeded / ${failed} Failed`;
}

export const describeCronJob: Describer = async (cronJob, context) => {
  const out = new DescribeText();
  const { spec = {}, status = {} } = cronJob;
  const unset = (value: unknown) => value ?? '<unset>';
  const jobSpec = spec.jobTemplate?.spec ?? {};
  writeHead(out, cronJob);
  writeMap(out, 'Labels', cronJob.metadata.labels);
  writeAnnotations(out, cronJob.metadata.annotations);
  out.field(0, 'Schedule', spec.schedule);
  if (spec.timeZone) out.field(0, 'Time Zone', spec.timeZone);
  out.field(0, 'Concurrency Policy', spec.concurrencyPolicy);
  out.field(0, 'Suspend', spec.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False');
  out.field(0, 'Successful Job History Limit', unset(spec.successfulJobsHistoryLimit));
  out.field(0, 'Failed Job History Limit', unset(spec.failedJobsHistoryLimit));
  const deadline = spec.startingDeadlineSeconds;
  out.field(0, 'Starting Deadline Seconds', deadline === undefined ? '<unset>' : `${deadline}s`);
  out.field(0, 'Selector', jobSpec.selector ? selectorText(jobSpec.selector) : '<unset>');
  out.field(0, 'Parallelism', unset(jobSpec.parallelism));
  out.field(0, 'Completions', unset(jobSpec.completions));
  writePodTemplate(out, jobSpec.template);
  out.field(0, 'Last Schedule Time', timeText(status.lastScheduleTime));
  const active: { name: string }[] = status.active ?? [];
  out.field(0, 'Active Jobs', active.map(({ name }) => name).join(', ') || NONE);
  await writeEvents(out, cronJob, context);
  return out.toString();
};
