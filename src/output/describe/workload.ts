import type { KubeObject } from '../../api/meta.ts';
import type { DescribeFetch } from './fetch.ts';
import type { Section } from './layout.ts';
import type { DescribeText } from './text.ts';

/** `1 Running / 0 Waiting / ...`: what the pods do that a workload controls. */
export async function podsStatusText(workload: KubeObject, query: string, fetch: DescribeFetch): Promise<string> {
  const pods = await fetch.list('pods', {
    namespace: workload.metadata.namespace ?? '',
    ...(query === '' ? {} : { labelSelector: query }),
  });
  const owned = pods.filter((pod) => isControlledBy(pod, workload));
  const count = (phase: string) => owned.filter((pod) => pod.status?.phase === phase).length;
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  const controller = object.metadata.ownerReferences?.find((reference) => reference.controller);
  return controller !== undefined && controller.uid === owner.metadata.uid;
}

/** `queryOf` says which pods may be the workload's. */
export function podsStatus(queryOf: (workload: KubeObject) => string): Section {
  return async (out, workload, { fetch }) =>
    out.field(0, 'Pods Status', await podsStatusText(workload, queryOf(workload), fetch));
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
}

/** The conditions of a workload, with their reasons; nothing where there are none. */
export const conditions: Section = (out, { status }) => writeConditions(out, status?.conditions);

function writeConditions(out: DescribeText, list: readonly Condition[] | undefined): void {
  if (!list || list.length === 0) return;
  out.line(0, 'Conditions:');
  out.columns(1, ['Type', 'Status', 'Reason']);
  for (const { type, status, reason = '' } of list) out.line(1, `${type} \t${status}\t${reason}`);
}
