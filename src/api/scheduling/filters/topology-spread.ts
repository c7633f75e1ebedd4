import { type LabelSelectorObject, type Selector, selectorOf } from '../../../lib/label-selector.ts';
import type { KubeObject } from '../../meta.ts';
import type { ClusterState } from '../cluster-state.ts';
import { matchesNode } from '../node-affinity.ts';
import { type Delta, type NodeInfo, shift } from '../node-info.ts';
import type { FilterPlugin } from '../plan.ts';
import { withOwnLabels } from '../pod-terms.ts';
import type { Rejection } from '../rejection.ts';
import { FORBIDDING, untolerated } from '../taints.ts';

export interface SpreadConstraint {
  topologyKey: string;
  maxSkew: number;
  minDomains?: number;
  whenUnsatisfiable: string;
  labelSelector?: LabelSelectorObject;
  matchLabelKeys?: string[];
  nodeAffinityPolicy?: string;
  nodeTaintsPolicy?: string;
}

const REASON = "node(s) didn't match pod topology spread constraints";
const PLUGIN = 'PodTopologySpread';
const skewed: Rejection = { plugin: PLUGIN, reasons: [REASON], resolvable: true };
const unlabelled: Rejection = { plugin: PLUGIN, reasons: [`${REASON} (missing required label)`], resolvable: false };

export const labelOf = ({ node }: NodeInfo, key: string): string | undefined => node.metadata.labels?.[key];

/** The pods that a constraint counts; an absent selector matches none. */
export const countedBy = (constraint: SpreadConstraint, pod: KubeObject): Selector =>
  selectorOf(withOwnLabels(constraint.labelSelector, pod.metadata.labels ?? {}, constraint.matchLabelKeys));

/** Are the pods on this node counted? Its affinity is honoured unless told otherwise, taints are not. */
export function includesNode(
  { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' }: SpreadConstraint,
  pod: KubeObject,
  node: KubeObject,
): boolean {
  if (nodeAffinityPolicy === 'Honor' && !matchesNode(pod['spec'], node)) return false;
  return nodeTaintsPolicy !== 'Honor' || !untolerated(node['spec']?.taints, pod['spec'].tolerations, FORBIDDING);
}

/** How the pods that a constraint counts are spread now. */
export class Spread {
  readonly constraint: SpreadConstraint;
  /** Matching pods by the value of the topology label, of every eligible value. */
  readonly domains = new Map<string, number>();
  readonly #selector: Selector;
  readonly #pod: KubeObject;
  readonly #self: number;
  /** The values with the fewest pods: the least, and the next after it. */
  #least: [domain: string, count: number] = ['', Number.POSITIVE_INFINITY];
  #next = Number.POSITIVE_INFINITY;

  constructor(constraint: SpreadConstraint, keys: readonly string[], pod: KubeObject, state: ClusterState) {
    this.constraint = constraint;
    this.#pod = pod;
    this.#selector = countedBy(constraint, pod);
    this.#self = this.#selector.matches(pod.metadata.labels) ? 1 : 0;
    // The scheduler counts none where the selector selects all.
    const isAll = this.#selector.requirements.length === 0;
    const counts = isAll ? undefined : state.tally(pod.metadata.namespace!, this.#selector).staying;
    for (const info of state.nodes()) {
      if (keys.some((key) => labelOf(info, key) === undefined) || !includesNode(constraint, pod, info.node)) continue;
      const domain = labelOf(info, constraint.topologyKey)!;
      this.domains.set(domain, (this.domains.get(domain) ?? 0) + (counts?.get(info) ?? 0));
    }
    for (const [domain, count] of this.domains) {
      if (count < this.#least[1]) {
        this.#next = this.#least[1];
        this.#least = [domain, count];
      } else this.#next = Math.min(this.#next, count);
    }
  }

  /** How far apart the domains would be with the pod on this node; undefined where the node has no such label. */
  skew(info: NodeInfo, delta?: Delta): number | undefined {
    const domain = labelOf(info, this.constraint.topologyKey);
    if (domain === undefined) return undefined;
    const before = this.domains.get(domain);
    const change =
      delta && includesNode(this.constraint, this.#pod, info.node)
        ? shift(
            delta,
            ({ namespace, labels, isDeleting }) =>
              namespace === this.#pod.metadata.namespace && !isDeleting && this.#selector.matches(labels),
          )
        : 0;
    const here = (before ?? 0) + change;
    return here + this.#self - this.fewest(domain, before === undefined ? undefined : here);
  }

  /** The fewest that any domain has, when the one named has `count`; 0 while there are too few domains. */
  fewest(domain?: string, count?: number): number {
    if (this.domains.size < (this.constraint.minDomains ?? 1)) return 0;
    if (domain === undefined || count === undefined) return this.#least[1];
    return Math.min(count, domain === this.#least[0] ? this.#next : this.#least[1]);
  }
}

export function spreadsOf(pod: KubeObject, state: ClusterState): Spread[] {
  const all: SpreadConstraint[] = pod['spec'].topologySpreadConstraints ?? [];
  const hard = all.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule');
  const keys = hard.map(({ topologyKey }) => topologyKey);
  return hard.map((constraint) => new Spread(constraint, keys, pod, state));
}

export const podTopologySpread: FilterPlugin = {
  name: PLUGIN,
  prepare({ pod, state }) {
    const spreads = spreadsOf(pod, state);
    if (spreads.length === 0) return undefined;
    return {
      check(info, delta) {
        for (const spread of spreads) {
          const skew = spread.skew(info, delta);
          if (skew === undefined) return unlabelled;
          if (skew > spread.constraint.maxSkew) return skewed;
        }
        return undefined;
      },
    };
  },
};
