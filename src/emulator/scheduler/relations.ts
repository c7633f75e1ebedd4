import type { KubeObject } from '../../api/meta.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import { matchesNode } from './affinity.ts';
import type { Rejection } from './rejection.ts';

type Labels = Record<string, string>;
type Match = (pod: PlacedPod) => boolean;

/** What others may look at in a placed pod. */
export interface PlacedPod {
  namespace: string;
  labels: Record<string, string>;
  aversions: readonly Aversion[];
}

/** A node with its pods. */
interface Place {
  node: KubeObject;
  placed(): Iterable<PlacedPod>;
  /** Those of them with aversions. */
  averse(): Iterable<PlacedPod>;
}

/** A pod (anti-)affinity term as written. */
interface Term {
  topologyKey: string;
  labelSelector?: Parameters<typeof selectorOf>[0];
  namespaces?: string[];
  namespaceSelector?: Parameters<typeof selectorOf>[0];
}

/** What an existing pod does not want beside it. */
interface Aversion {
  topologyKey: string;
  repels: Match;
}

interface Constraint {
  topologyKey: string;
  maxSkew: number;
  minDomains?: number;
  whenUnsatisfiable: string;
  labelSelector?: Parameters<typeof selectorOf>[0];
  matchLabelKeys?: string[];
}

const domainOf = (info: Place, key: string): string | undefined => info.node.metadata.labels?.[key];

function matcher(term: Term, namespace: string, labelsOf: (namespace: string) => Labels): Match {
  const selector = term.labelSelector ? selectorOf(term.labelSelector) : undefined;
  const namespaces = new Set(term.namespaces?.length || term.namespaceSelector ? term.namespaces : [namespace]);
  const chosen = term.namespaceSelector && selectorOf(term.namespaceSelector);
  return (pod) =>
    selector !== undefined &&
    (namespaces.has(pod.namespace) || chosen?.matches(labelsOf(pod.namespace)) === true) &&
    selector.matches(pod.labels);
}

/** The required anti-affinity of a placed pod, ready to be asked about newcomers. */
export function aversionsOf(pod: KubeObject, labelsOf: (namespace: string) => Labels): Aversion[] {
  const terms: Term[] = pod['spec'].affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.map((term) => ({
    topologyKey: term.topologyKey,
    repels: matcher(term, pod.metadata.namespace!, labelsOf),
  }));
}

/** How many placed pods match, by the value of a node label. */
function countByDomain(nodes: Iterable<Place>, key: string, match: Match): Map<string, number> {
  const counts = new Map<string, number>();
  for (const info of nodes) {
    const domain = domainOf(info, key);
    if (domain === undefined) continue;
    let count = counts.get(domain) ?? 0;
    for (const placed of info.placed()) if (match(placed)) count++;
    counts.set(domain, count);
  }
  return counts;
}

type Check = (info: Place) => Rejection | undefined;

const spreadRejection = { reasons: ["node(s) didn't match pod topology spread constraints"], resolvable: true };
const unlabelled = {
  reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"],
  resolvable: false,
};
const lonely = { reasons: ["node(s) didn't match pod affinity rules"], resolvable: false };
const crowded = { reasons: ["node(s) didn't match pod anti-affinity rules"], resolvable: true };
const unwelcome = { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], resolvable: true };

/**
 * A pod's relations to the pods that are placed: counted once per pod, asked of every node
 * (kubernetes plugins PodTopologySpread and InterPodAffinity).
 */
export class Relations {
  readonly #checks: Check[] = [];
  readonly #scores: ((info: Place) => number)[] = [];

