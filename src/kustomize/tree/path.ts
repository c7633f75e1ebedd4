import { failed } from '../failure.ts';
import { addToList, requireKind, setField } from './edit.ts';
import { fieldOf, isMissingOrNull, Node, type NodeKind, scalarNode } from './node.ts';

/** The parts of a path; a delimiter after a backslash belongs to its part. */
export function splitPath(path: string, delimiter: string): string[] {
  const parts = path.split(delimiter);
  if (parts.length > 1 && parts[0] === '') parts.shift();
  const result = [parts[0]!];
  for (const part of parts.slice(1)) {
    const last = result.length - 1;
    if (result[last]!.endsWith('\\')) result[last] = `${result[last]!.slice(0, -1)}${delimiter}${part}`;
    else result.push(part);
  }
  return result;
}

/** As `splitPath`, and what stands in brackets is one part: `a.[b=c.d].e`, `a.[b.c/d]`. */
export function splitBracketPath(path: string, delimiter: string): string[] {
  const result: string[] = [];
  const parts = splitPath(path, delimiter);
  for (let at = 0; at < parts.length; at++) {
    let part = parts[at]!;
    if (!part.startsWith('[') || part.endsWith(']')) {
      result.push(part);
      continue;
    }
    while (at < parts.length - 1 && !part.endsWith(']')) part += delimiter + parts[++at]!;
    result.push(part.includes('=') ? part : part.replace(/^[[\]]+|[[\]]+$/g, ''));
  }
  return result;
}

export const isListIndex = (part: string): boolean => part.startsWith('[') && part.endsWith(']');
export const isIndexNumber = (part: string): boolean => /^\+?\d+$/.test(part);

/** `[name=value]`; a name of '' means the items themselves. */
export function splitListIndex(part: string): { name: string; value: string } {
  const inner = part.slice(1, -1);
  const equals = inner.indexOf('=');
  if (equals < 0) throw failed('list path element must contain fieldName=fieldValue for element to match');
  return { name: inner.slice(0, equals), value: inner.slice(equals + 1) };
}

/** The kind that a field gets which is made so that `next` can be looked up in it. */
export function kindFor(next: string, last: NodeKind): NodeKind {
  if (isListIndex(next) || isIndexNumber(next)) return 'seq';
  return next === '' ? last : 'map';
}

/** Where a path leads; with `create` what is missing on the way is made. @throws KctlError `input` */
export function lookup(root: Node, path: readonly string[], create?: NodeKind): Node | undefined {
  const parts = path.map((part) => part.trim()).filter((part) => part !== '');
  let node: Node | undefined = root;
  for (const [at, part] of parts.entries()) {
    node = step(node as Node, part, create && kindFor(parts[at + 1] ?? '', create), create !== undefined);
    if (node === undefined) return undefined;
  }
  return node;
}

function step(node: Node, part: string, kind: NodeKind | undefined, creates: boolean): Node | undefined {
  if (/^[-+]?\d+$/.test(part)) {
    if (Number(part) < 0) throw failed(`array index ${Number(part)} cannot be negative`);
    return itemsOf(node)[Number(part)];
  }
  if (part === '-') return itemsOf(node).at(-1);
  if (part === '*') throw failed('wildcard is not supported in PathGetter');
  if (isListIndex(part)) return elementAt(node, part, creates);
  if (isMissingOrNull(node)) return undefined;
  requireKind(node, 'map');
  const found = fieldOf(node, part);
  if (found || kind === undefined) return found;
  return setField(node, part, new Node(kind));
}

function itemsOf(node: Node): Node[] {
  if (isMissingOrNull(node)) return [];
  requireKind(node, 'seq');
  return (node as Node).content;
}

function elementAt(node: Node, part: string, creates: boolean): Node | undefined {
  const { name, value } = splitListIndex(part);
  const found = itemsOf(node).find((item) =>
    name === '' ? item.value === value : item.kind === 'map' && fieldOf(item, name)?.value === value,
  );
  if (found || !creates) return found;
  const made = name === '' ? scalarNode(value) : new Node('map', { content: [scalarNode(name), scalarNode(value)] });
  addToList(node, made);
  return made;
}
