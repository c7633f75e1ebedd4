import { type LabelSelectorObject, type Selector, selectorOf } from '../../lib/label-selector.ts';
import type { KubeObject } from '../meta.ts';
import { labelsOfNamespace, NAMESPACES, type ObjectSource } from './source.ts';

type Labels = Readonly<Record<string, string>>;

/** A pod (anti-)affinity term as written. */
export interface PodTerm {
  topologyKey: string;
  labelSelector?: LabelSelectorObject;
  namespaces?: string[];
  namespaceSelector?: LabelSelectorObject;
  matchLabelKeys?: string[];
  mismatchLabelKeys?: string[];
}

interface WeightedPodTerm {
  weight: number;
  podAffinityTerm: PodTerm;
}

/** The terms of a pod, by what they want of neighbours. */
export interface PodTerms {
  attract: readonly PodTerm[];
  repel: readonly PodTerm[];
  prefer: readonly WeightedPodTerm[];
  avoid: readonly WeightedPodTerm[];
}

export function termsOf(pod: KubeObject): PodTerms | undefined {
  const { podAffinity, podAntiAffinity } = pod['spec'].affinity ?? {};
  if (!podAffinity && !podAntiAffinity) return undefined;
  return {
    attract: podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [],
    repel: podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [],
    prefer: podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [],
    avoid: podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [],
  };
}

/**
 * A selector with the keys whose values a pod has itself. Servers write them into the selector when the pod is
 * created (pkg/registry/core/pod/strategy.go); asking twice changes nothing.
 */
export function withOwnLabels(
  selector: LabelSelectorObject | undefined,
  labels: Labels,
  same: readonly string[] = [],
  other: readonly string[] = [],
): LabelSelectorObject | undefined {
  if (!selector || (same.length === 0 && other.length === 0)) return selector;
  const wanted = (keys: readonly string[], operator: string) =>
    keys.filter((key) => key in labels).map((key) => ({ key, operator, values: [labels[key]!] }));
  return {
    ...selector,
    matchExpressions: [...(selector.matchExpressions ?? []), ...wanted(same, 'In'), ...wanted(other, 'NotIn')],
  };
}

/** A term, ready to be asked about pods. */
export interface TermMatcher {
  topologyKey: string;
  selector: Selector;
  /** Text that says the same where the selection is the same. */
  id: string;
  inNamespace(namespace: string, source: ObjectSource): boolean;
  /** The namespaces that it looks at now. */
  namespaces(source: ObjectSource): string[];
}

export function termMatcher(term: PodTerm, namespace: string, labels: Labels): TermMatcher {
  const chosen = withOwnLabels(term.labelSelector, labels, term.matchLabelKeys, term.mismatchLabelKeys);
  const listed = new Set(term.namespaces?.length || term.namespaceSelector ? term.namespaces : [namespace]);
  const byLabel = term.namespaceSelector && selectorOf(term.namespaceSelector);
  const inNamespace = (one: string, source: ObjectSource): boolean =>
    listed.has(one) || byLabel?.matches(labelsOfNamespace(source, one)) === true;
  return {
    topologyKey: term.topologyKey,
    selector: selectorOf(chosen),
    id: JSON.stringify([term.topologyKey, chosen, [...listed], term.namespaceSelector]),
    inNamespace,
    namespaces: (source) => [
      ...new Set([
        ...listed,
        ...(byLabel
          ? source
              .list(NAMESPACES)
              .filter(({ metadata }) => byLabel.matches(metadata.labels))
              .map(({ metadata }) => metadata.name!)
          : []),
      ]),
    ],
  };
}

export type TermKind = 'attract' | 'repel' | 'prefer' | 'avoid';

/** A wish about neighbours that placed pods share: replicas say the same, so few are asked about every newcomer. */
export interface SharedTerm {
  kind: TermKind;
  /** 1 for what is required. */
  weight: number;
  matcher: TermMatcher;
}
