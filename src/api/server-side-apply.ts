import type { KubeObject, ManagedFieldsEntry } from './meta.ts';
import { findBuiltinKind } from './resources.ts';
import { compareValues, fieldSetOf } from './server-side-apply/compare.ts';
import { throwConflicts } from './server-side-apply/conflicts.ts';
import {
  difference,
  emptySet,
  equalSets,
  type FieldSet,
  fromFieldsV1,
  intersection,
  isEmptySet,
  union,
} from './server-side-apply/field-set.ts';
import { decodeManagers, encodeManagers, type Manager, sameManager } from './server-side-apply/managers.ts';
import { mergeValues, removePaths, withNamedFields } from './server-side-apply/merge.ts';
import { objectShape, type Shape, type StructuralSchema } from './server-side-apply/shape.ts';

export type { StructuralSchema } from './server-side-apply/shape.ts';

interface Write {
  manager: string;
  /** RFC 3339, seconds. */
  now: string;
  /** `status`, `scale`, ...; none for the object itself. */
  subresource?: string | undefined;
  /** The OpenAPI v3 schema of a custom kind; without one lists are owned as one. */
  schema?: StructuralSchema | undefined;
  /**
   * Top-level fields that this endpoint does not write and nobody comes to own through it. By default
   * `status` where a built-in kind has a status subresource, `spec` for that subresource; a custom kind
   * with a status subresource passes `['status']`.
   */
  reset?: readonly string[] | undefined;
}

export interface ApplyRequest extends Write {
  /** Undefined: the object does not exist yet. */
  live: KubeObject | undefined;
  applied: KubeObject;
  /** Takes over what conflicts instead of failing. */
  force?: boolean | undefined;
}

export interface UpdateRequest extends Write {
  /** Undefined for a create. */
  before: KubeObject | undefined;
  after: KubeObject;
}

/** What the server alone decides on has no owner. */
const unowned = fromFieldsV1({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
  },
});

function resetFields(object: KubeObject, write: Write): readonly string[] {
  if (write.reset) return write.reset;
  if (write.subresource === 'status') return ['spec'];
  const subresources = findBuiltinKind(object.apiVersion, object.kind)?.subresources ?? [];
  return subresources.some(({ name }) => name === 'status') ? ['status'] : [];
}

function ownable(set: FieldSet, reset: readonly string[]): FieldSet {
  const children = new Map(set.children);
  for (const field of reset) children.delete(`f:${field}`);
  return difference({ member: false, children }, unowned);
}

function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** A null in an applied configuration says that the field is not set. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null && inner !== undefined)
      .map(([name, inner]) => [name, withoutNulls(inner)]),
  );
}

/**
 * Server-side apply: the object that results from applying a configuration, with `managedFields`
 * brought up to date. Fields that this manager applied before, does not apply now and shares with
 * nobody go away. Applying the same again gives the live object back as it is, times included.
 * Neither argument is changed. The server still has to default, validate and version the result.
 * Rules: Kubernetes documentation, Server-Side Apply; structured-merge-diff, merge/update.go.
 * Throws ApiStatusError 409 with a cause for each field that another manager owns with another value.
 */
export function applyServerSide(request: ApplyRequest): KubeObject {
  const applied = withoutNulls(withoutManagedFields(request.applied)) as KubeObject;
  const { live, now } = request;
  const shape = objectShape(applied.apiVersion, applied.kind, request.schema);
  const reset = resetFields(applied, request);
  const self = identity('Apply', applied.apiVersion, request);
  const managers = decodeManagers(live?.metadata.managedFields);
  const previous = managers.find((other) => sameManager(other, self));
  const others = managers.filter((other) => other !== previous);
  const owned = ownable(fieldSetOf(applied, shape), reset);

  const base = live && withoutManagedFields(live);
  const merged = mergeValues(base, applied, shape) as KubeObject;
  const said = fieldSetOf(applied, shape, true);
  const result = previous ? prune(merged, previous.owned, [said, ...others.map(({ owned }) => owned)], shape) : merged;
  const { added, modified, removed } = compareValues(base ?? { metadata: {} }, result, shape);
  const changed = ownable(union(added, modified), reset);
  const clashes = others
    .map((other) => ({ other, fields: intersection(other.owned, changed) }))
    .filter(({ fields }) => !isEmptySet(fields));
  if (clashes.length > 0 && !request.force) throwConflicts(clashes);
  for (const { other, fields } of clashes) other.owned = difference(other.owned, fields);
  for (const other of others) other.owned = difference(other.owned, removed);

  const same = isEmptySet(union(union(added, modified), removed));
  const unchanged = same && previous !== undefined && equalSets(previous.owned, owned);
  const time = unchanged ? previous.time : now;
  result.metadata = { ...result.metadata, managedFields: encodeManagers([...others, { ...self, owned, time }]) };
  return result;
}

/** Takes away what `last` had, and `owners` (what this manager says now among them) have not. */
function prune(merged: KubeObject, last: FieldSet, owners: FieldSet[], shape: Shape): KubeObject {
  const owned = owners.reduce(union, emptySet());
  const gone = difference(withNamedFields(last, shape), withNamedFields(owned, shape));
  return removePaths(merged, gone, shape) as KubeObject;
}

function identity(operation: 'Apply' | 'Update', apiVersion: string, write: Write): Omit<Manager, 'owned' | 'time'> {
  return { manager: write.manager, operation, apiVersion, subresource: write.subresource ?? '' };
}

/**
 * `managedFields` after a create, update or patch: the writer comes to own what it changed, the
 * others lose it. A write that changes nothing leaves the entries as they are. An empty list (or a
 * list of one empty entry) in `after` clears them.
 */
export function trackUpdate(request: UpdateRequest): ManagedFieldsEntry[] {
  const { before, after, now } = request;
  const given = after.metadata.managedFields;
  if (given && (given.length === 0 || (given.length === 1 && Object.keys(given[0]!).length === 0))) return [];
  const entries = given ?? before?.metadata.managedFields;
  const shape = objectShape(after.apiVersion, after.kind, request.schema);
  const old = before ? withoutManagedFields(before) : { metadata: {} };
  const { added, modified, removed } = compareValues(old, withoutManagedFields(after), shape);
  const taken = ownable(union(added, modified), resetFields(after, request));
  if (isEmptySet(taken) && isEmptySet(removed)) return [...(entries ?? [])];

  const self = identity('Update', after.apiVersion, request);
  const managers = decodeManagers(entries);
  for (const manager of managers) manager.owned = difference(difference(manager.owned, taken), removed);
  if (!isEmptySet(taken)) {
    const mine = managers.find((manager) => sameManager(manager, self));
    if (mine) Object.assign(mine, { owned: union(mine.owned, taken), time: now });
    else managers.push({ ...self, owned: taken, time: now });
  }
  return encodeManagers(managers);
}
