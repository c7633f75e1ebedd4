import { emptySet, type FieldSet, isEmptySet } from './field-set.ts';
import { itemElement, type Shape, settle } from './shape.ts';

type Fields = Record<string, unknown>;

/** What an applied configuration makes of the live value: applied leaves win, the rest of `live` stays. */
export function mergeValues(live: unknown, applied: unknown, shape: Shape): unknown {
  if (applied === undefined) return live;
  if (live === undefined || live === null) return structuredClone(applied);
  const settled = settle(shape, live, applied);
  switch (settled.kind) {
    case 'leaf':
      return structuredClone(applied);
    case 'map': {
      const merged: Fields = { ...(live as Fields) };
      for (const [name, value] of Object.entries(applied as Fields)) {
        merged[name] = mergeValues(merged[name], value, settled.member(name).shape);
      }
      return merged;
    }
    default:
      return mergeLists(live as unknown[], applied as unknown[], settled);
  }
}

/**
 * Items keep the order of the applied list; those that only the live list has stay in front of the
 * shared item that follows them there (structured-merge-diff, typed/merge.go).
 */
function mergeLists(live: unknown[], applied: unknown[], shape: Extract<Shape, { kind: 'list' | 'set' }>): unknown[] {
  const liveKeys = live.map((item) => itemElement(shape, item));
  const appliedKeys = applied.map((item) => itemElement(shape, item));
  const [liveAt, wanted] = [new Map(liveKeys.map((key, index) => [key, index])), new Set(appliedKeys)];
  const done = new Set<string>();
  const merged: unknown[] = [];
  let next = 0;
  const takeLiveOnly = (until: number): void => {
    for (; next < until; next++) {
      if (!wanted.has(liveKeys[next]!)) merged.push(live[next]);
    }
  };
  for (const [index, key] of appliedKeys.entries()) {
    if (done.has(key)) continue;
    done.add(key);
    const position = liveAt.get(key);
    if (position !== undefined && position >= next) {
      takeLiveOnly(position);
      next = position + 1;
    } else if (position === undefined && next < live.length && !wanted.has(liveKeys[next]!)) {
      // A new item comes behind what stands between the shared item before it and the next one.
      let until = next;
      while (until < live.length && !wanted.has(liveKeys[until]!)) until++;
      takeLiveOnly(until);
    }
    const item = shape.kind === 'list' ? shape.item : ({ kind: 'leaf' } as const);
    merged.push(mergeValues(position === undefined ? undefined : live[position], applied[index], item));
  }
  takeLiveOnly(live.length);
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
    if (member?.named && !isEmptySet(child)) copy.member = true;
    result.children.set(element, copy);
  }
  return result;
}

/** `value` without the paths of `gone`. */
export function removePaths(value: unknown, gone: FieldSet, shape: Shape): unknown {
  const settled = settle(shape, value);
  if (settled.kind === 'leaf' || isEmptySet(gone)) return value;
  if (settled.kind === 'map') {
    const kept: Fields = {};
    for (const [name, inner] of Object.entries(value as Fields)) {
      const child = gone.children.get(`f:${name}`);
      if (child?.member) continue;
      kept[name] = child ? removePaths(inner, child, settled.member(name).shape) : inner;
    }
    return kept;
  }
  return (value as unknown[]).flatMap((item) => {
    const child = gone.children.get(itemElement(settled, item));
    if (child?.member) return [];
    return [child && settled.kind === 'list' ? removePaths(item, child, settled.item) : item];
  });
}
