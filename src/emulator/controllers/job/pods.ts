import type { KubeObject } from '../../../api/meta.ts';
import type { StatusCondition } from '../conditions.ts';
import { podFromTemplate } from '../pod-control.ts';
import { isTerminating } from '../pods.ts';

export const COMPONENT = 'job-controller';
export const RESOURCE = 'jobs.batch';
/** While a pod has it, the pod is not counted yet. */
export const TRACKING = 'batch.kubernetes.io/job-tracking';
const INDEX = 'batch.kubernetes.io/job-completion-index';
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';
/** generateName may leave so much before its five random characters (apiserver names.MaxGeneratedNameLength). */
const LONGEST_PREFIX = 58;

/** The condition that says that the job is over. */
export const endOf = (job: KubeObject): StatusCondition | undefined =>
  (job['status']?.conditions ?? []).find(
    ({ type, status }: StatusCondition) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );

export const isIndexed = (job: KubeObject): boolean => job['spec'].completionMode === 'Indexed';

export const isTracked = (pod: KubeObject): boolean => pod.metadata.finalizers?.includes(TRACKING) === true;

/** The pod's index; undefined without one that a job could have given it. */
export function indexOf(pod: KubeObject): number | undefined {
  const text = pod.metadata.annotations?.[INDEX] ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** True for an index that the job (still) has. */
export const isOwnIndex = (job: KubeObject, index: number | undefined): index is number =>
  index !== undefined && index < job['spec'].completions;

/** A pod that is only told to stop is replaced once it has stopped, not before. */
export const replacesOnlyFailed = ({ spec }: KubeObject): boolean =>
  spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;

/** Deleted pods count as failed at once, lest a pod that vanishes is never counted, unless only what failed is replaced. */
export function hasFailed(job: KubeObject, pod: KubeObject): boolean {
  const phase = pod['status']?.phase;
  if (phase === 'Failed') return true;
  return !replacesOnlyFailed(job) && isTerminating(pod) && phase !== 'Succeeded';
}

interface Container {
  env?: { name: string }[];
}

function withIndexVariable(container: Container): Container {
  if (container.env?.some(({ name }) => name === INDEX_VARIABLE)) return container;
  const valueFrom = { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } };
  return { ...container, env: [...(container.env ?? []), { name: INDEX_VARIABLE, valueFrom } as { name: string }] };
}

/**
 * A pod of the job.
 * @param index its completion index; undefined for a job without
 * @param annotations more of them
 */
export function jobPod(
  job: KubeObject,
  index: number | undefined,
  annotations: Record<string, string> = {},
): KubeObject {
  const { template } = job['spec'];
  const own: string[] = template.metadata?.finalizers ?? [];
  const finalizers = own.includes(TRACKING) ? own : [...own, TRACKING];
  if (index === undefined) return podFromTemplate(job, template, { finalizers });
  const { containers, initContainers } = template.spec as { containers: Container[]; initContainers?: Container[] };
  const pod = podFromTemplate(job, template, {
    finalizers,
    annotations: { [INDEX]: String(index), ...annotations },
    labels: { [INDEX]: String(index) },
    spec: {
      hostname: `${job.metadata.name}-${index}`,
      containers: containers.map(withIndexVariable),
      ...(initContainers ? { initContainers: initContainers.map(withIndexVariable) } : {}),
    },
  });
  const suffix = `-${index}-`;
  pod.metadata.generateName = job.metadata.name!.slice(0, LONGEST_PREFIX - suffix.length) + suffix;
  return pod;
}
