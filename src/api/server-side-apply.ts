import { isDeepStrictEqual } from 'node:util';
import { jsonEqual } from '../lib/patch/merge-patch.ts';
import type { KubeObject, ManagedFieldsEntry } from './meta.ts';
import { findBuiltinKind } from './resources.ts';
import { asStored } from './server-side-apply/as-stored.ts';
import { type Comparison, compareValues, Differences, fieldSetOf } from './server-side-apply/compare.ts';
import { type Clash, throwConflicts } from './server-side-apply/conflicts.ts';
import {
  difference,
  type FieldSet,
  fromFieldsV1,
  intersection,
  isEmptySet,
  union,
} from './server-side-apply/field-set.ts';
import { LAST_APPLIED_MANAGER, lastAppliedFields, withLastApplied } from './server-side-apply/last-applied.ts';
import {
  capUpdaters,
  decodeManagers,
  encodeEntries,
  encodeManagers,
  entriesOf,
  type Manager,
  managersOrNone,
  sameManager,
} from './server-side-apply/managers.ts';
import { mergeValues } from './server-side-apply/merge.ts';
import { keepOutcome, knownOutcome, outcomeKey } from './server-side-apply/outcomes.ts';
import { prune } from './server-side-apply/prune.ts';
import { objectShape, type Shape, type StructuralSchema } from './server-side-apply/shape.ts';
import { checkTyped, fitsShape } from './server-side-apply/typed.ts';
import type { OtherVersions } from './server-side-apply/versions.ts';
import { ApiStatusError } from './status.ts';

export type { StructuralSchema } from './server-side-apply/shape.ts';
export { typedProblem } from './server-side-apply/typed.ts';
export { type OtherVersions, UntypedError } from './server-side-apply/versions.ts';

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
  /** By default all versions have the same fields. */
  versions?: OtherVersions | undefined;
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

/** Who owned what there was before anybody applied, in a cluster that did not write it down. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

function resetFields(object: KubeObject, write: Write): readonly string[] {
  if (write.reset) return write.reset;
  if (write.subresource === 'status') return ['spec'];
  const subresources = findBuiltinKind(object.apiVersion, object.kind)?.subresources ?? [];
  return subresources.some(({ name }) => name === 'status') ? ['status'] : [];
}

function without(set: FieldSet, reset: readonly string[]): FieldSet {
  const children = new Map(set.children);
  for (const field of reset) children.delete(`f:${field}`);
  return { member: set.member, children };
}

function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === 0 ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

function saying(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(saying);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, inner]) => [name, saying(inner)] as const)
      .filter(([, inner]) => !isNothing(inner)),
  );
}

/** What there is of an object before it is there. */
const nothingLike = ({ apiVersion, kind }: KubeObject): KubeObject => ({ apiVersion, kind, metadata: {} });

/** Two states of one object, compared at each version that some manager knows it in. */
class Change {
  readonly #before: KubeObject;
  readonly #after: KubeObject;
  readonly #write: Write;
  readonly #reset: readonly string[];
  readonly #whole: Comparison;
  readonly #known = new Map<string, Comparison | undefined>();

  /** `differs`: what is known to differ. */
  constructor(before: KubeObject | undefined, after: KubeObject, write: Write, shape: Shape, differs?: Differences) {
    this.#before = before ?? nothingLike(after);
    this.#after = after;
    this.#write = write;
    this.#reset = resetFields(after, write);
    this.#whole = differs?.sets() ?? compareValues(this.#before, after, shape);
    this.#known.set(after.apiVersion, this.#filtered(this.#whole));
  }

