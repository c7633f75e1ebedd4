import { failed } from '../failure.ts';
import { goPattern } from '../resource/select.ts';
import { addToList, requireKind, setField } from './edit.ts';
import { fieldOf, isMissingOrNull, Node, type NodeKind, scalarNode } from './node.ts';
import { isIndexNumber, isListIndex, kindFor, splitListIndex } from './path.ts';
import { printNode } from './print.ts';

/**
 * All fields that a path leads to: names, numbers, `*` and `[name=pattern]`. With `create`, what is missing is made.
 * @throws KctlError `input` where a list ends before a number, or something is of another kind
 */
export function matchPath(node: Node, path: readonly string[], create?: NodeKind): Node[] {
  const [part, ...rest] = path;
  if (part === undefined) return [node];
  if (isIndexNumber(part)) return matchIndex(node, Number(part), rest, create);
  if (isListIndex(part)) return matchItems(node, part, rest, create);
  if (part === '*') return itemsOf(node).flatMap((item) => matchPath(item, rest, create));
  return matchField(node, part, rest, create);
}

function matchField(node: Node, name: string, rest: readonly string[], create: NodeKind | undefined): Node[] {
  if (isMissingOrNull(node) && !create) return [];
  if (!isMissingOrNull(node)) requireKind(node, 'map');
  const found = fieldOf(node, name);
  if (found) return matchPath(found, rest, create);
  if (!create) return [];
  const made = new Node(kindFor(rest[0] ?? '', create));
  setField(node, name, made);
  return matchPath(made, rest, create);
}

function matchIndex(list: Node, index: number, rest: readonly string[], create: NodeKind | undefined): Node[] {
  const items = itemsOf(list);
  if (items.length === index && create) addToList(list, new Node(kindFor(rest[0] ?? '', create)));
  const item = list.content[index];
  if (!item) throw failed(`index ${index} specified but only ${items.length} elements found`);
  return matchPath(item, rest, create);
}

function matchItems(list: Node, part: string, rest: readonly string[], create: NodeKind | undefined): Node[] {
  const { name, value } = splitListIndex(part);
  const pattern = goPattern(value);
  const accepts = (node: Node) => pattern.matcher(printNode(node).trim()).find();
  const search = () =>
    itemsOf(list).flatMap((item) => {
      const field = name === '' ? item : fieldOf(item, name);
      if (!field || !accepts(field)) return [];
      return name === '' ? [item] : matchPath(item, rest, create);
    });
  const found = search();
  if (found.length > 0 || !create) return found;
  addToList(
    list,
    name === '' ? scalarNode(value) : new Node('map', { content: [scalarNode(name), scalarNode(value)] }),
  );
  return search();
}

function itemsOf(node: Node): readonly Node[] {
  if (isMissingOrNull(node)) return [];
  requireKind(node, 'seq');
  return (node as Node).content;
}
