import type { KubeObject } from '../../api/meta.ts';
import { nodeRoles } from '../../api/tables/core-workloads.ts';
import { goSort } from '../../lib/go-sort.ts';
import { notFoundText, orFailure } from './fetch.ts';
import { annotations, created, events, labels, layout, name, type Section, under } from './layout.ts';
import { allocatedResources } from './node-resources.ts';
import type { DescribeText } from './text.ts';
import { optionalTimeText, timeText } from './time.ts';
import { amountRows, orUnset } from './values.ts';

const SYSTEM_INFO: readonly [title: string, field: string][] = [
  ['Machine ID', 'machineID'],
  ['System UUID', 'systemUUID'],
  ['Boot ID', 'bootID'],
  ['Kernel Version', 'kernelVersion'],
  ['OS Image', 'osImage'],
  ['Operating System', 'operatingSystem'],
  ['Architecture', 'architecture'],
  ['Container Runtime Version', 'containerRuntimeVersion'],
  ['Kubelet Version', 'kubeletVersion'],
  ['Kube-Proxy Version', 'kubeProxyVersion'],
];

export const describeNode = layout(
  name,
  ['Roles', nodeRoles],
  labels,
  annotations,
  created,
  (out, { spec }) => out.list('Taints', taintLines(spec?.taints ?? [])),
  ['Unschedulable', ({ spec }) => spec?.unschedulable ?? false],
  async (out, { metadata }, { fetch }) => writeLease(out, metadata.name ?? '', fetch),
  (out, { status }) => writeConditions(out, status?.conditions ?? []),
  (out, { status }) => {
    out.line(0, 'Addresses:');
    for (const { type, address } of status?.addresses ?? []) out.field(1, type, address);
  },
  amounts('Capacity', 'capacity'),
  amounts('Allocatable', 'allocatable'),
  under(
    'System Info',
    ...SYSTEM_INFO.map(
      ([title, field]) => [title, ({ status }: KubeObject) => status?.nodeInfo?.[field] ?? ''] as const,
    ),
  ),
  ['PodCIDR', ({ spec }) => spec?.podCIDR || undefined],
  ['PodCIDRs', ({ spec }) => spec?.podCIDRs?.join(',') || undefined],
  ['ProviderID', ({ spec }) => spec?.providerID || undefined],
  allocatedResources,
  events,
);

interface Taint {
  key: string;
  value?: string;
  effect?: string;
}

/** In the order of effects, then of keys. */
function taintLines(taints: readonly Taint[]): string[] {
  const key = (taint: Taint) => `${taint.effect ?? ''},${taint.key}`;
  return goSort(taints, (a, b) => key(a) < key(b)).map(({ key, value, effect }) => {
    if (effect) return `${key}${value ? `=${value}` : ''}:${effect}`;
    return value ? `${key}=${value}:` : key;
  });
}

async function writeLease(out: DescribeText, name: string, fetch: Parameters<Section>[2]['fetch']): Promise<void> {
  const found = await orFailure(fetch.get('leases.coordination.k8s.io', 'kube-node-lease', name));
  if ('failure' in found || found.value === undefined) {
    const why = 'failure' in found ? found.failure : notFoundText('leases.coordination.k8s.io', name);
    out.field(0, 'Lease', `Failed to get lease: ${why}`);
    return;
  }
  const { spec } = found.value;
  out.line(0, 'Lease:');
  out.field(1, 'HolderIdentity', orUnset(spec?.holderIdentity));
  out.field(1, 'AcquireTime', optionalTimeText(spec?.acquireTime));
  out.field(1, 'RenewTime', optionalTimeText(spec?.renewTime));
}

type Condition = Record<string, string | undefined>;

function writeConditions(out: DescribeText, conditions: readonly Condition[]): void {
  if (conditions.length === 0) return;
  out.line(0, 'Conditions:');
  out.columns(1, ['Type', 'Status', 'LastHeartbeatTime', 'LastTransitionTime', 'Reason', 'Message']);
  for (const { type, status, lastHeartbeatTime, lastTransitionTime, reason = '', message = '' } of conditions) {
    const times = `${timeText(lastHeartbeatTime)} \t${timeText(lastTransitionTime)} `;
    out.line(1, `${type} \t${status} \t${times}\t${reason} \t${message}`);
  }
}

function amounts(title: string, field: string): Section {
  return (out, { status }) => {
    const rows = amountRows(status?.[field]);
    if (rows.length > 0) out.line(0, `${title}:`);
    for (const [resource, amount] of rows) out.field(1, resource, amount);
  };
}
