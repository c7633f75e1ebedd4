import type { KubeObject } from '../../api/meta.ts';
import { pointsAt, type Reference, usedBy } from '../../api/references.ts';
import { groupResource } from '../../api/resource.ts';
import type { KnownObject, Ownership } from '../../kube/ownership.ts';
import { compareNaturally } from '../get/natural-order.ts';

/** An object in a tree. */
export interface TreeNode {
  object: KnownObject;
  /** `owns`: by an owner reference of its own; `uses` and `used`: by reference from or to what stands above. */
  edge: 'root' | 'owns' | 'uses' | 'used';
  children: TreeNode[];
  /** It stands in the tree already, with what is below it: objects may have several owners. */
  isRepeated?: boolean;
  /** There is no such object. */
  isMissing?: boolean;
}

/** The object with all that it owns, by type and name. Owners that own each other are no endless tree. */
export function grow(root: KnownObject, ownership: Ownership, shown = new Set<string>()): TreeNode {
  const node = (object: KnownObject, edge: TreeNode['edge']): TreeNode => {
    const { uid = '' } = object.metadata;
    if (shown.has(uid)) return { object, edge, children: [], isRepeated: true };
    shown.add(uid);
    const children = [...ownership.children(uid)].sort(byTypeAndName).map((child) => node(child, 'owns'));
    return { object, edge, children };
  };
  return node(root, 'root');
}

function byTypeAndName(a: KnownObject, b: KnownObject): number {
  const types = a.resource === b.resource ? 0 : groupResource(a.resource) < groupResource(b.resource) ? -1 : 1;
  return types || compareNaturally(a.metadata.name ?? '', b.metadata.name ?? '');
}

/** What stands above all others: the owner that has none, by way of controllers. */
export function topmost(object: KnownObject, ownership: Ownership): KnownObject {
  const seen = new Set<string | undefined>();
  let top = object;
  for (;;) {
    seen.add(top.metadata.uid);
    const [owner] = ownership.owners(top);
    if (!owner || seen.has(owner.metadata.uid)) return top;
    top = owner;
  }
}

/** All nodes of a tree, each before what is below it. */
export function* nodesOf(node: TreeNode): Generator<TreeNode> {
  yield node;
  for (const child of node.children) yield* nodesOf(child);
}

export interface Surroundings {
  /** Objects by uid, whole, as far as they could be read. */
  whole: ReadonlyMap<string, KubeObject>;
  /** Objects of the namespaces that may point at others, with what is known of them. */
  pointing: readonly { object: KubeObject; known: KnownObject }[];
  /** Finds what a reference names; an object that is not there is made up by its kind. */
  find(reference: Reference, namespace: string | undefined): { object: KnownObject; isMissing: boolean };
}

/** Hangs what objects use, and what points at them, into a tree; what stands above already is not said again. */
export function addReferences(node: TreeNode, around: Surroundings, above: ReadonlySet<string> = new Set()): void {
  const whole = around.whole.get(node.object.metadata.uid ?? '');
  const said = new Set(above);
  const added: TreeNode[] = [];
  const add = (object: KnownObject, edge: 'uses' | 'used', isMissing = false): void => {
    const key = `${object.resource.kind}/${object.metadata.name}`;
    if (said.has(key)) return;
    said.add(key);
    added.push({ object, edge, children: [], ...(isMissing && { isMissing }) });
  };
  const { namespace } = node.object.metadata;
  if (whole && !node.isRepeated) {
    for (const { object, known } of around.pointing) {
      if (object.metadata.namespace === namespace && pointsAt(object, whole)) add(known, 'used');
    }
    for (const reference of usedBy(whole)) {
      const { object, isMissing } = around.find(reference, namespace);
      add(object, 'uses', isMissing && reference.optional !== true);
    }
  }
  for (const child of node.children) addReferences(child, around, said);
  // An ingress stands below the service that it leads to, a volume below its claim.
  for (const child of added) if (!child.isMissing) addReferences(child, around, said);
  node.children.unshift(...added);
}
