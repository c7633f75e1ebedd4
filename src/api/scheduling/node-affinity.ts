import type { KubeObject } from '../meta.ts';

// biome-ignore lint/suspicious/noExplicitAny: a pod's spec as its API says it.
type Fields = Record<string, any>;

interface Requirement {
  key: string;
  operator: string;
  values?: string[];
}

export interface NodeSelectorTerm {
  matchExpressions?: Requirement[];
  matchFields?: Requirement[];
}

const isInteger = (text: string | undefined): text is string => text !== undefined && /^[+-]?\d+$/.test(text);

const tests: Readonly<Record<string, (value: string | undefined, values: readonly string[]) => boolean>> = {
  In: (value, values) => value !== undefined && values.includes(value),
  NotIn: (value, values) => value === undefined || !values.includes(value),
  Exists: (value) => value !== undefined,
  DoesNotExist: (value) => value === undefined,
  Gt: (value, [bound]) => isInteger(value) && isInteger(bound) && BigInt(value) > BigInt(bound),
  Lt: (value, [bound]) => isInteger(value) && isInteger(bound) && BigInt(value) < BigInt(bound),
};

const meets = (value: string | undefined, { operator, values = [] }: Requirement): boolean =>
  tests[operator]?.(value, values) ?? false;

/** One term: all its requirements hold; a term without any matches nothing. */
export function matchesTerm(term: NodeSelectorTerm, node: KubeObject): boolean {
  return (
    (term.matchExpressions?.length ?? 0) + (term.matchFields?.length ?? 0) > 0 &&
    unmetOf(term, node).next().done === true
  );
}

/** The requirements of a term that a node does not meet. */
export function* unmetOf({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: KubeObject) {
  for (const requirement of matchExpressions)
    if (!meets(node.metadata.labels?.[requirement.key], requirement)) yield requirement;
  for (const requirement of matchFields)
    if (!meets(requirement.key === 'metadata.name' ? node.metadata.name : undefined, requirement)) yield requirement;
}

/** Any one of the terms is enough. */
export const matchesTerms = (terms: readonly NodeSelectorTerm[], node: KubeObject): boolean =>
  terms.some((term) => matchesTerm(term, node));

export const requiredTerms = (spec: Fields): readonly NodeSelectorTerm[] | undefined =>
  spec['affinity']?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;

/** `nodeSelector` and the required node affinity of a pod spec. */
export function matchesNode(spec: Fields, node: KubeObject): boolean {
  const selector: Record<string, string> | undefined = spec['nodeSelector'];
  if (selector) for (const name in selector) if (node.metadata.labels?.[name] !== selector[name]) return false;
  const terms = requiredTerms(spec);
  return !terms || matchesTerms(terms, node);
}

/**
 * The nodes that a pod names by `metadata.name` in every term of its required affinity; undefined where a term names
 * none, so that any node may do (kubernetes plugin NodeAffinity, PreFilter).
 */
export function namedNodes(spec: Fields): Set<string> | undefined {
  const terms = requiredTerms(spec);
  if (!terms?.length) return undefined;
  const all = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const named = matchFields.filter(({ key, operator }) => key === 'metadata.name' && operator === 'In');
    if (named.length === 0) return undefined;
    const [first, ...rest] = named.map(({ values }) => values ?? []);
    for (const name of first!) if (rest.every((values) => values.includes(name))) all.add(name);
  }
  return all;
}
