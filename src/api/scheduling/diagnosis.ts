import type { KubeObject } from '../meta.ts';
import type { ClusterState } from './cluster-state.ts';
import { filterNode, type Plan, planFor } from './filters/index.ts';
import { type PreemptionOutcome, refusedMessage, unschedulableMessage } from './message.ts';
import { type Delta, type NodeInfo, type PlacedPod, priorityOf } from './node-info.ts';
import { type Candidate, findVictims, ineligible } from './preemption.ts';
import type { Rejection } from './rejection.ts';
import type { ObjectSource } from './source.ts';

/** What the scheduler makes of a pod. */
export interface Diagnosis {
  plan: Plan;
  fitting: readonly NodeInfo[];
  /** By node, for those that were asked. */
  rejections: ReadonlyMap<string, Rejection>;
  /** Where nothing fits: what the scheduler says. */
  message?: string;
  /** Where others may be made to go. */
  preemption?: Candidate;
  /** The pod is told to give up the node that was kept for it. */
  losesNomination?: boolean;
}

/** Pods that a node is kept for, by its name. */
export type Nominated = (node: string) => readonly PlacedPod[];

/** Nobody's node is looked at further once so many fit (pkg/scheduler/schedule_one.go, numFeasibleNodesToFind). */
export function enoughOf(nodes: number): number {
  if (nodes < 100) return nodes;
  const percentage = Math.max(50 - Math.trunc(nodes / 125), 5);
  return Math.max(Math.trunc((nodes * percentage) / 100), 100);
}

/**
 * Does the pod fit, also beside those for whom the node is kept and who are as important?
 * @param delta how the pods of `info` differ from what the cluster state says
 */
function judgeNode(plan: Plan, info: NodeInfo, nominated?: Nominated, delta?: Delta): Rejection | undefined {
  const { uid } = plan.pod.metadata;
  const added = (nominated?.(info.name) ?? []).filter(
    (placed) => placed.priority >= priorityOf(plan.pod) && placed.pod.metadata.uid !== uid,
  );
  if (added.length > 0) {
    const rejection = filterNode(plan, info.with({ added }), { ...delta, added });
    if (rejection) return rejection;
  }
  return filterNode(plan, info, delta);
}

export interface DiagnoseOptions {
  nominated?: Nominated;
  /** Which of the nodes is asked first. */
  start?: number;
  /** Ask every node, however many fit. */
  all?: boolean;
}

/** Which nodes take the pod, and where none does: why, and who would have to go. Changes nothing. */
export function diagnose(
  pod: KubeObject,
  state: ClusterState,
  source: ObjectSource,
  random: () => number,
  { nominated, start = 0, all = false }: DiagnoseOptions = {},
): Diagnosis {
  const plan = planFor(pod, state, source);
  const nodes = state.nodes();
  const rejections = new Map<string, Rejection>();
  if (plan.refusal || nodes.length === 0) {
    const message = refusedMessage(nodes.length, plan.refusal ?? { plugin: '', reasons: [], resolvable: false });
    return { plan, fitting: [], rejections, message, losesNomination: nodes.length === 0 };
  }
  const kept = pod['status']?.nominatedNodeName && state.node(pod['status'].nominatedNodeName);
  if (kept && !all && !judgeNode(plan, kept, nominated)) return { plan, fitting: [kept], rejections };
  const enough = all ? nodes.length : enoughOf(nodes.length);
  const fitting: NodeInfo[] = [];
  for (let at = 0; at < nodes.length && fitting.length < enough; at++) {
    const info = nodes[(start + at) % nodes.length]!;
    const rejection = judgeNode(plan, info, nominated);
    if (rejection) rejections.set(info.name, rejection);
    else fitting.push(info);
  }
  if (fitting.length > 0) return { plan, fitting, rejections };
  return { plan, fitting, rejections, ...preempt(plan, state, source, random, rejections, nominated) };
}

function preempt(
  plan: Plan,
  state: ClusterState,
  source: ObjectSource,
  random: () => number,
  rejections: ReadonlyMap<string, Rejection>,
  kept: Nominated | undefined,
): Pick<Diagnosis, 'message' | 'preemption' | 'losesNomination'> {
  const { pod } = plan;
  const nominated: string | undefined = pod['status']?.nominatedNodeName;
  const reason = ineligible(pod, nominated ? state.node(nominated) : undefined, rejections.get(nominated ?? ''));
  if (reason) return { message: unschedulableMessage(rejections, { kind: 'ineligible', message: reason }) };
  const resolvable = state.nodes().filter(({ name }) => rejections.get(name)?.resolvable);
  const found = findVictims(plan, resolvable, source, random, (info, delta) => judgeNode(plan, info, kept, delta));
  if ('kind' in found)
    return { message: unschedulableMessage(rejections, found satisfies PreemptionOutcome), losesNomination: true };
  return { message: unschedulableMessage(rejections, { kind: 'found' }), preemption: found };
}
