import { matchesNode, namedNodes, requiredTerms } from '../node-affinity.ts';
import type { FilterPlugin } from '../plan.ts';
import { hostPortsOf } from '../pod-resources.ts';
import type { Rejection } from '../rejection.ts';
import { FORBIDDING, type Taint, untolerated } from '../taints.ts';

const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

const final = (plugin: string, reason: string): Rejection => ({ plugin, reasons: [reason], resolvable: false });

const cordoned = final('NodeUnschedulable', 'node(s) were unschedulable');
const tainted = final('TaintToleration', 'node(s) had untolerated taint(s)');
const elsewhere = final('NodeName', "node(s) didn't match the requested node name");
const unselected = final('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
const clash: Rejection = {
  plugin: 'NodePorts',
  reasons: ["node(s) didn't have free ports for the requested pod ports"],
  resolvable: true,
};

export const nodeUnschedulable: FilterPlugin = {
  name: 'NodeUnschedulable',
  prepare: ({ pod }) =>
    untolerated([UNSCHEDULABLE], pod['spec'].tolerations, ['NoSchedule'])
      ? { check: ({ node }) => (node['spec']?.unschedulable ? cordoned : undefined) }
      : undefined,
};

export const nodeName: FilterPlugin = {
  name: 'NodeName',
  prepare({ pod }) {
    const name: string | undefined = pod['spec'].nodeName;
    return name ? { check: (info) => (info.name === name ? undefined : elsewhere) } : undefined;
  },
};

export const taintToleration: FilterPlugin = {
  name: 'TaintToleration',
  prepare: ({ pod }) => ({
    check({ node }) {
      const taints: Taint[] | undefined = node['spec']?.taints;
      return taints && untolerated(taints, pod['spec'].tolerations, FORBIDDING) ? tainted : undefined;
    },
  }),
};

export const nodeAffinity: FilterPlugin = {
  name: 'NodeAffinity',
  prepare({ pod }) {
    const spec = pod['spec'];
    if (!spec.nodeSelector && !requiredTerms(spec)) return undefined;
    const only = namedNodes(spec);
    if (only?.size === 0) return { refusal: final('NodeAffinity', 'pod affinity terms conflict') };
    return { check: ({ node }) => (matchesNode(spec, node) ? undefined : unselected), ...(only ? { only } : {}) };
  },
};

export const nodePorts: FilterPlugin = {
  name: 'NodePorts',
  prepare({ pod }) {
    const ports = hostPortsOf(pod);
    if (ports.length === 0) return undefined;
    return { check: (info) => (ports.some((port) => info.clash(port)) ? clash : undefined) };
  },
};
