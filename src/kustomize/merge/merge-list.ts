import { setField } from '../tree/edit.ts';
import {
  fieldOf,
  isEmptyMap,
  isMissingOrNull,
  isNilOrEmpty,
  type Node,
  scalarNode,
  Node as YamlNode,
} from '../tree/node.ts';
import { type MergeContext, type Pair, survivor } from './pair.ts';
import type { MergeSchema } from './schema.ts';

/** How items that belong together become one. */
type MergeItem = (pair: Pair) => Node | undefined;
type NewItems = MergeContext['newItems'];

/** Merges a list by keys, or as a set of scalars where it has none. */
export function mergeList(
  pair: Pair,
  { mergeKeys: keys = [] }: MergeSchema,
  newItems: NewItems,
  mergeItem: MergeItem,
): Node | undefined {
  const dest = survivor(pair);
  if (dest === undefined) return undefined;
  const sources: Pair = [dest, pair[1]];
  if (keys.length === 0) return mergeItems(sources, scalarValues(sources, newItems), [''], newItems, mergeItem);
  return mergeItems(sources, valuesByKeys(sources, keys, newItems), keys, newItems, mergeItem);
}

function inOrder([dest, patch]: Pair, newItems: NewItems): Node[] {
  const sources = newItems === 'first' ? [patch, dest] : [dest, patch];
  return sources.filter((node) => node !== undefined);
}

/** The keys' values of every item, each combination once. */
function valuesByKeys(pair: Pair, keys: readonly string[], newItems: NewItems): string[][] {
  const found = new Map<string, string[]>();
  for (const source of inOrder(pair, newItems)) {
    for (const item of source.content) {
      const values = keys.map((key) => {
        const field = fieldOf(item, key);
        return isNilOrEmpty(field) ? '' : field!.value;
      });
      const id = JSON.stringify(values);
      if (!found.has(id)) found.set(id, values);
    }
  }
  return [...found.values()];
}

function scalarValues(pair: Pair, newItems: NewItems): string[][] {
  const found = new Set(inOrder(pair, newItems).flatMap((source) => source.content.map(({ value }) => value)));
  return Array.from(found, (value) => [value]);
}

/** Two items of which one leaves keys out that the other has are one, if what both say agrees. */
function joinPartial(list: string[][]): string[][] {
  const joined = [...list];
  for (const [i, mine] of list.entries()) {
    for (const j of list.keys()) {
      const both = agreed(joined[i] ?? mine, joined[j]!);
      if (both) joined[i] = joined[j] = both;
    }
  }
  return joined;
}

function agreed(left: readonly string[], right: readonly string[]): string[] | undefined {
  let common = false;
  const result: string[] = [];
  for (const [at, value] of left.entries()) {
    const other = right[at]!;
    if (value === other) common = true;
    else if (value !== '' && other !== '') return undefined;
    result.push(value || other);
  }
  return common ? result : undefined;
}

/** Only keys that some item has count. */
function usedKeys(list: readonly string[][], values: readonly string[], keys: readonly string[]): [string[], string[]] {
  const used = new Set(keys.filter((_key, at) => list.some((each) => each[at])));
  if (used.size === 0) return [[...keys], [...values]];
  return [keys.filter((key) => used.has(key)), values.filter((value, at) => value !== '' || used.has(keys[at]!))];
}

function mergeItems(
  [dest, patch]: Pair,
  found: string[][],
  keys: readonly string[],
  newItems: NewItems,
  mergeItem: MergeItem,
): Node | undefined {
  const list = keys.length > 1 ? joinPartial(found) : found;
  const merged = new YamlNode('seq');
  let validKeys: string[] = [];
  for (const values of list) {
    let validValues: string[];
    [validKeys, validValues] = usedKeys(list, values, keys);
    const items = [dest, patch].map((source) => itemWith(source, validKeys, validValues)) as Pair;
    const item = mergeItem(items);
    if (validKeys.length > 0 && isEmptyMap(item)) {
      setItem(dest!, undefined, validKeys, validValues);
      continue;
    }
    for (const [at, key] of validKeys.entries()) {
      const value = validValues[at]!;
      if (item!.kind === 'map' && fieldOf(item, key) === undefined && value !== '')
        setField(item!, key, scalarNode(value));
    }
    setItem(merged, item, validKeys, validValues);
  }
  if (list.length === 0) return dest;
  return newItems === 'first' ? append(merged, dest!, validKeys) : append(dest!, merged, validKeys);
}

function itemWith(source: Node | undefined, keys: readonly string[], values: readonly string[]): Node | undefined {
  if (source?.kind !== 'seq') return undefined;
  const [wantedKeys, wantedValues] = usedKeys([[...values]], values, keys);
  if (wantedKeys.length === 0 || wantedKeys[0] === '') {
    return source.content.find((item) => item.value === (wantedValues[0] ?? ''));
  }
  return source.content.find(
    (item) => item.kind === 'map' && wantedKeys.every((key, at) => fieldOf(item, key)?.value === wantedValues[at]),
  );
}

/** Puts `element` in the place of the items with these values, or at the end; undefined removes them. */
function setItem(list: Node, element: Node | undefined, keys: readonly string[], values: readonly string[]): void {
  const next: Node[] = [];
  let matched = false;
  const isForMaps = (keys[0] ?? '') !== '' && (values[0] ?? '') !== '';
  for (const item of list.content) {
    if (isEmptyMap(item)) continue;
    if (item.kind !== 'map' && isForMaps) {
      next.push(item);
      continue;
    }
    if (!hasValues(item, keys, values)) {
      if (values.length > 0) next.push(item);
      continue;
    }
    matched = true;
    if (element) next.push(element);
  }
  list.content = next;
  if (!isMissingOrNull(element) && !matched) list.content.push(element as Node);
}

function hasValues(item: Node, keys: readonly string[], values: readonly string[]): boolean {
  return (keys.length === 0 ? [''] : keys).every((key, at) => {
    if (at >= values.length) return at > 0;
    const value = values[at]!;
    if (key === '') return item.value === value;
    const field = fieldOf(item, key);
    return field !== undefined && (value === '' || field.value === value);
  });
}

/** Adds the items of `more` that `list` does not have; those it has are put in place again. */
function append(list: Node, more: Node, keys: readonly string[]): Node {
  for (const item of [...more.content]) {
    if (keys[0] === '') {
      setItem(list, item, [''], [item.value]);
      continue;
    }
    const values: string[] = [];
    for (const key of keys) {
      const field = fieldOf(item, key);
      if (field) values.push(field.value);
      else list.content.push(item);
    }
    if (keys.length > 1) setItem(list, undefined, keys, values);
    setItem(list, item, keys, values);
  }
  return list;
}
