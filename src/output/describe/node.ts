import type { KubeObject } from '../../api/meta.ts';
import { nodeRoles } from '../../api/tables/core-workloads.ts';
import { ageSince } from '../../lib/age.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import { writeEvents } from './events.ts';
import type { DescribeContext, Describer } from './fetch.ts';
import { type Amounts, podResources, sumResources } from './pod-resources.ts';
import { DescribeText, NONE, timeText, writeAnnotations, writeMap } from './text.ts';

export const describeNode: Describer = async (node, context) => {
  const out = new DescribeText();
  const { spec = {}, status = {} } = node;
  out.field(0, 'Name', node.metadata.name);
  out.field(0, 'Roles', nodeRoles(node));
  writeMap(out, 'Labels', node.metadata.labels);
  writeAnnotations(out, node.metadata.annotations);
  out.field(0, 'CreationTimestamp', timeText(node.metadata.creationTimestamp));
  writeTaints(out, spec.taints ?? []);
  out.field(0, 'Unschedulable', spec.unschedulable ?? false);
  await writeLease(out, node, context);
  writeNodeConditions(out, status.conditions ?? []);
  out.line(0, 'Addresses:');
  for (const { type, address } of status.addresses ?? []) out.field(1, type, address);
  writeAmounts(out, 'Capacity', status.capacity);
  writeAmounts(out, 'Allocatable', status.allocatable);
  writeSystemInfo(out, status.nodeInfo ?? {});
  if (spec.podCIDR) out.field(0, 'PodCIDR', spec.podCIDR);
  if (spec.podCIDRs?.length > 0) out.field(0, 'PodCIDRs', spec.podCIDRs.join(','));
  if (spec.providerID) out.field(0, 'ProviderID', spec.providerID);
  await writePods(out, node, context);
  await writeEvents(out, node, context);
  return out.toString();
};

interface Taint {
  key: string;
  value?: string;
  effect: string;
}

/** The most severe effect first. */
const EFFECTS = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];

function writeTaints(out: DescribeText, taints: readonly Taint[]): void {
  const sorted = taints.toSorted(
    (a, b) => EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect) || (a.key < b.key ? -1 : 1),
  );
  if (sorted.length === 0) out.field(0, 'Taints', NONE);
  for (const [index, { key, value, effect }] of sorted.entries()) {
    out.line(0, `${index === 0 ? 'Taints:' : ''}\t${key}${value ? `=${value}` : ''}:${effect}`);
  }
}

async function writeLease(out: DescribeText, node: KubeObject, { fetch }: DescribeContext): Promise<void> {
  const lease = await fetch.get('leases.coordination.k8s.io', 'kube-node-lease', node.metadata.name ?? '');
  if (!lease) {
    out.line(0, 'Lease:\tFailed to get lease: not found');
    return;
  }
  out.line(0, 'Lease:');
  out.field(1, 'HolderIdentity', lease.spec?.holderIdentity ?? '<unset>');
  out.field(1, 'AcquireTime', timeText(lease.spec?.acquireTime));
  out.field(1, 'RenewTime', timeText(lease.spec?.renewTime));
}

type Condition = Record<string, string | undefined>;

function writeNodeConditions(out: DescribeText, conditions: readonly Condition[]): void {
  if (conditions.length === 0) return;
  out.line(0, 'Conditions:');
  out.line(1, 'Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage');
  out.line(1, '----\t------\t-----------------\t------------------\t------\t-------');
  for (const { type, status, lastHeartbeatTime, lastTransitionTime, reason = '', message = '' } of conditions) {
    const times = `${timeText(lastHeartbeatTime)} \t${timeText(lastTransitionTime)} `;
    out.line(1, `${type} \t${status} \t${times}\t${reason} \t${message}`);
  }
}

function writeAmounts(out: DescribeText, title: string, amounts: Record<string, string> | undefined): void {
  const names = Object.keys(amounts ?? {}).sort();
  if (names.length === 0) return;
  out.line(0, `${title}:`);
  for (const name of names) out.field(1, name, amounts?.[name]);
}

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

function writeSystemInfo(out: DescribeText, info: Record<string, string>): void {
  out.line(0, 'System Info:');
  for (const [title, field] of SYSTEM_INFO) out.field(1, title, info[field]);
}

async function writePods(out: DescribeText, node: KubeObject, { fetch, nowMs }: DescribeContext): Promise<void> {
  const pods = await fetch.list('pods', {
    namespace: '',
    fieldSelector: `spec.nodeName=${node.metadata.name},status.phase!=Succeeded,status.phase!=Failed`,
  });
  const allocatable: Record<string, string> = node.status?.allocatable ?? node.status?.capacity ?? {};
  const share = (amounts: Amounts, name: string) => shareText(amounts, name, allocatable[name]);
  out.line(0, `Non-terminated Pods:\t(${pods.length} in total)`);
  out.line(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge');
  out.line(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---');
  for (const pod of pods) {
    const requests = podResources(pod, 'requests');
    const limits = podResources(pod, 'limits');
    const shares = ['cpu', 'memory'].map((name) => `${share(requests, name)}\t${share(limits, name)}`).join('\t');
    const { namespace = '', name = '', creationTimestamp } = pod.metadata;
    out.line(1, `${namespace}\t${name}\t\t${shares}\t${ageSince(creationTimestamp, nowMs)}`);
  }
  writeAllocated(out, pods, allocatable, share);
}

const ALWAYS_SHOWN = ['cpu', 'memory', 'ephemeral-storage'];

function writeAllocated(
  out: DescribeText,
  pods: readonly KubeObject[],
  allocatable: Record<string, string>,
  share: (amounts: Amounts, name: string) => string,
): void {
  const requests = sumResources(pods, 'requests');
  const limits = sumResources(pods, 'limits');
  out.line(0, 'Allocated resources:');
  out.line(1, '(Total limits may be over 100 percent, i.e., overcommitted.)');
  out.line(1, 'Resource\tRequests\tLimits');
  out.line(1, '--------\t--------\t------');
  for (const name of ALWAYS_SHOWN) out.line(1, `${name}\t${share(requests, name)}\t${share(limits, name)}`);
  const others = Object.keys(allocatable).filter((name) => !ALWAYS_SHOWN.includes(name) && name !== 'pods');
  const amount = (amounts: Amounts, name: string) => amounts.get(name)?.toString() ?? '0';
  for (const name of others.sort()) {
    const isHugePage = name.startsWith('hugepages-');
    out.line(
      1,
      isHugePage
        ? `${name}\t${share(requests, name)}\t${share(limits, name)}`
        : `${name}\t${amount(requests, name)}\t${amount(limits, name)}`,
    );
  }
}

/** `250m (6%)`: the amount and its share of what the node can give, rounded down. */
function shareText(amounts: Amounts, name: string, total: string | undefined): string {
  const amount = amounts.get(name);
  const whole = total ? parseQuantity(total).value : 0;
  const percent = amount && whole > 0 ? Math.trunc((amount.value / whole) * 100) : 0;
  return `${amount ?? '0'} (${percent}%)`;
}
