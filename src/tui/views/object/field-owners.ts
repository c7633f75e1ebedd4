import type { KubeObject, ManagedFieldsEntry } from '../../../api/meta.ts';

/** Who set a field last, as far as the server knows. */
export interface FieldOwner {
  manager: string;
  operation: string;
  time: string | undefined;
  /** `status` and the like, where it came by another way than the object itself. */
  subresource: string | undefined;
}

type Fields = Record<string, unknown>;

/**
 * One step of a path into an object as `fieldsV1` writes it (structured-merge-diff, `fieldpath`): `f:name`,
 * `k:{"name":"web"}`, `v:"value"`, `i:0`; `.` is the thing itself.
 */
interface OwnedNode {
  owners: FieldOwner[];
  children: Map<string, OwnedNode>;
}

const emptyNode = (): OwnedNode => ({ owners: [], children: new Map() });

/** All `managedFields` of an object as one tree of who owns what. */
export function ownedFields(object: KubeObject): OwnedNode {
  const root = emptyNode();
  for (const entry of object.metadata.managedFields ?? []) addFields(root, (entry.fieldsV1 ?? {}) as Fields, entry);
  return root;
}

function addFields(node: OwnedNode, fields: Fields, entry: ManagedFieldsEntry): void {
  const owner = {
    manager: entry.manager ?? '',
    operation: entry.operation ?? '',
    time: entry.time,
    subresource: entry.subresource,
  };
  for (const [step, below] of Object.entries(fields)) {
    if (step === '.') {
      node.owners.push(owner);
      continue;
    }
    const child = node.children.get(step) ?? emptyNode();
    node.children.set(step, child);
    const inner = Object.entries((below ?? {}) as Fields);
    if (inner.length === 0) child.owners.push(owner);
    else addFields(child, below as Fields, entry);
  }
}

/** Everybody who set something in a field or below it. */
export function* ownersBelow(node: OwnedNode): Generator<FieldOwner> {
  yield* node.owners;
  for (const child of node.children.values()) yield* ownersBelow(child);
}

/** The step to `key` of a map, or to the item at `index` of a list; undefined where nobody owns it. */
export function ownedChild(node: OwnedNode, step: string | number, value: unknown): OwnedNode | undefined {
  if (typeof step === 'string') return node.children.get(`f:${step}`);
  for (const [name, child] of node.children) {
    if (name === `i:${step}`) return child;
    if (name.startsWith('v:') && name.slice(2) === JSON.stringify(value)) return child;
    if (name.startsWith('k:') && hasKeys(value, name.slice(2))) return child;
  }
  return undefined;
}

/** True where an item of a list has the keys that `json` names: `{"name":"web"}`. */
function hasKeys(item: unknown, json: string): boolean {
  if (typeof item !== 'object' || item === null) return false;
  try {
    const keys = Object.entries(JSON.parse(json) as Fields);
    return keys.every(([key, value]) => (item as Fields)[key] === value);
  } catch {
    return false;
  }
}

export type { OwnedNode };
