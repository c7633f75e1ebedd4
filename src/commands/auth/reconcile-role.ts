import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/meta.ts';
import type { PolicyRule } from '../../api/rbac.ts';
import { uncovered } from './policy-rules.ts';

/** What has to be done to make what is there what a file says. */
type Operation = 'none' | 'create' | 'update' | 'recreate';

export interface Subject {
  kind: string;
  apiGroup?: string;
  name: string;
  namespace?: string;
}

export interface Reconciled {
  object: KubeObject;
  operation: Operation;
  /** The object asks to be left alone. */
  isProtected: boolean;
  missingRules: readonly PolicyRule[];
  extraRules: readonly PolicyRule[];
  missingSubjects: readonly Subject[];
  extraSubjects: readonly Subject[];
}

const nothing = { missingRules: [], extraRules: [], missingSubjects: [], extraSubjects: [] };

export function created(wanted: KubeObject): Reconciled {
  return {
    ...{ object: wanted, operation: 'create', isProtected: false, ...nothing },
    missingRules: wanted.rules ?? [],
    missingSubjects: wanted.subjects ?? [],
  };
}

/** A copy of what is there with labels and annotations of both; its own win. */
function merged(existing: KubeObject, wanted: KubeObject): { object: KubeObject; isChanged: boolean } {
  const object = structuredClone(existing);
  let isChanged = false;
  for (const field of ['annotations', 'labels'] as const) {
    const own = existing.metadata[field];
    const both = { ...wanted.metadata[field], ...own };
    if (Object.keys(both).length > 0) object.metadata[field] = both;
    isChanged ||= !isDeepStrictEqual(both, own ?? {});
  }
  return { object, isChanged };
}

const isProtected = ({ metadata }: KubeObject): boolean =>
  metadata.annotations?.['rbac.authorization.kubernetes.io/autoupdate'] === 'false';

type Selectors = readonly unknown[];

/** Roles and cluster roles: rules that are missing are added, and those that nobody asked for taken away by `removeExtra`. */
export function reconcileRole(existing: KubeObject, wanted: KubeObject, removeExtra: boolean): Reconciled {
  const { object, isChanged } = merged(existing, wanted);
  const own: readonly PolicyRule[] = existing.rules ?? [];
  const asked: readonly PolicyRule[] = wanted.rules ?? [];
  const areBothAggregated = existing.aggregationRule && wanted.aggregationRule;
  const extraRules = areBothAggregated ? [] : uncovered(asked, own);
  const missingRules = uncovered(own, asked);
  let operation: Operation = isChanged ? 'update' : 'none';
  if (removeExtra ? missingRules.length + extraRules.length > 0 : missingRules.length > 0) {
    object.rules = removeExtra ? asked : [...own, ...missingRules];
    operation = 'update';
  }
  if (reconcileAggregation(object, existing, wanted, removeExtra)) operation = 'update';
  return { ...nothing, object, operation, isProtected: isProtected(existing), missingRules, extraRules };
}

/** @returns true where `object` had to be changed */
function reconcileAggregation(
  object: KubeObject,
  existing: KubeObject,
  wanted: KubeObject,
  removeExtra: boolean,
): boolean {
  if (!wanted.aggregationRule && existing.aggregationRule) {
    delete object.aggregationRule;
    return true;
  }
  const own: Selectors = existing.aggregationRule?.clusterRoleSelectors ?? [];
  const asked: Selectors = wanted.aggregationRule?.clusterRoleSelectors ?? [];
  const without = (some: Selectors, others: Selectors) =>
    some.filter((selector) => !others.some((other) => isDeepStrictEqual(selector, other)));
  const missing = without(asked, own);
  if (!(removeExtra ? missing.length + without(own, asked).length > 0 : missing.length > 0)) return false;
  object.aggregationRule = removeExtra
    ? wanted.aggregationRule
    : { ...object.aggregationRule, clusterRoleSelectors: [...own, ...missing] };
  return true;
}

/** Bindings: the same for subjects. What another role is bound to is made anew, for a binding keeps its role. */
export function reconcileBinding(existing: KubeObject, wanted: KubeObject, removeExtra: boolean): Reconciled {
  if (!isDeepStrictEqual(roleRef(existing), roleRef(wanted))) {
    return { ...nothing, object: wanted, operation: 'recreate', isProtected: isProtected(existing) };
  }
  const { object, isChanged } = merged(existing, wanted);
  const own: readonly Subject[] = existing.subjects ?? [];
  const asked: readonly Subject[] = wanted.subjects ?? [];
  const missingSubjects = onlyIn(asked, own);
  const extraSubjects = onlyIn(own, asked);
  let operation: Operation = isChanged ? 'update' : 'none';
  if (removeExtra ? missingSubjects.length + extraSubjects.length > 0 : missingSubjects.length > 0) {
    object.subjects = removeExtra ? asked : [...own, ...missingSubjects];
    operation = 'update';
  }
  return { ...nothing, object, operation, isProtected: isProtected(existing), missingSubjects, extraSubjects };
}

const roleRef = ({ roleRef: role }: KubeObject) => [role?.apiGroup ?? '', role?.kind ?? '', role?.name ?? ''];

const subjectKey = ({ kind, apiGroup = '', name, namespace = '' }: Subject): string =>
  JSON.stringify([kind, apiGroup, name, namespace]);

function onlyIn(some: readonly Subject[], others: readonly Subject[]): Subject[] {
  const left = new Map(some.map((subject) => [subjectKey(subject), subject]));
  for (const other of others) left.delete(subjectKey(other));
  return [...left.values()];
}