  /** True where nothing differs, the order of lists included; a field that says nothing is as good as none. */
  get isNone(): boolean {
    const { added, modified, removed } = this.#whole;
    if (![added, modified, removed].every(isEmptySet)) return false;
    return jsonEqual(this.#before, this.#after) || isDeepStrictEqual(saying(this.#before), saying(this.#after));
  }

  /** At the version of the write. */
  get own(): Comparison {
    return this.#known.get(this.#after.apiVersion)!;
  }

  /** Undefined: the version is not served. */
  at(apiVersion: string): Comparison | undefined {
    const { versions } = this.#write;
    if (!versions) return this.own;
    if (!this.#known.has(apiVersion)) {
      const [before, after] = [this.#before, this.#after].map((object) => versions.convert(object, apiVersion));
      const shape = after && objectShape(after.apiVersion, after.kind, versions.schema(apiVersion));
      this.#known.set(apiVersion, shape && this.#filtered(compareValues(before, after, shape)));
    }
    return this.#known.get(apiVersion);
  }

  #filtered({ added, modified, removed }: Comparison): Comparison {
    const kept = (set: FieldSet) => without(set, this.#reset);
    return { added: kept(added), modified: kept(modified), removed: kept(removed) };
  }
}

/** Takes from `managers` what the change takes from them; with `refuse`, fails where it takes anything. */
function dispossess(managers: Manager[], change: Change, refuse: (clashes: Clash[]) => void): Manager[] {
  const known = managers.flatMap((manager) => {
    const comparison = change.at(manager.apiVersion);
    return comparison ? [{ manager, comparison }] : [];
  });
  // Most managers know the object in one version: what changed there is put together once.
  const changed = new Map<Comparison, FieldSet>();
  for (const { comparison } of known) {
    if (!changed.has(comparison)) changed.set(comparison, union(comparison.modified, comparison.added));
  }
  const clashes = known
    .map(({ manager, comparison }) => ({
      other: manager,
      fields: intersection(manager.owned, changed.get(comparison)!),
    }))
    .filter(({ fields }) => !isEmptySet(fields));
  if (clashes.length > 0) refuse(clashes);
  for (const { other, fields } of clashes) other.owned = difference(other.owned, fields);
  for (const { manager, comparison } of known) manager.owned = difference(manager.owned, comparison.removed);
  return known.map(({ manager }) => manager).filter(({ owned }) => !isEmptySet(owned));
}

/**
 * Server-side apply: the object that results from applying a configuration, with `managedFields`
 * brought up to date. Fields that this manager applied before, does not apply now and shares with
 * nobody go away. Applying the same again gives the live object back as it is, times included.
 * Neither argument is changed. The server still has to default, validate and version the result.
 * Rules: Kubernetes documentation, Server-Side Apply; structured-merge-diff, merge/update.go;
 * apimachinery, util/managedfields.
 * Throws ApiStatusError 409 with a cause for each field that another manager owns with another value,
 * and 500, as a server does, for a configuration that does not have the kind's shape.
 */
export function applyServerSide(request: ApplyRequest): KubeObject {
  const { applied, live, now } = request;
  const shape = objectShape(applied.apiVersion, applied.kind, request.schema);
  checkTyped(applied, request.schema);
  const base = live && withoutManagedFields(live);
  const self = identity('Apply', applied.apiVersion, request);
  const reset = resetFields(applied, request);
  const managers = liveManagers(live);
  if (managers.length === 0 && base) managers.push(...firstOwner(base, request, shape));
  const previous = managers.find((other) => sameManager(other, self));
  const others = managers.filter((other) => other !== previous);

  const merged = mergeValues(base ?? { metadata: {} }, applied, shape) as KubeObject;
  const owned = without(fieldSetOf(applied, shape), reset);
  const result = prune(merged, previous, [...others, { ...self, owned }], { shape, versions: request.versions });
  const change = new Change(base, result, request, shape);
  const kept = dispossess(others, change, (clashes) => {
    const disputed = request.force ? [] : inDispute(clashes, request, shape);
    if (disputed.length > 0) throwConflicts(disputed);
  });
  // Where nothing changes, nobody's time does: who only comes to share what is there has none.
  const time = base && change.isNone ? previous?.time : now;
  const mine = { ...self, owned: difference(owned, unowned), time };
  const object = withLastApplied(asStored(result, request.schema !== undefined), applied, request.manager);
  const managedFields = encodeManagers([...kept, mine]);
  if (managedFields.length > 0) object.metadata = { ...object.metadata, managedFields };
  return live && jsonEqual(withoutTimes(live), withoutTimes(object)) ? live : object;
}

/** @throws ApiStatusError 500 for entries that were stored although nobody can read them */
function liveManagers(live: KubeObject | undefined): Manager[] {
  try {
    return decodeManagers(live?.metadata.managedFields);
  } catch (error) {
    throw new ApiStatusError({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `failed to decode managed fields: ${(error as Error).message}`,
      code: 500,
    });
  }
}

const identityText = ({ fieldsV1: _, ...entry }: ManagedFieldsEntry): string => JSON.stringify(entry);

/** Times alone are no change (apiserver, endpoints/handlers/fieldmanager, IgnoreManagedFieldsTimestampsTransformer). */
function withoutTimes(object: KubeObject): KubeObject {
  const managedFields = object.metadata.managedFields
    ?.map(({ time: _, ...entry }) => entry)
    .sort((a, b) => (identityText(a) < identityText(b) ? -1 : 1));
  return { ...object, metadata: managedFields ? { ...object.metadata, managedFields } : object.metadata };
}

/** All that is there belongs to one owner when somebody applies to what nobody was written down for. */
function firstOwner(base: KubeObject, write: Write, shape: Shape): Manager[] {
  const { added, modified } = new Change(undefined, base, write, shape).own;
  const owned = difference(union(added, modified), unowned);
  const self = identity('Update', base.apiVersion, { ...write, manager: BEFORE_FIRST_APPLY });
  return isEmptySet(owned) ? [] : [{ ...self, owned, time: write.now }];
}

/** kubectl may take over what it set itself by client-side apply; everybody else's fields stay theirs. */
function inDispute(clashes: Clash[], request: ApplyRequest, shape: Shape): Clash[] {
  if (request.manager !== LAST_APPLIED_MANAGER || !request.live) return clashes;
  const allowed = lastAppliedFields(withoutManagedFields(request.live), shape);
  if (!allowed) return clashes;
  return clashes
    .map(({ other, fields }) => ({ other, fields: difference(fields, allowed) }))
    .filter(({ fields }) => !isEmptySet(fields));
}

function identity(operation: 'Apply' | 'Update', apiVersion: string, write: Write): Omit<Manager, 'owned' | 'time'> {
  return { manager: write.manager || 'unknown', operation, apiVersion, subresource: write.subresource ?? '' };
}

const isReset = (given: readonly ManagedFieldsEntry[] | undefined): boolean =>
  given !== undefined && (given.length === 0 || (given.length === 1 && Object.keys(given[0]!).length === 0));

/**
 * `managedFields` after a create, update or patch: the writer comes to own what it changed, the
 * others lose it. A write that changes nothing leaves the entries as they are. An empty list (or a
 * list of one empty entry) in `after` clears them, and an object without any is not tracked again
 * before somebody applies, or has the shape of its kind no more.
 */
export function trackUpdate(request: UpdateRequest): ManagedFieldsEntry[] {
  const { before, after, now } = request;
  const live = before?.metadata.managedFields;
  const given = request.subresource ? live : after.metadata.managedFields;
  let managers: Manager[] = [];
  if (!isReset(given)) managers = managersOrNone(given) ?? managersOrNone(live) ?? [];
  if (managers.length === 0 && before) return [];
  // Of what does not have the shape of its kind nothing is written down (apimachinery, managedfields, UpdateNoErrors).
  if (request.schema && !fitsShape(after, request.schema)) return [];
  const shape = objectShape(after.apiVersion, after.kind, request.schema);
  const [was, is] = [before && withoutManagedFields(before), withoutManagedFields(after)];
  const self = identity('Update', after.apiVersion, request);
  const updater = { self, kind: after.kind, reset: request.reset };
  const isPlain = !request.schema && !request.versions;
  let key = isPlain ? outcomeKey(updater, managers) : undefined;
  const differs = new Differences(was ?? nothingLike(is), is, shape);
  if (key !== undefined) key += differs.text();
  const known = key === undefined ? undefined : knownOutcome(key, updater, managers, now);
  if (known) return encodeEntries(known);

  const change = new Change(was, is, request, shape, differs);
  const kept = dispossess(managers, change, () => {});
  const { added, modified } = change.own;
  const taken = difference(union(modified, added), unowned);
  let mine: Manager | undefined;
  if (!isEmptySet(taken)) {
    mine = kept.find((manager) => sameManager(manager, self));
    if (mine) Object.assign(mine, { owned: union(mine.owned, taken), time: now });
    else {
      mine = { ...self, owned: taken, time: now };
      kept.push(mine);
    }
  }
  const capped = capUpdaters(kept);
  // Who shares an entry goes by the times.
  if (key === undefined || capped !== kept) return encodeManagers(capped);
  const entries = entriesOf(kept);
  keepOutcome(key, managers, kept, entries, mine);
  return encodeEntries(entries);
}
