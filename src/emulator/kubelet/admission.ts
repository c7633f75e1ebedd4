import type { KubeObject } from '../../api/meta.ts';
import { qosClass } from '../../api/pod-qos.ts';
import { missingFeatures } from '../../api/scheduling/filters/features.ts';
import { shortagesOn, wantedOf } from '../../api/scheduling/filters/resources.ts';
import { matchesNode } from '../../api/scheduling/node-affinity.ts';
import { type NodeInfo, priorityOf } from '../../api/scheduling/node-info.ts';
import { type Amounts, hostPortsOf, requestsOf } from '../../api/scheduling/pod-resources.ts';
import { type Taint, untolerated } from '../../api/scheduling/taints.ts';
import { underPressure } from './node-facts.ts';

export interface Refusal {
  reason: string;
  message: string;
}

const OS_LABEL = 'kubernetes.io/os';
/** All simulated nodes are of one kind, and have no plugins that need to be asked. */
const OS = 'linux';
const NATIVE = /^(cpu|memory|ephemeral-storage|pods|storage)$|^hugepages-|^attachable-volumes-/;

const PRESSED: Taint = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' };
/** From here on a pod is one that the cluster cannot do without (kubelet/types, IsCriticalPod). */
const CRITICAL = 2_000_000_000;

/** Kernel settings that belong to a pod alone (kubelet/sysctl/safe_sysctls.go). */
const SAFE_SYSCTLS: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  ...[
    'ip_local_port_range',
    'tcp_syncookies',
    'ping_group_range',
    'ip_unprivileged_port_start',
    'ip_local_reserved_ports',
    'tcp_keepalive_time',
    'tcp_fin_timeout',
    'tcp_keepalive_intvl',
    'tcp_keepalive_probes',
    'tcp_rmem',
    'tcp_wmem',
  ].map((name) => `net.ipv4.${name}`),
]);

/** A resource that the node has never heard of is somebody else's business (lifecycle/predicate.go, removeMissingExtendedResources). */
const known = (requests: Amounts, { allocatable }: NodeInfo): Amounts =>
  Object.fromEntries(Object.entries(requests).filter(([name]) => NATIVE.test(name) || name in allocatable));

const failed = (predicate: string, why: string): Refusal => ({
  reason: predicate,
  message: `Predicate ${predicate} failed: ${why}`,
});

/** In the order in which the kubelet asks; the first that speaks is heard. */
const checks: readonly ((pod: KubeObject, room: NodeInfo) => Refusal | undefined)[] = [
  (pod, { node }) => {
    const mayCome = qosClass(pod) !== 'BestEffort' || priorityOf(pod) >= CRITICAL;
    return mayCome ||
      !underPressure(node, 'MemoryPressure') ||
      !untolerated([PRESSED], pod['spec'].tolerations, ['NoSchedule'])
      ? undefined
      : { reason: 'Evicted', message: 'The node had condition: [MemoryPressure]. ' };
  },
  // A full disk keeps everybody out whom the cluster can do without, whatever they tolerate.
  (pod, { node }) =>
    underPressure(node, 'DiskPressure') && priorityOf(pod) < CRITICAL
      ? { reason: 'Evicted', message: 'The node had condition: [DiskPressure]. ' }
      : undefined,
  ({ spec }) => {
    const asked: { name: string }[] = spec.securityContext?.sysctls ?? [];
    const name = asked.map((one) => one.name.replaceAll('/', '.')).find((one) => !SAFE_SYSCTLS.has(one));
    return name === undefined
      ? undefined
      : { reason: 'SysctlForbidden', message: `forbidden sysctl: ${JSON.stringify(name)} not allowlisted` };
  },
  (pod) =>
    (pod.metadata.labels?.[OS_LABEL] ?? OS) === OS
      ? undefined
      : {
          reason: 'PodOSSelectorNodeLabelDoesNotMatch',
          message: "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
        },
  (pod) =>
    (pod['spec'].os?.name ?? OS) === OS
      ? undefined
      : { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" },
  (pod, room) => {
    // A node that has not said yet what it has does not say no.
    if (!room.node['status']?.allocatable) return undefined;
    const [shortage] = shortagesOn(room, wantedOf(known(requestsOf(pod), room))) ?? [];
    if (!shortage) return undefined;
    const { resource, requested, used, capacity } = shortage;
    return {
      reason: `OutOf${resource}`,
      message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
    };
  },
  (pod, { node }) =>
    matchesNode(pod['spec'], node)
      ? undefined
      : failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector"),
  (pod, room) =>
    hostPortsOf(pod).some((port) => room.clash(port))
      ? failed('NodePorts', "node(s) didn't have free ports for the requested pod ports")
      : undefined,
  (pod, { node }) =>
    untolerated(node['spec']?.taints as Taint[] | undefined, pod['spec'].tolerations, ['NoExecute'])
      ? failed('TaintToleration', "node(s) had taints that the pod didn't tolerate")
      : undefined,
  (pod, { node }) => {
    const missing = missingFeatures(pod, node);
    return missing.length > 0
      ? {
          reason: 'PodFeatureUnsupported',
          message: `Pod requires node features that are not available: ${missing.join(', ')}`,
        }
      : undefined;
  },
];

/**
 * Why a node refuses a pod that was bound to it, in the kubelet's words (kubelet/lifecycle/predicate.go); undefined:
 * it does not.
 * @param room the node with its other pods
 */
export function admissionProblem(pod: KubeObject, room: NodeInfo): Refusal | undefined {
  for (const check of checks) {
    const refusal = check(pod, room);
    if (refusal) return refusal;
  }
  return undefined;
}