  constructor(pod: KubeObject, nodes: readonly Place[], labelsOf: (namespace: string) => Labels) {
    const self: PlacedPod = { namespace: pod.metadata.namespace!, labels: pod.metadata.labels ?? {}, aversions: [] };
    for (const constraint of (pod['spec'].topologySpreadConstraints ?? []) as Constraint[]) {
      this.#addSpread(pod, self, constraint, nodes);
    }
    const { podAffinity, podAntiAffinity } = pod['spec'].affinity ?? {};
    const match = (term: Term) => matcher(term, self.namespace, labelsOf);
    this.#addAffinity(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [], match, self, nodes);
    for (const term of (podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) as Term[]) {
      const counts = countByDomain(nodes, term.topologyKey, match(term));
      this.#checks.push((info) =>
        (counts.get(domainOf(info, term.topologyKey) ?? '') ?? 0) > 0 ? crowded : undefined,
      );
    }
    this.#addAversions(self, nodes);
    for (const [affinity, sign] of [
      [podAffinity, 1],
      [podAntiAffinity, -1],
    ] as const) {
      for (const { weight, podAffinityTerm: term } of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
        const counts = countByDomain(nodes, term.topologyKey, match(term));
        this.#scores.push((info) => sign * weight * (counts.get(domainOf(info, term.topologyKey) ?? '') ?? 0));
      }
    }
  }

  check(info: Place): Rejection | undefined {
    for (const check of this.#checks) {
      const rejection = check(info);
      if (rejection) return rejection;
    }
    return undefined;
  }

  /** 0 to 100 for each node, the best gets 100; undefined where the pod has no preferences. */
  preferences(nodes: readonly Place[]): Map<Place, number> | undefined {
    if (this.#scores.length === 0) return undefined;
    const raw = nodes.map((info) => this.#scores.reduce((sum, score) => sum + score(info), 0));
    const least = Math.min(...raw);
    const range = Math.max(...raw) - least;
    return new Map(nodes.map((info, at) => [info, range === 0 ? 0 : (100 * (raw[at]! - least)) / range]));
  }

  #addSpread(pod: KubeObject, self: PlacedPod, constraint: Constraint, nodes: readonly Place[]): void {
    const { topologyKey, maxSkew, minDomains } = constraint;
    const selector = selectorOf(constraint.labelSelector ?? {});
    const keys = constraint.matchLabelKeys ?? [];
    const match: Match = ({ namespace, labels }) =>
      namespace === self.namespace &&
      constraint.labelSelector !== undefined &&
      selector.matches(labels) &&
      keys.every((key) => labels[key] === self.labels[key]);
    const eligible = nodes.filter(({ node }) => matchesNode(pod['spec'], node));
    const counts = countByDomain(eligible, topologyKey, match);
    if (constraint.whenUnsatisfiable === 'ScheduleAnyway') {
      this.#scores.push((info) => -(counts.get(domainOf(info, topologyKey) ?? '') ?? 0));
      return;
    }
    const fewest = counts.size < (minDomains ?? 1) ? 0 : Math.min(...counts.values());
    const own = match(self) ? 1 : 0;
    this.#checks.push((info) => {
      const domain = domainOf(info, topologyKey);
      if (domain === undefined) return unlabelled;
      return (counts.get(domain) ?? 0) + own - fewest > maxSkew ? spreadRejection : undefined;
    });
  }

  #addAffinity(terms: Term[], match: (term: Term) => Match, self: PlacedPod, nodes: readonly Place[]): void {
    if (terms.length === 0) return;
    const counted = terms.map((term) => ({
      key: term.topologyKey,
      counts: countByDomain(nodes, term.topologyKey, match(term)),
    }));
    // The first of a group that wants to be together has nobody to join.
    const isFirst =
      terms.every((term) => match(term)(self)) &&
      counted.every(({ counts }) => counts.values().every((count) => count === 0));
    this.#checks.push((info) => {
      const isMet = counted.every(({ key, counts }) => {
        const domain = domainOf(info, key);
        return domain !== undefined && (isFirst || (counts.get(domain) ?? 0) > 0);
      });
      return isMet ? undefined : lonely;
    });
  }

  #addAversions(self: PlacedPod, nodes: readonly Place[]): void {
    const closed = new Set<string>();
    for (const info of nodes) {
      for (const { aversions } of info.averse()) {
        for (const { topologyKey, repels } of aversions) {
          const domain = domainOf(info, topologyKey);
          if (domain !== undefined && repels(self)) closed.add(`${topologyKey}=${domain}`);
        }
      }
    }
    if (closed.size === 0) return;
    const keys = new Set([...closed].map((place) => place.slice(0, place.indexOf('='))));
    this.#checks.push((info) =>
      [...keys].some((key) => closed.has(`${key}=${domainOf(info, key)}`)) ? unwelcome : undefined,
    );
  }
}
