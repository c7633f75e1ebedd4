import type { KubeObject } from '../../meta.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Delta, NodeInfo } from '../node-info.ts';
import type { Check, FilterPlugin } from '../plan.ts';
import type { Rejection } from '../rejection.ts';
import type { ObjectSource } from '../source.ts';
import { nodeAffinity, nodeName, nodePorts, nodeUnschedulable, taintToleration } from './basic.ts';
import { dynamicResources } from './devices.ts';
import { nodeDeclaredFeatures } from './features.ts';
import { interPodAffinity } from './inter-pod-affinity.ts';
import { nodeResourcesFit } from './resources.ts';
import { podTopologySpread } from './topology-spread.ts';
import { nodeVolumeLimits } from './volume-limits.ts';
import { volumeBinding, volumeRestrictions, volumeZone } from './volumes.ts';

/** In the order of the default profile of 1.36 (pkg/scheduler/apis/config/v1/default_plugins.go). */
const plugins: readonly FilterPlugin[] = [
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResourcesFit,
  volumeRestrictions,
  nodeVolumeLimits,
  volumeBinding,
  volumeZone,
  podTopologySpread,
  interPodAffinity,
  dynamicResources,
  nodeDeclaredFeatures,
];

/** What is computed once per pod and asked of every node. */
export interface Plan {
  pod: KubeObject;
  /** No node will do, and none need be asked. */
  refusal?: Rejection;
  /** Nodes that a plugin leaves, and which plugin that is. */
  only?: { plugin: string; nodes: ReadonlySet<string> };
  checks: readonly Check[];
}

export function planFor(pod: KubeObject, state: ClusterState, source: ObjectSource): Plan {
  const checks: Check[] = [];
  let only: Plan['only'];
  for (const plugin of plugins) {
    const prepared = plugin.prepare({ pod, state, source });
    if (prepared?.refusal) return { pod, refusal: prepared.refusal, checks: [] };
    if (prepared?.only) only = { plugin: plugin.name, nodes: prepared.only };
    if (prepared?.check) checks.push(prepared.check);
  }
  return { pod, checks, ...(only ? { only } : {}) };
}

/** The first plugin that says no speaks for the node. */
export function filterNode({ checks, only }: Plan, info: NodeInfo, delta?: Delta): Rejection | undefined {
  if (only && !only.nodes.has(info.name))
    return { plugin: only.plugin, reasons: [`node(s) didn't satisfy plugin(s) [${only.plugin}]`], resolvable: false };
  for (const check of checks) {
    const rejection = check(info, delta);
    if (rejection) return rejection;
  }
  return undefined;
}

/** What every plugin says that refuses the node: mending the first alone might not be enough. */
export function rejectionsOf({ checks }: Plan, info: NodeInfo): Rejection[] {
  return checks.flatMap((check) => check(info) ?? []);
}
