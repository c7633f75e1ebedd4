import type { KubeObject } from '../../../api/meta.ts';
import type { Taint } from '../../../api/scheduling/taints.ts';
import { timestamp } from '../../clock.ts';
import type { StatusCondition } from '../conditions.ts';
import type { ControlContext } from '../controller.ts';
import { readiness } from './readiness.ts';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** The taint that keeps new pods away while a condition has a status. */
const TAINT_FOR: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};
const MANAGED = new Set([UNSCHEDULABLE, ...Object.values(TAINT_FOR).flatMap((taints) => Object.values(taints))]);

/** Old labels that say the same as new ones, for those who still look there. */
const SECONDARY_LABELS = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
] as const;

const taintsOf = (node: KubeObject): Taint[] => node['spec']?.taints ?? [];

/** What has none says nothing of them. */
function withTaints({ spec }: KubeObject, taints: Taint[]): KubeObject['spec'] {
  const { taints: _before, ...rest } = spec;
  return taints.length > 0 ? { ...rest, taints } : rest;
}

/** Brings the NoSchedule taints to what the conditions say, and the old labels to the new ones. */
export async function keepAway(context: ControlContext, node: KubeObject): Promise<KubeObject> {
  const wanted = new Set<string>();
  for (const { type, status } of (node['status']?.conditions ?? []) as StatusCondition[]) {
    const key = TAINT_FOR[type]?.[status];
    if (key) wanted.add(key);
  }
  if (node['spec']?.unschedulable) wanted.add(UNSCHEDULABLE);
  const present = new Set(taintsOf(node).flatMap(({ key, effect }) => (effect === 'NoSchedule' ? [key] : [])));
  const added = [...wanted].filter((key) => !present.has(key));
  const removed = [...present].filter((key) => MANAGED.has(key!) && !wanted.has(key!));
  const labels = secondaryLabels(node);
  if (added.length + removed.length === 0 && !labels) return node;
  const timeAdded = timestamp(context.clock);
  const taints = [
    ...taintsOf(node).filter(({ key, effect }) => effect !== 'NoSchedule' || !removed.includes(key)),
    ...added.map((key) => ({ key, effect: 'NoSchedule', timeAdded })),
  ];
  return context.client.update<KubeObject>('nodes', {
    ...node,
    metadata: { ...node.metadata, labels: { ...node.metadata.labels, ...labels } },
    spec: withTaints(node, taints),
  });
}

function secondaryLabels({ metadata: { labels = {} } }: KubeObject): Record<string, string> | undefined {
  const stale = SECONDARY_LABELS.filter(([from, to]) => labels[from] !== undefined && labels[to] !== labels[from]);
  return stale.length > 0 ? Object.fromEntries(stale.map(([from, to]) => [to, labels[from]!])) : undefined;
}

const isOurs = ({ key, effect }: Taint): boolean =>
  effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE);

/** The key of the NoExecute taint that the Ready condition calls for; undefined for a node that is ready. */
export function evictingKey(node: KubeObject): string | undefined {
  const status = readiness(node)?.status;
  return status && TAINT_FOR['Ready']![status];
}

/** The key of the NoExecute taint of ours that a node carries. */
export const carriedKey = (node: KubeObject): string | undefined => taintsOf(node).find(isOurs)?.key;

/** Puts the one NoExecute taint in the place of the other, or of none; without `key` takes both away. */
export async function setEvicting(context: ControlContext, node: KubeObject, key: string | undefined): Promise<void> {
  const taints = taintsOf(node).filter((taint) => !isOurs(taint));
  if (key) taints.push({ key, effect: 'NoExecute', timeAdded: timestamp(context.clock) });
  await context.client.update('nodes', { ...node, spec: withTaints(node, taints) });
}
