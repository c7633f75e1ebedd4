import type { KubeObject } from '../meta.ts';
import type { ClusterState } from './cluster-state.ts';
import { diagnose, type Nominated } from './diagnosis.ts';
import { explain } from './explain.ts';
import { rejectionsOf } from './filters/index.ts';
import type { NodeInfo } from './node-info.ts';
import type { Rejection } from './rejection.ts';
import { scoreNodes } from './scores/index.ts';
import type { ObjectSource } from './source.ts';
import { FORBIDDING, type Taint, untolerated } from './taints.ts';

/** What comes of one node for a pod. */
export interface NodeVerdict {
  node: string;
  fits: boolean;
  /** One or two words: `fits`, `no room`, `tainted`. */
  verdict: string;
  /** Everything that is in the way, the first is what the scheduler names. */
  details: readonly string[];
  /** The scheduler's own words. */
  reasons: readonly string[];
  plugins: readonly string[];
  /** Where it fits: what the scheduler's plugins give it together. */
  score?: number;
  scores?: Readonly<Record<string, number>>;
}

export interface PodVerdicts {
  /** What the scheduler would say now; undefined where a node fits. */
  message?: string;
  /** Why no node is asked at all. */
  refusal?: string;
  /** Pods that would be made to go for it, and where. */
  preemption?: { node: string; victims: readonly string[] };
  /** Those that fit by score, then those that lack least. */
  nodes: readonly NodeVerdict[];
}

/** The verdict of every node. The pod itself is to be left out of what is placed. */
export function verdictsFor(
  pod: KubeObject,
  state: ClusterState,
  source: ObjectSource,
  nominated: Nominated = () => [],
): PodVerdicts {
  const { plan, fitting, message, preemption } = diagnose(pod, state, source, () => 0, { all: true, nominated });
  if (plan.refusal) return { message: message!, refusal: plan.refusal.reasons.join(', '), nodes: [] };
  const scored = scoreNodes({ pod, fitting, state, source })
    .map(({ info, total, parts }): NodeVerdict => {
      const scores = Object.fromEntries(parts.map(({ plugin, weight, score }) => [plugin, weight * score]));
      return {
        node: info.name,
        fits: true,
        verdict: 'fits',
        details: [],
        reasons: [],
        plugins: [],
        score: total,
        scores,
      };
    })
    .sort((a, b) => b.score! - a.score! || (a.node < b.node ? -1 : 1));
  const isFitting = new Set(fitting);
  const refused = state
    .nodes()
    .filter((info) => !isFitting.has(info))
    .map((info) => {
      const rejections = withoutEcho(rejectionsOf(plan, info), pod, info);
      const told = rejections.map(({ plugin, resolvable }) =>
        explain(plugin, resolvable, { pod, info, state, source }),
      );
      // It would fit, were it not for those who are to come.
      if (told.length === 0) {
        const names = nominated(info.name).map((one) => `${one.namespace}/${one.pod.metadata.name}`);
        told.push({ verdict: 'kept', detail: `is kept for ${names.join(', ')}` });
      }
      const verdict: NodeVerdict = {
        node: info.name,
        fits: false,
        verdict: told[0]?.verdict ?? 'no',
        details: told.map(({ detail }) => detail),
        reasons: rejections.flatMap(({ reasons }) => reasons),
        plugins: rejections.map(({ plugin }) => plugin),
      };
      // The fewer things are in the way, and the more of them would go with other pods, the nearer.
      const distance = rejections.reduce((sum, { resolvable }) => sum + (resolvable ? 1 : 2), 0);
      return { verdict, distance };
    })
    .sort((a, b) => a.distance - b.distance || (a.verdict.node < b.verdict.node ? -1 : 1));
  return {
    ...(message === undefined ? {} : { message }),
    ...(preemption
      ? {
          preemption: {
            node: preemption.node,
            victims: preemption.victims.map((one) => `${one.namespace}/${one.pod.metadata.name}`),
          },
        }
      : {}),
    nodes: [...scored, ...refused.map(({ verdict }) => verdict)],
  };
}

const CORDON = 'node.kubernetes.io/unschedulable';

/** A cordoned node also carries a taint that says so: once is enough. */
function withoutEcho(rejections: readonly Rejection[], pod: KubeObject, { node }: NodeInfo): readonly Rejection[] {
  if (!rejections.some(({ plugin }) => plugin === 'NodeUnschedulable')) return rejections;
  const others = ((node['spec']?.taints ?? []) as Taint[]).filter(({ key }) => key !== CORDON);
  if (untolerated(others, pod['spec'].tolerations, FORBIDDING)) return rejections;
  return rejections.filter(({ plugin }) => plugin !== 'TaintToleration');
}
