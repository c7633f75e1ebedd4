import type { NodeSelectorTerm } from './affinity.ts';
import { matchesTerm, untolerated } from './affinity.ts';
import type { Wish } from './filters.ts';
import { type NodeInfo, ownerUid } from './node-cache.ts';

/** A container without requests is counted with these when nodes are compared (kubernetes GetNonzeroRequests). */
const UNSPECIFIED: Readonly<Record<string, number>> = { cpu: 100, memory: 200 * 1024 * 1024 };

function freeShare(resource: string, wish: Wish, info: NodeInfo): number {
  const total = info.allocatable[resource] ?? 0;
  if (total === 0) return 0;
  const used = (info.requested[resource] ?? 0) + (wish.requests[resource] ?? UNSPECIFIED[resource]!);
  return Math.max(1 - used / total, 0);
}

/** Each gives 0 to 100; weights as in the default profile. */
const scorers: readonly { weight: number; score: (wish: Wish, info: NodeInfo) => number }[] = [
  { weight: 1, score: (wish, info) => 50 * (freeShare('cpu', wish, info) + freeShare('memory', wish, info)) },
  {
    weight: 1,
    score: (wish, info) => 100 - 50 * Math.abs(freeShare('cpu', wish, info) - freeShare('memory', wish, info)),
  },
  // The fewer pods of the same controller, the better.
  { weight: 2, score: ({ pod }, info) => 100 / (1 + info.ofOwner(ownerUid(pod))) },
  {
    weight: 3,
    score: ({ pod }, { node }) =>
      untolerated(node['spec']?.taints, pod['spec'].tolerations, ['PreferNoSchedule']) ? 0 : 100,
  },
  {
    weight: 2,
    score: ({ pod }, { node }) => {
      const preferred: { weight: number; preference: NodeSelectorTerm }[] =
        pod['spec'].affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
      const total = preferred.reduce((sum, { weight }) => sum + weight, 0);
      const met = preferred.reduce(
        (sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0),
        0,
      );
      return total > 0 ? (100 * met) / total : 0;
    },
  },
];

/** Of affinity to other pods and of even spreading. */
const RELATIONS_WEIGHT = 2;

/** The best of the nodes; among equals, chance. */
export function chooseNode(wish: Wish, nodes: readonly NodeInfo[], random: () => number): NodeInfo {
  const preferences = wish.relations?.preferences(nodes);
  let best: NodeInfo[] = [];
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const info of nodes) {
    const own = scorers.reduce((sum, { weight, score: of }) => sum + weight * of(wish, info), 0);
    const score = Math.round(own + RELATIONS_WEIGHT * (preferences?.get(info) ?? 0));
    if (score > bestScore) {
      best = [info];
      bestScore = score;
    } else if (score === bestScore) best.push(info);
  }
  return best[Math.floor(random() * best.length)]!;
}
