import { isDeepStrictEqual } from 'node:util';
import type { FieldSchema, ValueSchema } from '../schema.ts';
import { directive, identityOf, isMap, itemsOf, type JsonMap, keyText, memberOf } from './lists.ts';

/**
 * One half of a three-way patch: `changes` finds what `to` adds or alters, `deletions` what of `from`
 * is no longer in `to`. kubectl asks each half of another pair of objects.
 */
type Half = 'changes' | 'deletions';

/** Strategic merge patch that brings `from` to `to`, one half of it; `{}` where there is nothing to do. */
export function diffMaps(
  from: JsonMap,
  to: JsonMap,
  schema: ValueSchema | undefined,
  half: Half,
  retain = false,
): JsonMap {
  const patch: JsonMap = {};
  for (const [key, value] of Object.entries(to)) {
    const old = from[key];
    const field = memberOf(schema, key);
    if (old !== undefined && isMap(old) && isMap(value)) diffMapField(patch, key, old, value, field, half);
    else if (Array.isArray(old) && Array.isArray(value)) diffListField(patch, key, old, value, field, half);
    else if (half === 'changes' && !isDeepStrictEqual(old, value)) patch[key] = value;
  }
  if (half === 'deletions') {
    for (const key of Object.keys(from)) if (!(key in to)) patch[key] = null;
  }
  const kept = Object.keys(to).filter((key) => to[key] !== null);
  const stale = Object.keys(from).some((key) => !(key in to));
  if (retain && kept.length > 0 && (Object.keys(patch).length > 0 || stale)) {
    patch[directive.retainKeys] = kept.sort();
  }
  return patch;
}

function diffMapField(
  patch: JsonMap,
  key: string,
  from: JsonMap,
  to: JsonMap,
  field: FieldSchema | undefined,
  half: Half,
): void {
  if (field?.patchReplace) {
    if (half === 'changes' && !isDeepStrictEqual(from, to)) patch[key] = to;
    return;
  }
  const inner = diffMaps(from, to, field?.value, half, field?.retainKeys);
  if (Object.keys(inner).length > 0) patch[key] = inner;
}

function diffListField(
  patch: JsonMap,
  key: string,
  from: unknown[],
  to: unknown[],
  field: FieldSchema | undefined,
  half: Half,
): void {
  if (!field?.patchMerge) {
    if (half === 'changes' && !isDeepStrictEqual(from, to)) patch[key] = to;
    return;
  }
  if (from.length === 0) {
    if (half === 'changes' && to.length > 0) patch[key] = to;
    return;
  }
  if (field.patchMergeKey === undefined) diffScalarList(patch, key, from, to, half);
  else diffKeyedList(patch, key, from, to, field, field.patchMergeKey, half);
}

function diffScalarList(patch: JsonMap, key: string, from: unknown[], to: unknown[], half: Half): void {
  if (half === 'changes') {
    const added = to.filter((item) => !from.includes(item));
    if (added.length > 0) patch[key] = added;
    if (!isDeepStrictEqual(from, to)) patch[directive.setElementOrder + key] = to;
    return;
  }
  const gone = [...new Set(from.filter((item) => !to.includes(item)))].sort();
  if (gone.length === 0) return;
  patch[directive.deleteFromPrimitiveList + key] = gone;
  patch[directive.setElementOrder + key] = to;
}

function diffKeyedList(
  patch: JsonMap,
  key: string,
  from: unknown[],
  to: unknown[],
  field: FieldSchema,
  mergeKey: string,
  half: Half,
): void {
  const old = new Map(from.map((item) => [keyText(item, mergeKey), item as JsonMap]));
  const wanted = new Set(to.map((item) => keyText(item, mergeKey)));
  const items: JsonMap[] = [];
  for (const item of to as JsonMap[]) {
    const before = old.get(keyText(item, mergeKey));
    if (!before) {
      if (half === 'changes') items.push(item);
      continue;
    }
    const inner = diffMaps(before, item, itemsOf(field.value), half, field.retainKeys);
    if (Object.keys(inner).length > 0) items.push({ ...inner, [mergeKey]: item[mergeKey] });
  }
  if (half === 'deletions') {
    for (const name of [...old.keys()].sort()) {
      if (!wanted.has(name)) items.push({ [directive.patch]: 'delete', [mergeKey]: old.get(name)![mergeKey] });
    }
  }
  if (items.length > 0) patch[key] = items;
  const moved =
    from.length !== to.length || to.some((item, at) => keyText(item, mergeKey) !== keyText(from[at], mergeKey));
  if (items.length > 0 || (half === 'changes' && moved)) {
    patch[directive.setElementOrder + key] = to.map((item) => ({ [mergeKey]: identityOf(item, mergeKey) }));
  }
}

/** Puts the two halves together: changed items first, deletions behind them, the change winning over a null. */
export function joinHalves(deletions: JsonMap, changes: JsonMap, schema: ValueSchema | undefined): JsonMap {
  const joined: JsonMap = { ...deletions };
  for (const [key, change] of Object.entries(changes)) {
    const deletion = joined[key];
    const field = memberOf(schema, key);
    if (isMap(deletion) && isMap(change)) {
      joined[key] = joinHalves(deletion, change, field?.value);
    } else if (Array.isArray(deletion) && Array.isArray(change) && field?.patchMergeKey !== undefined) {
      joined[key] = joinLists(deletion as JsonMap[], change as JsonMap[], field, field.patchMergeKey);
    } else {
      joined[key] = change;
    }
  }
  return joined;
}

function joinLists(deletions: JsonMap[], changes: JsonMap[], field: FieldSchema, mergeKey: string): JsonMap[] {
  const rest = new Map(deletions.map((item) => [keyText(item, mergeKey), item]));
  const joined = changes.map((item) => {
    const name = keyText(item, mergeKey);
    const deletion = rest.get(name);
    rest.delete(name);
    // A whole-item delete gives way to an item that is wanted after all.
    return deletion && deletion[directive.patch] === undefined
      ? joinHalves(deletion, item, itemsOf(field.value))
      : item;
  });
  return [...joined, ...rest.values()];
}
