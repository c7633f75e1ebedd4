import type { KubeObject } from '../../../api/meta.ts';

interface ContainerStatus {
  name: string;
  state?: { terminated?: { exitCode: number } };
}

interface Rule {
  action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  onExitCodes?: { containerName?: string; operator: 'In' | 'NotIn'; values: number[] };
  onPodConditions?: { type: string; status?: string }[];
}

export interface FailureMatch {
  /** False when the failure is not to be held against the job. */
  counts: boolean;
  /** Of the first rule that speaks of the failure; undefined when none does. */
  action: Rule['action'] | undefined;
  /** Why the job fails, with `FailJob`. */
  message?: string;
}

/** The first container that ended with a code the rule speaks of; the main ones are asked first. */
function failedContainer(pod: KubeObject, wanted: NonNullable<Rule['onExitCodes']>): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod['status'] ?? {};
  return ([...containerStatuses, ...initContainerStatuses] as ContainerStatus[]).find(({ name, state }) => {
    const code = state?.terminated?.exitCode;
    if (code === undefined || code === 0) return false;
    if (wanted.containerName !== undefined && wanted.containerName !== name) return false;
    return wanted.values.includes(code) === (wanted.operator === 'In');
  });
}

function messageOf(rule: Rule, at: number, pod: KubeObject): string | undefined {
  const { namespace, name } = pod.metadata;
  if (rule.onExitCodes) {
    const container = failedContainer(pod, rule.onExitCodes);
    const code = container?.state?.terminated?.exitCode;
    return (
      container &&
      `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${code} matching ${rule.action} rule at index ${at}`
    );
  }
  const conditions: { type: string; status: string }[] = pod['status']?.conditions ?? [];
  const met = conditions.find((condition) =>
    rule.onPodConditions?.some(({ type, status = 'True' }) => type === condition.type && status === condition.status),
  );
  return met && `Pod ${namespace}/${name} has condition ${met.type} matching ${rule.action} rule at index ${at}`;
}

/** What a job's podFailurePolicy says of a failed pod: the first rule that fits decides (kubernetes matchPodFailurePolicy). */
export function matchFailurePolicy(job: KubeObject, pod: KubeObject): FailureMatch {
  const rules: Rule[] = job['spec'].podFailurePolicy?.rules ?? [];
  for (const [at, rule] of rules.entries()) {
    const message = messageOf(rule, at, pod);
    if (message === undefined) continue;
    return {
      counts: rule.action !== 'Ignore',
      action: rule.action,
      ...(rule.action === 'FailJob' ? { message } : {}),
    };
  }
  return { counts: true, action: undefined };
}
