import { selectorOf } from '../../../lib/label-selector.ts';
import type { KubeObject } from '../../meta.ts';
import type { ClusterState } from '../cluster-state.ts';
import { type Delta, type NodeInfo, type PlacedPod, shift } from '../node-info.ts';
import type { FilterPlugin } from '../plan.ts';
import { type PodTerm, type TermMatcher, termMatcher, termsOf, withOwnLabels } from '../pod-terms.ts';
import type { Rejection } from '../rejection.ts';
import type { ObjectSource } from '../source.ts';
import { labelOf } from './topology-spread.ts';

const PLUGIN = 'InterPodAffinity';
const lonely: Rejection = { plugin: PLUGIN, reasons: ["node(s) didn't match pod affinity rules"], resolvable: false };
const crowded: Rejection = {
  plugin: PLUGIN,
  reasons: ["node(s) didn't match pod anti-affinity rules"],
  resolvable: true,
};
const unwelcome: Rejection = {
  plugin: PLUGIN,
  reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"],
  resolvable: true,
};

/** Placed pods that a term speaks of, by the value of its topology label. */
export class Neighbours {
  readonly matcher: TermMatcher;
  readonly counts = new Map<string, number>();
  readonly #source: ObjectSource;

  constructor(matcher: TermMatcher, state: ClusterState, source: ObjectSource) {
    this.matcher = matcher;
    this.#source = source;
    for (const namespace of matcher.namespaces(source)) {
      for (const [info, count] of state.tally(namespace, matcher.selector).all) {
        const domain = labelOf(info, matcher.topologyKey);
        if (domain !== undefined) this.counts.set(domain, (this.counts.get(domain) ?? 0) + count);
      }
    }
  }

  matches({ namespace, labels }: { namespace: string; labels: Readonly<Record<string, string>> }): boolean {
    return this.matcher.inNamespace(namespace, this.#source) && this.matcher.selector.matches(labels);
  }

  /** How many are in this node's domain; undefined where the node has no such label. */
  near(info: NodeInfo, delta?: Delta): number | undefined {
    const domain = labelOf(info, this.matcher.topologyKey);
    if (domain === undefined) return undefined;
    return (this.counts.get(domain) ?? 0) + shift(delta, (placed) => this.matches(placed));
  }
}

interface Self {
  namespace: string;
  labels: Readonly<Record<string, string>>;
}

export const selfOf = ({ metadata }: KubeObject): Self => ({
  namespace: metadata.namespace!,
  labels: metadata.labels ?? {},
});

/** Those who are there and do not want this pod near, by topology label and its value. */
function closedDomains(self: Self, state: ClusterState, source: ObjectSource): Map<string, Map<string, number>> {
  const closed = new Map<string, Map<string, number>>();
  for (const { matcher, byNode } of state.terms.of('repel')) {
    if (!matcher.inNamespace(self.namespace, source) || !matcher.selector.matches(self.labels)) continue;
    const { topologyKey } = matcher;
    const domains = closed.get(topologyKey) ?? new Map<string, number>();
    closed.set(topologyKey, domains);
    for (const [info, count] of byNode) {
      const domain = labelOf(info, topologyKey);
      if (domain !== undefined) domains.set(domain, (domains.get(domain) ?? 0) + count);
    }
  }
  return closed;
}

export const interPodAffinity: FilterPlugin = {
  name: PLUGIN,
  prepare({ pod, state, source }) {
    const self = selfOf(pod);
    const own = termsOf(pod);
    const closed = closedDomains(self, state, source);
    const attract = attractions(own?.attract ?? [], self, state, source);
    const repel = (own?.repel ?? []).map((term) => neighboursOf(term, self, state, source));
    if (attract.length + repel.length + closed.size === 0) return undefined;
    // The first of a group that wants to be together has nobody to join.
    const isFirst = attract.every(({ counts }) => counts.size === 0) && attract.every((term) => term.matches(self));
    const repels = (key: string) => (placed: PlacedPod) =>
      placed.terms.some(
        ({ kind, matcher }) =>
          kind === 'repel' &&
          matcher.topologyKey === key &&
          matcher.inNamespace(self.namespace, source) &&
          matcher.selector.matches(self.labels),
      );
    return {
      check(info, delta) {
        const near = attract.map((term) => term.near(info, delta));
        if (near.includes(undefined) || (!isFirst && near.includes(0))) return lonely;
        if (repel.some((term) => (term.near(info, delta) ?? 0) > 0)) return crowded;
        for (const [key, domains] of closed) {
          const domain = labelOf(info, key);
          if (domain !== undefined && (domains.get(domain) ?? 0) + shift(delta, repels(key)) > 0) return unwelcome;
        }
        return undefined;
      },
    };
  },
};

/** Required affinity counts the pods that match all the terms at once, term by term in its own topology. */
function attractions(terms: readonly PodTerm[], self: Self, state: ClusterState, source: ObjectSource): Neighbours[] {
  if (terms.length < 2) return terms.map((term) => neighboursOf(term, self, state, source));
  const matchers = terms.map((term) => termMatcher(term, self.namespace, self.labels));
  const everyone = terms.every(({ labelSelector }) => labelSelector);
  const selector = selectorOf(
    everyone ? { matchExpressions: terms.flatMap((term) => expressionsOf(term, self.labels)) } : undefined,
  );
  const inNamespace = (namespace: string): boolean =>
    matchers.every((matcher) => matcher.inNamespace(namespace, source));
  return matchers.map((matcher) => {
    const namespaces = () => matcher.namespaces(source).filter(inNamespace);
    return new Neighbours({ ...matcher, selector, inNamespace, namespaces }, state, source);
  });
}

function expressionsOf({ labelSelector, matchLabelKeys, mismatchLabelKeys }: PodTerm, labels: Self['labels']) {
  const { matchLabels = {}, matchExpressions = [] } =
    withOwnLabels(labelSelector, labels, matchLabelKeys, mismatchLabelKeys) ?? {};
  const plain = Object.entries(matchLabels).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
  return [...plain, ...matchExpressions];
}

export function neighboursOf(term: PodTerm, self: Self, state: ClusterState, source: ObjectSource): Neighbours {
  return new Neighbours(termMatcher(term, self.namespace, self.labels), state, source);
}
