import type { KubeObject } from '../../api/meta.ts';
import { selectorText } from '../../api/tables/apps.ts';
import type { DescribeFetch } from './fetch.ts';
import type { DescribeText } from './text.ts';

/** `25% max unavailable, 1 max surge` and the like come from the spec; this is what the pods do now. */
export async function podsStatusText(workload: KubeObject, fetch: DescribeFetch): Promise<string> {
  const pods = await fetch.list('pods', {
    namespace: workload.metadata.namespace ?? '',
    labelSelector: selectorText(workload.spec?.selector),
  });
  const owned = pods.filter((pod) =>
    pod.metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === workload.metadata.uid),
  );
  const count = (phase: string) => owned.filter((pod) => pod.status?.phase === phase).length;
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
}

/** The conditions of a workload, with their reasons; nothing where there are none. */
export function writeConditions(out: DescribeText, conditions: readonly Condition[] | undefined): void {
  if (!conditions || conditions.length === 0) return;
  out.line(0, 'Conditions:');
  out.line(1, 'Type\tStatus\tReason');
  out.line(1, '----\t------\t------');
  for (const { type, status, reason = '' } of conditions) out.line(1, `${type} \t${status}\t${reason}`);
}
