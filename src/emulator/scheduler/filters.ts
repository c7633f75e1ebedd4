import type { KubeObject } from '../../api/meta.ts';
import type { Fields } from '../runtime/fields.ts';
import { matchesNode, untolerated } from './affinity.ts';
import type { NodeInfo } from './node-cache.ts';
import { type Amounts, type HostPort, hostPortsOf, portsClash, requestsOf } from './pod-resources.ts';
import type { Rejection } from './rejection.ts';
import type { Relations } from './relations.ts';

/** What is computed once per pod and asked of every node. */
export interface Wish {
  pod: KubeObject;
  requests: Amounts;
  ports: HostPort[];
  relations?: Relations | undefined;
}

export function wishOf(pod: KubeObject, relations?: Relations): Wish {
  return { pod, requests: requestsOf(pod), ports: hostPortsOf(pod), relations };
}

const UNSCHEDULABLE = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const final = (reason: string): Rejection => ({ reasons: [reason], resolvable: false });

/** In the order of the default scheduler profile; the first filter that says no speaks for the node. */
const filters: readonly ((wish: Wish, info: NodeInfo) => Rejection | undefined)[] = [
  ({ pod }, { node }) =>
    node['spec']?.unschedulable && untolerated([UNSCHEDULABLE], pod['spec'].tolerations, ['NoSchedule'])
      ? final('node(s) were unschedulable')
      : undefined,
  ({ pod }, { node }) =>
    untolerated(node['spec']?.taints, pod['spec'].tolerations, ['NoSchedule', 'NoExecute'])
      ? final('node(s) had untolerated taint(s)')
      : undefined,
  ({ pod }, { node }) =>
    matchesNode(pod['spec'], node) ? undefined : final("node(s) didn't match Pod's node affinity/selector"),
  ({ ports }, info) =>
    ports.some((port) => info.hasPort((taken) => portsClash(port, taken)))
      ? { reasons: ["node(s) didn't have free ports for the requested pod ports"], resolvable: true }
      : undefined,
  resourcesFit,
  ({ relations }, info) => relations?.check(info),
];

function resourcesFit({ requests }: Wish, info: NodeInfo): Rejection | undefined {
  const reasons: string[] = [];
  let resolvable = true;
  const podLimit = info.allocatable['pods'] ?? 110;
  if (info.podCount + 1 > podLimit) reasons.push('Too many pods');
  for (const [name, wanted] of Object.entries(requests)) {
    const total = info.allocatable[name] ?? 0;
    if (wanted === 0 || wanted <= total - (info.requested[name] ?? 0)) continue;
    reasons.push(`Insufficient ${name}`);
    if (wanted > total) resolvable = false;
  }
  return reasons.length > 0 ? { reasons, resolvable } : undefined;
}

export function filterNode(wish: Wish, info: NodeInfo): Rejection | undefined {
  for (const filter of filters) {
    const rejection = filter(wish, info);
    if (rejection) return rejection;
  }
  return undefined;
}

/** Does a DaemonSet want a pod on this node? `spec` is the template's, without the affinity to a single node. */
export function fitsDaemon(pod: KubeObject, spec: Fields, node: KubeObject): boolean {
  if (spec['nodeName'] && spec['nodeName'] !== node.metadata.name) return false;
  const taint = untolerated(node['spec']?.taints, pod['spec'].tolerations, ['NoSchedule', 'NoExecute']);
  return taint === undefined && matchesNode(spec, node);
}
