import type { KubeObject } from '../../meta.ts';
import type { ClusterState } from '../cluster-state.ts';
import { matchesTerm, type NodeSelectorTerm } from '../node-affinity.ts';
import type { NodeInfo } from '../node-info.ts';
import type { ObjectSource } from '../source.ts';
import { type Taint, type Toleration, tolerates } from '../taints.ts';
import { imageLocality } from './image-locality.ts';
import { neighbourScore } from './neighbours.ts';
import { balancedAllocation, leastAllocated } from './resources.ts';
import { spreadScore } from './spread.ts';

interface Asked {
  pod: KubeObject;
  fitting: readonly NodeInfo[];
  state: ClusterState;
  source: ObjectSource;
}

interface Scorer {
  plugin: string;
  weight: number;
  /** 0 to 100 for each fitting node, in their order; undefined where the plugin has nothing to say. */
  scores(asked: Asked): readonly number[] | undefined;
}

/** Shares of the highest; turned round where less is better (plugins/helper/normalize_score.go). */
function normalized(raw: readonly number[], isReverse = false): number[] {
  const most = Math.max(...raw);
  if (most === 0) return raw.map(() => (isReverse ? 100 : 0));
  return raw.map((score) => {
    const share = Math.floor((100 * score) / most);
    return isReverse ? 100 - share : share;
  });
}

/** Weights and order of the default profile of 1.36. */
const scorers: readonly Scorer[] = [
  {
    plugin: 'TaintToleration',
    weight: 3,
    scores({ pod, fitting }) {
      const tolerations = ((pod['spec'].tolerations ?? []) as Toleration[]).filter(
        ({ effect }) => !effect || effect === 'PreferNoSchedule',
      );
      const disliked = (taints: readonly Taint[] = []): number =>
        taints.filter(
          (taint) => taint.effect === 'PreferNoSchedule' && !tolerations.some((one) => tolerates(one, taint)),
        ).length;
      return normalized(
        fitting.map(({ node }) => disliked(node['spec']?.taints)),
        true,
      );
    },
  },
  {
    plugin: 'NodeAffinity',
    weight: 2,
    scores({ pod, fitting }) {
      const preferred: { weight: number; preference: NodeSelectorTerm }[] | undefined =
        pod['spec'].affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
      if (!preferred?.length) return undefined;
      return normalized(
        fitting.map(({ node }) =>
          preferred.reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0), 0),
        ),
      );
    },
  },
  { plugin: 'NodeResourcesFit', weight: 1, scores: ({ pod, fitting }) => fitting.map(leastAllocated(pod)) },
  {
    plugin: 'PodTopologySpread',
    weight: 2,
    scores({ pod, fitting, state, source }) {
      const score = spreadScore(pod, fitting, state, source);
      if (!score) return undefined;
      const raw = fitting.map((info) => score.of(info));
      const known = raw.filter((one) => one !== undefined);
      const least = Math.min(...known);
      const most = Math.max(0, ...known);
      return raw.map((one) => {
        if (one === undefined) return 0;
        return most === 0 ? 100 : Math.floor((100 * (most + least - one)) / most);
      });
    },
  },
  {
    plugin: 'InterPodAffinity',
    weight: 2,
    scores({ pod, fitting, state, source }) {
      const score = neighbourScore(pod, state, source);
      if (!score) return undefined;
      const raw = fitting.map(score);
      const least = Math.min(...raw);
      const range = Math.max(...raw) - least;
      return raw.map((one) => (range > 0 ? Math.trunc((100 * (one - least)) / range) : 0));
    },
  },
  {
    plugin: 'NodeResourcesBalancedAllocation',
    weight: 1,
    scores({ pod, fitting }) {
      const score = balancedAllocation(pod);
      return score && fitting.map(score);
    },
  },
  {
    plugin: 'ImageLocality',
    weight: 1,
    scores({ pod, fitting, state }) {
      const score = imageLocality(pod, state);
      return score && fitting.map(score);
    },
  },
];

/** What a node got, and from whom: each 0 to 100 times its weight. */
export interface NodeScore {
  info: NodeInfo;
  total: number;
  parts: readonly { plugin: string; weight: number; score: number }[];
}

/** Scores of nodes that fit, in their order. */
export function scoreNodes(asked: Asked): NodeScore[] {
  const found = scorers.map((scorer) => ({ ...scorer, scores: scorer.scores(asked) }));
  return asked.fitting.map((info, at) => {
    const parts = found.flatMap(({ plugin, weight, scores }) =>
      scores ? [{ plugin, weight, score: scores[at]! }] : [],
    );
    return { info, parts, total: parts.reduce((sum, { weight, score }) => sum + weight * score, 0) };
  });
}

/** The best of the nodes; among equals, chance. */
export function chooseNode(asked: Asked, random: () => number): NodeInfo {
  if (asked.fitting.length === 1) return asked.fitting[0]!;
  const totals = asked.fitting.map(() => 0);
  for (const { weight, scores } of scorers)
    for (const [at, score] of scores(asked)?.entries() ?? []) totals[at]! += weight * score;
  const best = Math.max(...totals);
  const equals = asked.fitting.filter((_, at) => totals[at] === best);
  return equals[Math.floor(random() * equals.length)]!;
}
