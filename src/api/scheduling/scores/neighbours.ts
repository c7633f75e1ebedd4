import type { KubeObject } from '../../meta.ts';
import type { ClusterState } from '../cluster-state.ts';
import { neighboursOf, selfOf } from '../filters/inter-pod-affinity.ts';
import { labelOf } from '../filters/topology-spread.ts';
import type { NodeInfo } from '../node-info.ts';
import { termsOf } from '../pod-terms.ts';
import type { ObjectSource } from '../source.ts';

/** What a placed pod that must be near such a pod adds for it (InterPodAffinityArgs.hardPodAffinityWeight). */
const REQUIRED_WEIGHT = 1;

/**
 * What speaks for each node because of who is there: what the pod prefers, and what they prefer about it (kubernetes
 * plugin InterPodAffinity). Undefined where nobody has a preference.
 */
export function neighbourScore(
  pod: KubeObject,
  state: ClusterState,
  source: ObjectSource,
): ((info: NodeInfo) => number) | undefined {
  const self = selfOf(pod);
  const own = termsOf(pod);
  const byKey = new Map<string, Map<string, number>>();
  const credit = (key: string, domain: string | undefined, amount: number): void => {
    if (domain === undefined) return;
    const domains = byKey.get(key) ?? new Map<string, number>();
    byKey.set(key, domains);
    domains.set(domain, (domains.get(domain) ?? 0) + amount);
  };
  for (const [terms, sign] of [
    [own?.prefer ?? [], 1],
    [own?.avoid ?? [], -1],
  ] as const)
    for (const { weight, podAffinityTerm } of terms)
      for (const [domain, count] of neighboursOf(podAffinityTerm, self, state, source).counts)
        credit(podAffinityTerm.topologyKey, domain, sign * weight * count);
  for (const [kind, sign] of [
    ['attract', REQUIRED_WEIGHT],
    ['prefer', 1],
    ['avoid', -1],
  ] as const)
    for (const { matcher, weight, byNode } of state.terms.of(kind)) {
      if (!matcher.selector.matches(self.labels) || !matcher.inNamespace(self.namespace, source)) continue;
      for (const [info, count] of byNode)
        credit(matcher.topologyKey, labelOf(info, matcher.topologyKey), sign * weight * count);
    }
  if (byKey.size === 0) return undefined;
  return (info) => {
    let sum = 0;
    for (const [key, domains] of byKey) sum += domains.get(labelOf(info, key) ?? '') ?? 0;
    return sum;
  };
}
