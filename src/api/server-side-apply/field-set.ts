/**
 * A set of field paths as a tree. Keys of `children` are the path elements of fieldsV1:
 * `f:name` a field, `k:{"name":"x"}` an item of a keyed list, `v:"x"` an item of a set.
 * `member` says that the path to this node is itself in the set.
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

export function fromFieldsV1(fields: Record<string, unknown> | undefined): FieldSet {
  const set = emptySet();
  for (const [element, inner] of Object.entries(fields ?? {})) {
    if (element === '.') {
      set.member = true;
      continue;
    }
    const child = fromFieldsV1(inner as Record<string, unknown>);
    // A node without content is a member: `{"f:image":{}}`.
    if (child.children.size === 0) child.member = true;
    set.children.set(element, child);
  }
  return set;
}

export function toFieldsV1(set: FieldSet): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  if (set.member && set.children.size > 0) fields['.'] = {};
  for (const element of [...set.children.keys()].sort()) {
    const child = set.children.get(element)!;
    if (!isEmptySet(child)) fields[element] = toFieldsV1(child);
  }
  return fields;
}

type Rule = (a: boolean, b: boolean) => boolean;

function combine(a: FieldSet | undefined, b: FieldSet | undefined, rule: Rule): FieldSet {
  const result = emptySet();
  result.member = rule(a?.member ?? false, b?.member ?? false);
  for (const element of new Set([...(a?.children.keys() ?? []), ...(b?.children.keys() ?? [])])) {
    const child = combine(a?.children.get(element), b?.children.get(element), rule);
    if (!isEmptySet(child)) result.children.set(element, child);
  }
  return result;
}

export const union = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (x, y) => x || y);
export const intersection = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (x, y) => x && y);
/** What is in `a` and not in `b`; paths below a member of `b` stay. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (x, y) => x && !y);

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  return isEmptySet(combine(a, b, (x, y) => x !== y));
}

/** `.spec.containers[name="x"].image`, as conflicts name a path. */
function elementText(element: string): string {
  const body = element.slice(2);
  if (element.startsWith('f:')) return `.${body}`;
  if (element.startsWith('v:')) return `[=${body}]`;
  if (element.startsWith('i:')) return `[${body}]`;
  const keys = JSON.parse(body) as Record<string, unknown>;
  return `[${Object.entries(keys)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(',')}]`;
}

/** All paths of a set, sorted by element. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  const paths = set.member && prefix ? [prefix] : [];
  for (const element of [...set.children.keys()].sort()) {
    paths.push(...pathsOf(set.children.get(element)!, prefix + elementText(element)));
  }
  return paths;
}
