import { isDeepStrictEqual } from 'node:util';
import { descend, emptySet, type FieldSet } from './field-set.ts';
import { itemElement, type Shape, settle } from './shape.ts';

type Fields = Record<string, unknown>;

const isAbsent = (value: unknown): boolean => value === undefined || value === null;
const isEmptyMap = (value: unknown): boolean => isAbsent(value) || Object.keys(value as Fields).length === 0;

/**
 * Every path that a value says something about: what an applier owns. Nobody owns an empty keyed list
 * or set; `withEmptyLists` finds it all the same, so that it is not taken away from who wrote it.
 */
export function fieldSetOf(value: unknown, shape: Shape, withEmptyLists = false): FieldSet {
  const set = emptySet();
  collect(value, shape, set, withEmptyLists);
  return set;
}

function collect(value: unknown, shape: Shape, set: FieldSet, withEmptyLists: boolean): void {
  const settled = settle(shape, value);
  switch (settled.kind) {
    case 'leaf':
      set.member = true;
      return;
    case 'map':
      for (const [name, inner] of Object.entries(value as Fields)) {
        const member = settled.member(name);
        const child = descend(set, `f:${name}`);
        collect(inner, member.shape, child, withEmptyLists);
        if (!member.named || (typeof inner === 'object' && !Array.isArray(inner) && isEmptyMap(inner))) {
          child.member = true;
        }
      }
      return;
    default:
      if (withEmptyLists && (value as unknown[]).length === 0) set.member = true;
      for (const item of value as unknown[]) {
        const child = descend(set, itemElement(settled, item));
        if (settled.kind === 'list') collect(item, settled.item, child, withEmptyLists);
        child.member = true;
      }
  }
}

export interface Comparison {
  added: FieldSet;
  modified: FieldSet;
  removed: FieldSet;
}

/** Which paths differ between two versions of an object. */
export function compareValues(before: unknown, after: unknown, shape: Shape): Comparison {
  const comparison = { added: emptySet(), modified: emptySet(), removed: emptySet() };
  compare(before, after, shape, comparison, true);
  return comparison;
}

/** `anyway`: the path itself is there even where `before` says nothing of it, so that nobody comes to own it. */
function compare(old: unknown, after: unknown, shape: Shape, at: Comparison, anyway: boolean): void {
  if (isAbsent(old) && isAbsent(after)) return;
  const settled = settle(shape, old, after);
  const before = anyway && settled.kind === 'map' ? (old ?? {}) : old;
  if (settled.kind === 'leaf' || (settled.kind === 'map' && isEmptyMap(before) && isEmptyMap(after))) {
    if (isAbsent(before)) at.added.member = true;
    else if (isAbsent(after)) at.removed.member = true;
    else if (!isDeepStrictEqual(before, after)) at.modified.member = true;
    return;
  }
  if (settled.kind === 'map') compareMaps(before as Fields, after as Fields, settled, at);
  else compareLists(before as unknown[], after as unknown[], settled, at);
  if (anyway) return;
  if (isAbsent(before)) at.added.member = true;
  else if (isAbsent(after)) at.removed.member = true;
}

const at = (comparison: Comparison, element: string): Comparison => ({
  added: descend(comparison.added, element),
  modified: descend(comparison.modified, element),
  removed: descend(comparison.removed, element),
});

function compareMaps(
  before: Fields | undefined,
  after: Fields | undefined,
  shape: Extract<Shape, { kind: 'map' }>,
  comparison: Comparison,
): void {
  for (const name of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
    const member = shape.member(name);
    const anyway = member.always && !isAbsent(before) && isAbsent(before![name]);
    compare(before?.[name], after?.[name], member.shape, at(comparison, `f:${name}`), anyway);
  }
}

function compareLists(
  before: unknown[] | undefined,
  after: unknown[] | undefined,
  shape: Extract<Shape, { kind: 'list' | 'set' }>,
  comparison: Comparison,
): void {
  const index = (items: unknown[] | undefined) =>
    new Map((items ?? []).map((item) => [itemElement(shape, item), item]));
  const [old, wanted] = [index(before), index(after)];
  const item: Shape = shape.kind === 'list' ? shape.item : { kind: 'leaf' };
  for (const element of new Set([...old.keys(), ...wanted.keys()])) {
    compare(old.get(element), wanted.get(element), item, at(comparison, element), false);
  }
}
