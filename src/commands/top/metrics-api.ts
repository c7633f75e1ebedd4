import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseLabelSelector } from '../../lib/label-selector.ts';
import type { FlagSpec } from '../command.ts';
import type { UsageTexts } from './usage.ts';

const root = '/apis/metrics.k8s.io/v1beta1';

export interface NodeMetrics extends KubeObject {
  usage: UsageTexts;
}

export interface PodMetrics extends KubeObject {
  containers: { name: string; usage: UsageTexts }[];
}

export const topFlags: readonly FlagSpec[] = [
  { name: 'no-headers', type: 'bool', default: false, describe: 'Print no headers.' },
  { name: 'sort-by', type: 'string', default: '', describe: "Most first: 'cpu' or 'memory'." },
  {
    name: 'use-protocol-buffers',
    type: 'bool',
    default: true,
    describe: 'For scripts written for kubectl; the figures are the same either way.',
  },
];

/** @throws KctlError `usage` */
export function checkSortBy(sortBy: string): void {
  if (['', 'cpu', 'memory'].includes(sortBy)) return;
  throw new KctlError('usage', '--sort-by accepts only cpu or memory');
}

/** @throws KctlError `input` where nobody serves metrics */
async function requireMetricsApi({ transport }: Cluster, signal: AbortSignal): Promise<void> {
  const { groups = [] } = await transport.json<{ groups?: { name: string; versions: { version: string }[] }[] }>({
    method: 'GET',
    path: '/apis',
    signal,
  });
  const metrics = groups.find(({ name }) => name === 'metrics.k8s.io');
  if (metrics?.versions.some(({ version }) => version === 'v1beta1')) return;
  throw new KctlError('input', 'Metrics API not available');
}

export interface MetricsQuery {
  /** `nodes`, or `namespaces/NAMESPACE/pods`. */
  path: string;
  /** '' lists. */
  name: string;
  labelSelector: string;
  fieldSelector?: string;
}

/** One thing's metrics, or those of all that match. */
export async function readMetrics<T extends KubeObject>(
  { path, name, labelSelector, fieldSelector }: MetricsQuery,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<T[]> {
  if (labelSelector !== '') parseLabelSelector(labelSelector);
  await requireMetricsApi(cluster, signal);
  if (name !== '') {
    const one = `${root}/${path}/${encodeURIComponent(name)}`;
    return [await cluster.transport.json<T>({ method: 'GET', path: one, signal })];
  }
  const query = { labelSelector: labelSelector || undefined, fieldSelector: fieldSelector || undefined };
  return (await cluster.transport.json<{ items: T[] }>({ method: 'GET', path: `${root}/${path}`, query, signal }))
    .items;
}
