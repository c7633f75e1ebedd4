/**
 * A set of field paths as a tree. Keys of `children` are the path elements of fieldsV1:
 * `f:name` a field, `k:{"name":"x"}` an item of a keyed list, `v:"x"` an item of a set.
 * `member` says that the path to this node is itself in the set. Sets share parts: what was combined never changes.
 * Format: Kubernetes API reference, FieldsV1; structured-merge-diff, fieldpath/serialize.go.
 */
export interface FieldSet {
  member: boolean;
  children: Map<string, FieldSet>;
}

export const emptySet = (): FieldSet => ({ member: false, children: new Map() });

export function isEmptySet(set: FieldSet): boolean {
  if (set.member) return false;
  for (const child of set.children.values()) if (!isEmptySet(child)) return false;
  return true;
}

/** The node at `element`, made if need be. */
export function descend(set: FieldSet, element: string): FieldSet {
  let child = set.children.get(element);
  if (!child) {
    child = emptySet();
    set.children.set(element, child);
  }
  return child;
}

/** A set that cannot be read: a node that is no object, an element that is none. */
export class FieldSetError extends Error {}

/** Deeper than any body in JSON may be; protobuf carries sets as text of their own. */
const DEEPEST = 1000;

/** @throws FieldSetError */
export function fromFieldsV1(fields: unknown, depth = 0): FieldSet {
  const set = emptySet();
  if (fields === undefined || fields === null) return set;
  if (typeof fields !== 'object' || Array.isArray(fields) || depth > DEEPEST)
    throw new FieldSetError('no set of fields');
  for (const [element, inner] of Object.entries(fields)) {
    if (element === '.') {
      set.member = true;
      continue;
    }
    if (!isKnownElement(element)) continue;
    const child = fromFieldsV1(inner, depth + 1);
    // A node without content is a member: `{"f:image":{}}`.
    if (child.children.size === 0) child.member = true;
    set.children.set(element, child);
  }
  return set;
}

const isReadable: Readonly<Record<string, (body: string) => boolean>> = {
  f: () => true,
  i: (body) => /^[+-]?\d+$/.test(body),
  v: (body) => parsed(body) !== undefined,
  k: (body) => {
    const key = parsed(body);
    return typeof key === 'object' && key !== null && !Array.isArray(key);
  },
};

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** False for elements of a type that later versions may know. @throws FieldSetError */
function isKnownElement(element: string): boolean {
  if (element[1] !== ':') throw new FieldSetError('no path element');
  const readable = Object.hasOwn(isReadable, element[0]!) && isReadable[element[0]!];
  if (readable && !readable(element.slice(2))) throw new FieldSetError('no path element');
  return Boolean(readable);
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const rankOf: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 };
const typeRank: Readonly<Record<string, number>> = { number: 0, string: 1, boolean: 2 };

/** Numbers stand before strings, and those before booleans (structured-merge-diff, value/value.go). */
function compareScalars(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== typeof b) return (typeRank[typeof a] ?? 3) - (typeRank[typeof b] ?? 3);
  return order(String(a), String(b));
}

/** A path element with what its place among others depends on, read once: lists are sorted by it. */
interface Ranked {
  element: string;
  value: unknown;
}

const ranked = (element: string): Ranked => ({
  element,
  value: element[0] === 'f' ? undefined : (JSON.parse(element.slice(2)) as unknown),
});

/** The order of path elements: fields, keys, values, indices (structured-merge-diff, fieldpath/element.go). */
function compareElements({ element: a, value: one }: Ranked, { element: b, value: other }: Ranked): number {
  if (a[0] === 'f' && b[0] === 'f') return order(a, b);
  if (a[0] !== b[0]) return (rankOf[a[0]!] ?? 4) - (rankOf[b[0]!] ?? 4);
  if (a[0] !== 'k') return compareScalars(one, other);
  const [fields, others] = [Object.entries(one as object), Object.entries(other as object)];
  for (const [index, [name, value]] of fields.entries()) {
    const against = others[index];
    if (!against) return 1;
    const decided = order(name, against[0]) || compareScalars(value, against[1]);
    if (decided !== 0) return decided;
  }
  return fields.length - others.length;
}

/** In the order in which FieldsV1 writes them. */
export function sortedElements({ children }: FieldSet): string[] {
  const elements = [...children.keys()];
  if (elements.length < 2) return elements;
  // Mostly fields alone, in the order of their code units: what sort does by itself.
  if (elements.every((element) => element[0] === 'f')) return elements.sort();
  return elements
    .map(ranked)
    .sort(compareElements)
    .map(({ element }) => element);
}

type Rule = (a: boolean, b: boolean) => boolean;

/** The same set without nodes that say nothing; itself where it has none, so that results share their parts. */
function pruned(set: FieldSet): FieldSet {
  let children: FieldSet['children'] | undefined;
  for (const [element, child] of set.children) {
    const kept = pruned(child);
    if (kept === child && (child.member || child.children.size > 0)) continue;
    children ??= new Map(set.children);
    if (kept.member || kept.children.size > 0) children.set(element, kept);
    else children.delete(element);
  }
  return children ? { member: set.member, children } : set;
}

function combine(a: FieldSet | undefined, b: FieldSet | undefined, rule: Rule): FieldSet | undefined {
  if (!a || !b) {
    const only = a ?? b;
    return only && rule(Boolean(a), Boolean(b)) ? pruned(only) : undefined;
  }
  const result = emptySet();
  result.member = rule(a.member, b.member);
  const keep = (element: string, child: FieldSet | undefined) => {
    if (child && (child.member || child.children.size > 0)) result.children.set(element, child);
  };
  for (const [element, child] of a.children) keep(element, combine(child, b.children.get(element), rule));
  // A small set against a large one costs what the small one does, where only that can stay.
  if (!rule(false, true)) return result;
  for (const [element, child] of b.children) {
    if (!a.children.has(element)) keep(element, combine(undefined, child, rule));
  }
  return result;
}

export const union = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (x, y) => x || y)!;
/** Of many sets, halves first: one after the other would copy the first ones again for each. */
export function unionOf(sets: readonly FieldSet[]): FieldSet {
  let level = sets;
  while (level.length > 1) {
    const next: FieldSet[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [one, other] = [level[at]!, level[at + 1]];
      next.push(other ? union(one, other) : one);
    }
    level = next;
  }
  return level[0] ?? emptySet();
}
export const intersection = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (x, y) => x && y)!;
/** What is in `a` and not in `b`; paths below a member of `b` stay. `a` itself where nothing goes. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet =>
  !b.member && b.children.size === 0 ? a : combine(a, b, (x, y) => x && !y)!;

/** `.spec.containers[name="x"].image`, as conflicts name a path. */
export function elementText(element: string): string {
  const body = element.slice(2);
  if (element.startsWith('f:')) return `.${body}`;
  if (element.startsWith('v:')) return `[=${body}]`;
  if (element.startsWith('i:')) return `[${body}]`;
  const keys = JSON.parse(body) as Record<string, unknown>;
  return `[${Object.entries(keys)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(',')}]`;
}

/** All paths of a set: at each level those that end there come first. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  const children = sortedElements(set).map((element) => [element, set.children.get(element)!] as const);
  const here = children.filter(([, child]) => child.member).map(([element]) => prefix + elementText(element));
  return [...here, ...children.flatMap(([element, child]) => pathsOf(child, prefix + elementText(element)))];
}
