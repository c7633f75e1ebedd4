import type { KubeObject } from '../../../api/meta.ts';
import { podFromTemplate } from '../pod-control.ts';

export const COMPONENT = 'job-controller';
export const RESOURCE = 'jobs.batch';
const INDEX = 'batch.kubernetes.io/job-completion-index';

export function indexOf(pod: KubeObject): number | undefined {
  const text = pod.metadata.annotations?.[INDEX];
  return text === undefined ? undefined : Number(text);
}

/** `0-2,4` → the indexes. */
export function parseIndexText(text: string | undefined): Set<number> {
  const indexes = new Set<number>();
  for (const part of (text ?? '').split(',').filter(Boolean)) {
    const [first, last = first] = part.split('-').map(Number) as [number, number?];
    for (let index = first; index <= last!; index++) indexes.add(index);
  }
  return indexes;
}

/** The indexes as `0-2,4`. */
export function indexText(indexes: ReadonlySet<number>): string {
  const parts: string[] = [];
  const sorted = [...indexes].sort((a, b) => a - b);
  for (let at = 0; at < sorted.length; ) {
    let end = at;
    while (sorted[end + 1] === sorted[end]! + 1) end++;
    parts.push(end === at ? `${sorted[at]}` : `${sorted[at]}-${sorted[end]}`);
    at = end + 1;
  }
  return parts.join(',');
}

/** The lowest indexes that neither succeeded nor run; undefined for a job without indexes. */
export function missingIndexes(
  job: KubeObject,
  tally: { active: readonly KubeObject[]; succeededIndexes: ReadonlySet<number> },
  count: number,
): number[] | undefined {
  if (job['spec'].completionMode !== 'Indexed') return undefined;
  const taken = new Set([...tally.succeededIndexes, ...tally.active.map(indexOf)]);
  const free: number[] = [];
  for (let index = 0; index < job['spec'].completions && free.length < count; index++) {
    if (!taken.has(index)) free.push(index);
  }
  return free;
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
