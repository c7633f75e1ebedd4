import { emptySet, type FieldSet, isEmptySet } from './field-set.ts';
import { type ItemShape, itemElement, itemShape, type Shape, settle } from './shape.ts';

type Fields = Record<string, unknown>;

const isEmpty = (value: unknown): boolean => value === null || Object.keys(value as Fields).length === 0;

/** What an applied configuration makes of the live value: applied leaves win, the rest of `live` stays. */
export function mergeValues(live: unknown, applied: unknown, shape: Shape): unknown {
  if (applied === undefined) return live;
  if (live === undefined) return structuredClone(applied);
  const settled = settle(shape, live, applied);
  // A null says that a leaf has no value; of a map or a list with content it says nothing.
  if (settled.kind === 'leaf' || (isEmpty(live) && isEmpty(applied))) return structuredClone(applied);
  if (settled.kind !== 'map') return mergeLists((live ?? []) as unknown[], (applied ?? []) as unknown[], settled);
  const merged: Fields = { ...(live as Fields) };
  for (const [name, value] of Object.entries((applied ?? {}) as Fields)) {
    merged[name] = mergeValues(merged[name], value, settled.member(name).shape);
  }
  return merged;
}

/**
 * Items of the applied list keep its order; those that only the live list has stay where they are between
 * the shared ones (structured-merge-diff, typed/merge.go). Live duplicates that are not applied stay;
 * those that are become the applied item.
 */
function mergeLists(live: unknown[], applied: unknown[], shape: ItemShape): unknown[] {
  const liveKeys = live.map((item) => itemElement(shape, item));
  const keys = applied.map((item) => itemElement(shape, item));
  const wanted = new Set(keys);
  const liveItems = new Map<string, unknown>();
  for (const [index, key] of liveKeys.entries()) liveItems.set(key, liveItems.has(key) ? null : live[index]);
  const shared = keys.filter((key) => liveItems.has(key));
  const done = new Set<string>();
  const merged: unknown[] = [];
  let [l, r, next] = [0, 0, 0];
  const takeApplied = (key: string): void => {
    done.add(key);
    merged.push(mergeValues(liveItems.get(key), applied[r], itemShape(shape)));
    r++;
  };
  while (l < live.length || r < applied.length) {
    const [mine, theirs] = [liveKeys[l], keys[r]];
    if (mine !== undefined && theirs !== undefined) {
      if (mine === theirs) {
        takeApplied(theirs);
        l++;
        next++;
        continue;
      }
      if (wanted.has(mine) && next < shared.length && shared[next] !== mine) {
        l++;
        continue;
      }
    }
    if (mine !== undefined) {
      if (!wanted.has(mine)) {
        merged.push(live[l++]);
        continue;
      }
      if (done.has(mine)) l++;
    }
    if (theirs !== undefined) {
      const isNext = shared[next] === theirs;
      takeApplied(theirs);
      if (isNext) next++;
    }
  }
  return merged;
}

/** Named fields on the way to a member are members too: a struct goes when all that was owned in it goes. */
export function withNamedFields(set: FieldSet, shape: Shape): FieldSet {
  const result = emptySet();
  result.member = set.member;
  for (const [element, child] of set.children) {
    const name = element.startsWith('f:') ? element.slice(2) : undefined;
    const member = name !== undefined && shape.kind === 'map' ? shape.member(name) : undefined;
    const inner = member?.shape ?? (shape.kind === 'list' ? shape.item : { kind: 'deduced' as const });
    const copy = withNamedFields(child, inner);
    if (member?.named && copy.children.size > 0 && !isEmptySet(child)) copy.member = true;
    result.children.set(element, copy);
  }
  return result;
}

/**
 * `value` without the paths of `gone`. A map or a list of which nothing stays, or that held nothing, becomes
 * null, not empty (structured-merge-diff, typed/remove.go): kinds in Go take that for nothing at all, and a
 * custom kind's schema may not.
 */
export function removePaths(value: unknown, gone: FieldSet, shape: Shape): unknown {
  const settled = settle(shape, value);
  if (value === null || settled.kind === 'leaf' || isEmptySet(gone)) return value;
  if (settled.kind === 'map') {
    const kept: Fields = {};
    for (const [name, inner] of Object.entries(value as Fields)) {
      const child = gone.children.get(`f:${name}`);
      if (child?.member) continue;
      kept[name] = child ? removePaths(inner, child, settled.member(name).shape) : inner;
    }
    return Object.keys(kept).length > 0 ? kept : null;
  }
  const kept = (value as unknown[]).flatMap((item) => {
    const child = gone.children.get(itemElement(settled, item));
    if (child?.member) return [];
    return [child ? removePaths(item, child, itemShape(settled)) : item];
  });
  return kept.length > 0 ? kept : null;
}
