import { isDeepStrictEqual } from 'node:util';
import { descend, emptySet, type FieldSet } from './field-set.ts';
import { type ItemShape, itemElement, itemShape, type Shape, settle } from './shape.ts';

type Fields = Record<string, unknown>;
type MapShape = Extract<Shape, { kind: 'map' }>;

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || Object.keys(value as Fields).length === 0;

/** The items of a list by path element; more than one where the list has duplicates. */
function itemsByElement(items: unknown, shape: ItemShape): Map<string, unknown[]> {
  return Map.groupBy((items ?? []) as unknown[], (item) => itemElement(shape, item));
}

/** Every path that a value says something about: what an applier owns. */
export function fieldSetOf(value: unknown, shape: Shape): FieldSet {
  const set = emptySet();
  collect(value, shape, set);
  return set;
}

function collect(value: unknown, shape: Shape, set: FieldSet): void {
  const settled = settle(shape, value);
  switch (settled.kind) {
    case 'leaf':
      set.member = true;
      return;
    case 'map':
      for (const [name, inner] of Object.entries((value ?? {}) as Fields)) {
        if (inner === undefined) continue;
        const member = settled.member(name);
        const child = descend(set, `f:${name}`);
        collect(inner, member.shape, child);
        if (!member.named || inner === null || (!Array.isArray(inner) && typeof inner === 'object' && isEmpty(inner))) {
          child.member = true;
        }
      }
      return;
    default:
      for (const [element, items] of itemsByElement(value, settled)) {
        const child = descend(set, element);
        // Duplicates are owned together, as one.
        if (items.length === 1) collect(items[0], itemShape(settled), child);
        child.member = true;
      }
  }
}

export interface Comparison {
  added: FieldSet;
  modified: FieldSet;
  removed: FieldSet;
}

/** Which paths differ between two versions of an object. Neither is undefined. */
export function compareValues(before: unknown, after: unknown, shape: Shape): Comparison {
  return new Differences(before, after, shape).sets();
}

/** What differs between two versions of an object, as sets or as a text. Neither is undefined. */
export class Differences {
  readonly #sets: Comparison = { added: emptySet(), modified: emptySet(), removed: emptySet() };
  readonly #marks: [place: Place, which: keyof Comparison][] = [];

  constructor(before: unknown, after: unknown, shape: Shape) {
    compare(before, after, shape, { ...this.#sets, path: '' }, (place, which) => this.#marks.push([place, which]));
  }

  sets(): Comparison {
    for (const [place, which] of this.#marks) nodeAt(place, which).member = true;
    return this.#sets;
  }

  /** The same for the same sets, and for no others: cheaper to make than those. */
  text(): string {
    let text = '';
    for (const [place, which] of this.#marks) text += `${which[0]}${pathOf(place)};`;
    return text;
  }
}

/** A path in the three sets, whose nodes are made when something is said of it: most fields do not differ. */
interface Place extends Partial<Comparison> {
  above?: Place;
  element?: string;
  /** Each element behind its length, once it was wanted. */
  path?: string;
}

/** Takes down what is said of a path. */
type Mark = (place: Place, which: keyof Comparison) => void;

function pathOf(place: Place): string {
  place.path ??= `${pathOf(place.above!)}${place.element!.length}${place.element}`;
  return place.path;
}

function nodeAt(place: Place, which: keyof Comparison): FieldSet {
  place[which] ??= descend(nodeAt(place.above!, which), place.element!);
  return place[which];
}

function compare(old: unknown, after: unknown, shape: Shape, at: Place, mark: Mark): void {
  // The half of an object that a write does not touch is one and the same.
  if (old === after) return;
  const settled = settle(shape, old, after);
  const leaf = settled.kind === 'leaf' || (isEmpty(old) && isEmpty(after));
  if (leaf && old !== undefined && after !== undefined) {
    // What a map without a schema loses when it becomes something else is lost for those who owned it.
    if (shape.kind === 'deduced') {
      if (settle(shape, old).kind === 'map')
        compareMaps(old as Fields, undefined, settle(shape, old) as MapShape, at, mark);
      if (settle(shape, after).kind === 'map')
        compareMaps(undefined, after as Fields, settle(shape, after) as MapShape, at, mark);
    }
    if (!isDeepStrictEqual(old, after)) mark(at, 'modified');
    return;
  }
  if (!leaf && settled.kind === 'map') compareMaps(old as Fields, after as Fields, settled, at, mark);
  else if (!leaf) compareLists(old, after, settled as ItemShape, at, mark);
  if (old === undefined) mark(at, 'added');
  else if (after === undefined) mark(at, 'removed');
  // A struct that was written as null comes to be.
  else if (old === null && after !== null && settled.kind === 'map') mark(at, 'modified');
}

/** A field that Go writes even when nothing is said of it is there on both sides. */
function compareMaps(
  before: Fields | null | undefined,
  after: Fields | null | undefined,
  shape: MapShape,
  above: Place,
  mark: Mark,
): void {
  // A struct that comes or goes does so with all that Go writes of it.
  const whole = before && after ? [] : (shape.zeros ?? []);
  for (const name of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {}), ...whole])) {
    const { shape: inner, zero } = shape.member(name);
    const old = before ? (before[name] === undefined ? zero : before[name]) : undefined;
    const wanted = after ? (after[name] === undefined ? zero : after[name]) : undefined;
    compare(old, wanted, inner, { above, element: `f:${name}` }, mark);
  }
}

function compareLists(before: unknown, after: unknown, shape: ItemShape, above: Place, mark: Mark): void {
  const [old, wanted] = [itemsByElement(before, shape), itemsByElement(after, shape)];
  const item = itemShape(shape);
  for (const element of new Set([...old.keys(), ...wanted.keys()])) {
    const [was, is] = [old.get(element) ?? [], wanted.get(element) ?? []];
    const at = { above, element };
    if (was.length <= 1 && is.length <= 1) compare(was[0], is[0], item, at, mark);
    else if (was.length >= 2 && is.length >= 2) {
      if (!isDeepStrictEqual(was, is)) mark(at, 'modified');
    } else if (was.length >= 2) {
      compare(undefined, is[0], item, at, mark);
      mark(at, 'removed');
    } else {
      compare(was[0], undefined, item, at, mark);
      mark(at, 'added');
    }
  }
}
