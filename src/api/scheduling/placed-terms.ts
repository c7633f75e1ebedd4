import type { KubeObject } from '../meta.ts';
import type { NodeInfo } from './node-info.ts';
import { type PodTerm, type SharedTerm, type TermKind, termMatcher, termsOf } from './pod-terms.ts';

interface PlacedTerm extends SharedTerm {
  /** How many of those who say so are on each node. */
  byNode: Map<NodeInfo, number>;
}

/** The wishes of all placed pods about their neighbours. */
export class PlacedTerms {
  readonly #known: Readonly<Record<TermKind, Map<string, PlacedTerm>>> = {
    attract: new Map(),
    repel: new Map(),
    prefer: new Map(),
    avoid: new Map(),
  };

  of(kind: TermKind): MapIterator<PlacedTerm> {
    return this.#known[kind].values();
  }

  add(pod: KubeObject, info: NodeInfo): readonly SharedTerm[] {
    const terms = termsOf(pod);
    if (!terms) return [];
    const found: PlacedTerm[] = [];
    const note = (kind: TermKind, term: PodTerm, weight = 1): void => {
      const matcher = termMatcher(term, pod.metadata.namespace!, pod.metadata.labels ?? {});
      const id = `${weight} ${matcher.id}`;
      let known = this.#known[kind].get(id);
      if (!known) {
        known = { kind, weight, matcher, byNode: new Map() };
        this.#known[kind].set(id, known);
      }
      known.byNode.set(info, (known.byNode.get(info) ?? 0) + 1);
      found.push(known);
    };
    for (const term of terms.attract) note('attract', term);
    for (const term of terms.repel) note('repel', term);
    for (const { weight, podAffinityTerm } of terms.prefer) note('prefer', podAffinityTerm, weight);
    for (const { weight, podAffinityTerm } of terms.avoid) note('avoid', podAffinityTerm, weight);
    return found;
  }

  remove(terms: readonly SharedTerm[], info: NodeInfo): void {
    for (const { kind, weight, matcher } of terms) {
      const id = `${weight} ${matcher.id}`;
      const byNode = this.#known[kind].get(id)?.byNode;
      if (!byNode) continue;
      const left = (byNode.get(info) ?? 0) - 1;
      if (left > 0) byNode.set(info, left);
      else byNode.delete(info);
      if (byNode.size === 0) this.#known[kind].delete(id);
    }
  }
}
