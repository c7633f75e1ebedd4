import type { KubeObject } from '../../api/meta.ts';

export interface Names {
  plural: string;
  singular?: string;
  kind: string;
  listKind?: string;
  shortNames?: string[];
  categories?: string[];
}

/** The names of a definition with those that it leaves to the server. */
export function completeNames(definition: KubeObject): Names & { singular: string; listKind: string } {
  const names = definition.spec.names as Names;
  return {
    ...names,
    singular: names.singular || names.kind.toLowerCase(),
    listKind: names.listKind || `${names.kind}List`,
  };
}

/** A name that another definition of the group has already. */
export interface NameConflict {
  reason: string;
  message: string;
}

/**
 * The first name of `definition` that `others` of its group, which were there before, already have.
 * Names of resources (plural, singular, short) are one set, names of kinds another
 * (apiextensions-apiserver, pkg/controller/status).
 */
export function nameConflict(definition: KubeObject, others: readonly KubeObject[]): NameConflict | undefined {
  const taken = others.map(completeNames);
  const resources = new Set(
    taken.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...(shortNames ?? [])]),
  );
  const kinds = new Set(taken.flatMap(({ kind, listKind }) => [kind, listKind]));
  const { plural, singular, shortNames = [], kind, listKind } = completeNames(definition);
  const claims: [string, string, ReadonlySet<string>][] = [
    ['PluralConflict', plural, resources],
    ['SingularConflict', singular, resources],
    ...shortNames.map((name): [string, string, ReadonlySet<string>] => ['ShortNamesConflict', name, resources]),
    ['KindConflict', kind, kinds],
    ['ListKindConflict', listKind, kinds],
  ];
  const conflict = claims.find(([, name, set]) => set.has(name));
  return conflict && { reason: conflict[0], message: `${JSON.stringify(conflict[1])} is already in use` };
}

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const STAGES = ['alpha', 'beta', undefined];

/**
 * The order in which versions are preferred: stable before beta before alpha, newer before older, and
 * what is named otherwise last (Kubernetes version priority, apimachinery pkg/version).
 */
export function compareVersionNames(a: string, b: string): number {
  const [left, right] = [VERSION.exec(a), VERSION.exec(b)];
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : Number(a > b);
  return (
    STAGES.indexOf(right[2]) - STAGES.indexOf(left[2]) ||
    Number(right[1]) - Number(left[1]) ||
    Number(right[3] ?? 0) - Number(left[3] ?? 0)
  );
}
