import type { ManagedFieldsEntry } from '../meta.ts';
import { type FieldSet, fromFieldsV1, isEmptySet, toFieldsV1, union } from './field-set.ts';

/** One writer and what it owns. */
export interface Manager {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  subresource: string;
  time: string | undefined;
  owned: FieldSet;
}

/** An applier is the same whatever version it applies with; an updater of another version is another entry. */
export function sameManager(a: Omit<Manager, 'owned' | 'time'>, b: Omit<Manager, 'owned' | 'time'>): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined): Manager[] {
  return (entries ?? []).map((entry) => ({
    manager: entry.manager ?? '',
    operation: entry.operation ?? 'Update',
    apiVersion: entry.apiVersion ?? '',
    subresource: entry.subresource ?? '',
    time: entry.time,
    owned: fromFieldsV1(entry.fieldsV1),
  }));
}

/** Server limit: more updaters than this, and the oldest become one entry. */
const maxUpdaters = 10;
const ancient = 'ancient-changes';

function capUpdaters(managers: Manager[]): Manager[] {
  const updaters = managers.filter(({ operation }) => operation === 'Update');
  if (updaters.length <= maxUpdaters) return managers;
  updaters.sort((a, b) => (a.time ?? '').localeCompare(b.time ?? ''));
  const folded = new Set(updaters.slice(0, updaters.length - maxUpdaters + 1));
  const rest = managers.filter((manager) => !folded.has(manager));
  for (const old of folded) {
    const bucket = rest.find(({ manager, apiVersion }) => manager === ancient && apiVersion === old.apiVersion);
    if (bucket) {
      bucket.owned = union(bucket.owned, old.owned);
      bucket.time = old.time;
    } else rest.push({ ...old, manager: ancient, subresource: '' });
  }
  return rest;
}

/** Entries as a server stores them: appliers first, then by time, then by name. Managers that own nothing are gone. */
export function encodeManagers(managers: readonly Manager[]): ManagedFieldsEntry[] {
  return capUpdaters(managers.filter(({ owned }) => !isEmptySet(owned)))
    .sort(
      (a, b) =>
        a.operation.localeCompare(b.operation) ||
        (a.time ?? '').localeCompare(b.time ?? '') ||
        a.manager.localeCompare(b.manager) ||
        a.apiVersion.localeCompare(b.apiVersion) ||
        a.subresource.localeCompare(b.subresource),
    )
    .map((entry) => ({
      manager: entry.manager,
      operation: entry.operation,
      apiVersion: entry.apiVersion,
      ...(entry.time === undefined ? {} : { time: entry.time }),
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(entry.owned),
      ...(entry.subresource ? { subresource: entry.subresource } : {}),
    }));
}
