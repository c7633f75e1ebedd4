import { type Fields, identityOf, isFields, joinPath } from '../../lib/field-paths.ts';
import { jsonEqual } from '../../lib/patch/merge-patch.ts';

/** One field that is put back. Undefined: absent. */
export interface FieldChange {
  /** `spec.template.spec.containers[name=web].image` */
  path: string;
  /** As it is now. */
  now: unknown;
  /** As it was before the change, and will be. */
  before: unknown;
}

/** A field that somebody else has changed since. */
export interface FieldConflict extends FieldChange {
  /** As the change had left it. */
  after: unknown;
}

export interface Reverted {
  /** `now` with the fields put back. */
  value: unknown;
  changes: readonly FieldChange[];
  conflicts: readonly FieldConflict[];
}

/**
 * Takes back what lies between `before` and `after`, in an object that may have changed further: only fields that
 * differ between those two are touched, and one of them that `now` has otherwise is a conflict.
 */
export function revertFields(before: unknown, after: unknown, now: unknown): Reverted {
  const changes: FieldChange[] = [];
  const conflicts: FieldConflict[] = [];
  const value = walk(before, after, now, '', { changes, conflicts, keepsBefore: false });
  return { value, changes, conflicts };
}

interface Found {
  changes: FieldChange[];
  conflicts: FieldConflict[];
  /** What stands in the result where there is a conflict: `before`, else `now`. */
  keepsBefore: boolean;
}

export interface Merged {
  value: unknown;
  /** Fields that both have changed, each in its own way: `before` is mine, `now` theirs, `after` what both began with. */
  conflicts: readonly FieldConflict[];
}

/**
 * What two have made of `base`, each by itself, put together field by field.
 * @param keep whose value stands in `value` where both have changed a field; a whole field that one has taken away
 * and the other has changed is one, too
 */
export function mergeFields(base: unknown, mine: unknown, theirs: unknown, keep: 'mine' | 'theirs' = 'mine'): Merged {
  // What was not changed by them is put from what both began with to what it became here.
  const found: Found = { changes: [], conflicts: [], keepsBefore: keep === 'mine' };
  const value = walk(mine, base, theirs, '', found);
  return { value, conflicts: found.conflicts };
}

function walk(before: unknown, after: unknown, now: unknown, path: string, found: Found): unknown {
  if (jsonEqual(before, after) || jsonEqual(before, now)) return now;
  const parts = [before, after, now];
  // What was added or taken away as a whole may have got or lost more since: then each field is looked at.
  const differs = !jsonEqual(after, now);
  if (parts.every((part) => isFields(part) || (differs && part === undefined)) && parts.some(isFields)) {
    return walkFields(parts.map((part) => (part ?? {}) as Fields) as [Fields, Fields, Fields], path, found);
  }
  if (parts.every(Array.isArray)) {
    const key = identityOf(parts);
    if (key) return walkItems(parts as [Fields[], Fields[], Fields[]], key, path, found);
  }
  if (differs) {
    found.conflicts.push({ path, before, after, now });
    return found.keepsBefore ? before : now;
  }
  found.changes.push({ path, before, now });
  return before;
}

function walkFields([before, after, now]: [Fields, Fields, Fields], path: string, found: Found): Fields {
  const result: Record<string, unknown> = { ...now };
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const value = walk(own(before, key), own(after, key), own(now, key), joinPath(path, key), found);
    if (value === undefined) delete result[key];
    else Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return result;
}

/** Items keep the order they have now; one that comes back goes where it was. */
function walkItems([before, after, now]: [Fields[], Fields[], Fields[]], key: string, path: string, found: Found) {
  const [was, became, is] = [before, after, now].map((list) => new Map(list.map((item) => [item[key], item])));
  const ids = [...is!.keys()];
  for (const [at, id] of [...was!.keys()].entries()) if (!is!.has(id)) ids.splice(at, 0, id);
  return ids
    .map((id) => walk(was!.get(id), became!.get(id), is!.get(id), `${path}[${key}=${String(id)}]`, found))
    .filter((value) => value !== undefined);
}

const own = (fields: Fields, key: string): unknown => (Object.hasOwn(fields, key) ? fields[key] : undefined);
