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
function completeNames(definition: KubeObject): Names & { singular: string; listKind: string } {
  const names = definition.spec.names as Names;
  return {
    ...names,
    singular: names.singular || names.kind.toLowerCase(),
    listKind: names.listKind || `${names.kind}List`,
  };
}

/** Which of a definition's names are its own now, and the last one that another of its group has already. */
interface Naming {
  accepted: Names;
  conflict?: { reason: string; message: string };
}

const inUse = (name: string): string => `${JSON.stringify(name)} is already in use`;

/**
 * Gives a definition all names that nobody of its `group` (itself among them) has; a name that it may not
 * have is what it was before. Names of resources (plural, singular, short) are one set, names of kinds
 * another (apiextensions-apiserver, pkg/controller/status, naming_controller.go).
 */
export function acceptNames(definition: KubeObject, group: readonly KubeObject[]): Naming {
  const taken = group.map(acceptedNames);
  const resources = new Set(
    taken.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...(shortNames ?? [])]),
  );
  const kinds = new Set(taken.flatMap(({ kind, listKind }) => [kind, listKind]));
  const wanted = completeNames(definition);
  const accepted: Names = { ...acceptedNames(definition) };
  const conflicts: NonNullable<Naming['conflict']>[] = [];
  const claim = (field: 'plural' | 'singular' | 'kind' | 'listKind', reason: string, set: ReadonlySet<unknown>) => {
    const name = wanted[field];
    if (name !== (accepted[field] ?? '') && set.has(name)) conflicts.push({ reason, message: inUse(name) });
    else accepted[field] = name;
  };
  claim('plural', 'PluralConflict', resources);
  claim('singular', 'SingularConflict', resources);
  const { shortNames = [] } = wanted;
  const strange = shortNames.filter((name) => !accepted.shortNames?.includes(name) && resources.has(name)).map(inUse);
  if (strange.length > 0) {
    const message = strange.length === 1 ? strange[0]! : `[${strange.join(', ')}]`;
    conflicts.push({ reason: 'ShortNamesConflict', message });
  } else setOrDelete(accepted, 'shortNames', wanted.shortNames);
  claim('kind', 'KindConflict', kinds);
  claim('listKind', 'ListKindConflict', kinds);
  setOrDelete(accepted, 'categories', wanted.categories);
  const conflict = conflicts.at(-1);
  return { accepted, ...(conflict ? { conflict } : {}) };
}

/** What a definition was given so far. */
const acceptedNames = ({ status }: KubeObject): Names => (status?.acceptedNames ?? { plural: '', kind: '' }) as Names;

function setOrDelete(names: Names, field: 'shortNames' | 'categories', values: string[] | undefined): void {
  if (values) names[field] = values;
  else delete names[field];
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
