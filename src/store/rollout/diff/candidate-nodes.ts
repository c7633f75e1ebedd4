import type { KubeObject } from '../../../api/meta.ts';
import { matchesNode } from '../../../api/scheduling/node-affinity.ts';
import { FORBIDDING, type Taint, type Toleration, untolerated } from '../../../api/scheduling/taints.ts';
import type { PodTemplate } from '../revisions.ts';

/** A node that runs pods of a workload, or may come to run some. */
export interface CandidateNode {
  node: KubeObject;
  /** Pods of the workload there now, of any revision. */
  pods: number;
  /** By selectors, affinity, taints and cordons; whether there is room is the scheduler's to say. */
  mayRun: boolean;
}

/** What the DaemonSet controller lets its pods bear, so that they are on every node. */
const daemonTolerations: readonly Toleration[] = [
  'not-ready',
  'unreachable',
  'disk-pressure',
  'memory-pressure',
  'pid-pressure',
  'unschedulable',
].map((name) => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists' }));

/** Those with pods first, then by name. */
export function candidateNodes(
  kind: string,
  template: PodTemplate,
  nodes: readonly KubeObject[],
  pods: readonly KubeObject[],
): CandidateNode[] {
  const counts = new Map<string, number>();
  for (const { metadata, spec } of pods) {
    const node: string | undefined = spec?.nodeName;
    if (node && !metadata.deletionTimestamp) counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return nodes
    .map((node) => ({ node, pods: counts.get(node.metadata.name ?? '') ?? 0, mayRun: mayRun(kind, template, node) }))
    .filter((one) => one.pods > 0 || one.mayRun)
    .sort((a, b) => Number(b.pods > 0) - Number(a.pods > 0) || byName(a.node, b.node));
}

const byName = (a: KubeObject, b: KubeObject): number =>
  (a.metadata.name ?? '').localeCompare(b.metadata.name ?? '', 'en', { numeric: true });

function mayRun(kind: string, { spec = {} }: PodTemplate, node: KubeObject): boolean {
  const isDaemon = kind === 'DaemonSet';
  const tolerations = [...((spec['tolerations'] ?? []) as Toleration[]), ...(isDaemon ? daemonTolerations : [])];
  const { unschedulable, taints } = (node['spec'] ?? {}) as { unschedulable?: boolean; taints?: Taint[] };
  if (unschedulable && !isDaemon) return false;
  return matchesNode(spec, node) && !untolerated(taints, tolerations, FORBIDDING);
}
