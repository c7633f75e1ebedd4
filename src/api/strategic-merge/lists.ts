import { KctlError } from '../../lib/errors.ts';
import { goValue } from '../../lib/go-value.ts';
import { type FieldSchema, namedType, type ValueSchema } from '../schema.ts';

/** JSON as patches see it. */
export type JsonMap = Record<string, unknown>;

export const directive = {
  patch: '$patch',
  retainKeys: '$retainKeys',
  deleteFromPrimitiveList: '$deleteFromPrimitiveList/',
  setElementOrder: '$setElementOrder/',
} as const;

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** How the member `name` of a value is patched; undefined where nothing is known of it (free-form JSON). */
export function memberOf(value: ValueSchema | undefined, name: string): FieldSchema | undefined {
  if (value?.kind === 'object') return namedType(value.type)?.fields.get(name);
  if (value?.kind === 'map') {
    return { name, value: value.values, required: false, patchMerge: false, retainKeys: false, patchReplace: false };
  }
  return undefined;
}

export function itemsOf(value: ValueSchema | undefined): ValueSchema | undefined {
  return value?.kind === 'array' ? value.items : undefined;
}

/** What identifies an item: the item itself in a list of scalars, the value of its merge key otherwise. */
export function identityOf(item: unknown, mergeKey: string | undefined): unknown {
  if (mergeKey === undefined) return item;
  const identity = isMap(item) ? item[mergeKey] : undefined;
  if (identity === undefined) {
    throw new KctlError('input', `map: ${goValue(item)} does not contain declared merge key: ${mergeKey}`);
  }
  return identity;
}

/** Identities compare by their text, so that `80` and `"80"` meet as in Go's `%v`. */
export const keyText = (item: unknown, mergeKey: string | undefined): string => String(identityOf(item, mergeKey));

/** Sorts items by where they stand in `order`; items that are not in it keep their place behind the others. */
function sortBy(items: unknown[], order: unknown[], mergeKey: string | undefined): unknown[] {
  const rank = new Map(order.map((item, index) => [keyText(item, mergeKey), index]));
  return items
    .map((item) => ({ item, rank: rank.get(keyText(item, mergeKey)) ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank))
    .map(({ item }) => item);
}

/**
 * Puts a merged list into the order that strategic merge asks for: what the patch names comes in the
 * patch's order; what only the server has keeps the server's order and is placed in front of the
 * first patched item that stands behind it on the server.
 */
export function orderMerged(
  merged: unknown[],
  patchOrder: unknown[],
  serverOrder: unknown[],
  mergeKey: string | undefined,
): unknown[] {
  const named = new Set(patchOrder.map((item) => keyText(item, mergeKey)));
  const rank = new Map(serverOrder.map((item, index) => [keyText(item, mergeKey), index]));
  const patched: unknown[] = [];
  const serverOnly: unknown[] = [];
  for (const item of merged) (named.has(keyText(item, mergeKey)) ? patched : serverOnly).push(item);
  const left = sortBy(serverOnly, serverOrder, mergeKey);
  const right = sortBy(patched, patchOrder, mergeKey);
  const result: unknown[] = [];
  let [ours, theirs] = [0, 0];
  while (ours < left.length && theirs < right.length) {
    const [one, other] = [left[ours], right[theirs]].map((item) => rank.get(keyText(item, mergeKey)));
    const before = one !== undefined && other !== undefined && one < other;
    result.push(before ? left[ours++] : right[theirs++]);
  }
  return result.concat(left.slice(ours), right.slice(theirs));
}
