import type { KubeObject } from '../../../api/meta.ts';
import { podFromTemplate } from '../pod-control.ts';
import type { IndexSet } from './index-set.ts';

export const COMPONENT = 'job-controller';
export const RESOURCE = 'jobs.batch';
const INDEX = 'batch.kubernetes.io/job-completion-index';

export function indexOf(pod: KubeObject): number | undefined {
  const text = pod.metadata.annotations?.[INDEX];
  return text === undefined ? undefined : Number(text);
}

/** The lowest indexes that neither succeeded nor run; undefined for a job without indexes. */
export function missingIndexes(
  job: KubeObject,
  tally: { active: readonly KubeObject[]; succeededIndexes: IndexSet },
  count: number,
): number[] | undefined {
  if (job['spec'].completionMode !== 'Indexed') return undefined;
  return tally.succeededIndexes.missing(count, job['spec'].completions, new Set(tally.active.map(indexOf)));
}

export function jobPod(job: KubeObject, index: number | undefined, finalizer: string): KubeObject {
  const { template } = job['spec'];
  if (index === undefined) return podFromTemplate(job, template, { finalizers: [finalizer] });
  const env = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } } };
  const withIndex = (container: { env?: unknown[] }) => ({ ...container, env: [...(container.env ?? []), env] });
  const pod = podFromTemplate(job, template, {
    finalizers: [finalizer],
    annotations: { [INDEX]: String(index) },
    labels: { [INDEX]: String(index) },
    spec: { hostname: `${job.metadata.name}-${index}`, containers: template.spec.containers.map(withIndex) },
  });
  pod.metadata.generateName = `${job.metadata.name}-${index}-`;
  return pod;
}
