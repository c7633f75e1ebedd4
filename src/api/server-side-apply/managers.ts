import type { ManagedFieldsEntry } from '../meta.ts';
import { type FieldSet, FieldSetError, isEmptySet, unionOf } from './field-set.ts';
import { readSet, writtenSet } from './written-sets.ts';

/** One writer and what it owns. */
export interface Manager {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  subresource: string;
  time: string | undefined;
  owned: FieldSet;
  /** What `owned` was read from, and as it was then. */
  read?: { from: unknown; set: FieldSet };
}

/** An applier is the same whatever version it applies with; an updater of another version is another entry. */
export function sameManager(
  a: Omit<Manager, 'owned' | 'time' | 'read'>,
  b: Omit<Manager, 'owned' | 'time' | 'read'>,
): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

/**
 * Of entries that mean the same manager the last one counts.
 * @throws FieldSetError
 */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined): Manager[] {
  const byIdentity = new Map<string, Manager>();
  for (const entry of entries ?? []) {
    const set = readSet(entry.fieldsV1);
    const manager: Manager = {
      manager: entry.manager ?? '',
      operation: entry.operation ?? 'Update',
      apiVersion: entry.apiVersion ?? '',
      subresource: entry.subresource ?? '',
      time: entry.time,
      owned: set,
      read: { from: entry.fieldsV1, set },
    };
    const apiVersion = manager.operation === 'Apply' ? '' : manager.apiVersion;
    byIdentity.set(identityText({ ...manager, apiVersion }), manager);
  }
  return [...byIdentity.values()];
}

const isGood = ({ operation, apiVersion, fieldsType }: ManagedFieldsEntry): boolean =>
  (operation === 'Apply' || operation === 'Update') && Boolean(apiVersion) && fieldsType === 'FieldsV1';

/** Undefined where there is none, or where one of them cannot be read. */
export function managersOrNone(entries: readonly ManagedFieldsEntry[] | undefined): Manager[] | undefined {
  if (!entries?.length || !entries.every(isGood)) return undefined;
  try {
    return decodeManagers(entries);
  } catch (error) {
    if (error instanceof FieldSetError) return undefined;
    throw error;
  }
}

/** Server limit: more updaters than this, and the oldest become one entry. */
const maxUpdaters = 10;
const ancient = 'ancient-changes';

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const identityText = ({ manager, operation, apiVersion, subresource }: Manager): string =>
  JSON.stringify({ manager, operation, apiVersion, ...(subresource ? { subresource } : {}) });

/**
 * The oldest updaters of each version share one entry once there are too many. The first of a version
 * gives way only with the second: alone it would save nothing.
 */
export function capUpdaters(managers: Manager[]): Manager[] {
  const updaters = managers.filter(({ operation }) => operation === 'Update');
  let excess = updaters.length - maxUpdaters;
  if (excess <= 0) return managers;
  updaters.sort((a, b) => byText(a.time ?? '', b.time ?? '') || byText(identityText(a), identityText(b)));
  const rest = new Set(managers);
  const isBucket = ({ manager, subresource }: Manager) => manager === ancient && subresource === '';
  const buckets = new Map(updaters.filter(isBucket).map((bucket) => [bucket.apiVersion, bucket]));
  const first = new Map<string, Manager>();
  const joined = new Map<Manager, FieldSet[]>();
  for (const old of updaters) {
    if (excess <= 0) break;
    const oldest = first.get(old.apiVersion);
    if (!oldest) {
      first.set(old.apiVersion, old);
      continue;
    }
    const bucket = buckets.get(old.apiVersion) ?? oldest;
    if (bucket === old) continue;
    buckets.set(old.apiVersion, bucket);
    const sets = joined.get(bucket) ?? [bucket.owned];
    joined.set(bucket, sets);
    sets.push(old.owned);
    bucket.time = old.time;
    rest.delete(old);
    excess--;
  }
  for (const [bucket, sets] of joined) {
    Object.assign(bucket, { manager: ancient, subresource: '', owned: unionOf(sets) });
  }
  return [...rest];
}

/** What an entry says of a manager, and its set as it is stored. */
export type Entry = Omit<Manager, 'owned' | 'read'> & { fieldsV1: Record<string, unknown> };

export function entriesOf(managers: readonly Manager[]): Entry[] {
  return managers.map(({ owned, read, ...manager }) => ({
    ...manager,
    fieldsV1: writtenSet(owned, read?.from, read?.set),
  }));
}

/** Entries as a server stores them: appliers first, then by time, then by name. */
export function encodeEntries(entries: readonly Entry[]): ManagedFieldsEntry[] {
  return entries
    .toSorted(
      (a, b) =>
        byText(a.operation, b.operation) ||
        byText(a.time ?? '', b.time ?? '') ||
        byText(a.manager, b.manager) ||
        byText(a.apiVersion, b.apiVersion) ||
        byText(a.subresource, b.subresource),
    )
    .map((entry) => ({
      manager: entry.manager,
      operation: entry.operation,
      apiVersion: entry.apiVersion,
      ...(entry.time === undefined ? {} : { time: entry.time }),
      fieldsType: 'FieldsV1',
      fieldsV1: entry.fieldsV1,
      ...(entry.subresource ? { subresource: entry.subresource } : {}),
    }));
}

/** Managers that own nothing are gone. */
export const encodeManagers = (managers: readonly Manager[]): ManagedFieldsEntry[] =>
  encodeEntries(entriesOf(managers.filter(({ owned }) => !isEmptySet(owned))));
