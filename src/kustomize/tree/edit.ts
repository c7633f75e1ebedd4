import { KctlError } from '../../lib/errors.ts';
import {
  isMissingOrNull,
  isString,
  isTaggedNull,
  type Node,
  type NodeKind,
  removeField,
  scalarNode,
  Node as YamlNode,
} from './node.ts';
import { printNode } from './print.ts';
import { isNonString } from './resolve.ts';

const KIND_NAMES: Readonly<Record<NodeKind, string>> = {
  map: 'MappingNode',
  seq: 'SequenceNode',
  scalar: 'ScalarNode',
  alias: 'AliasNode',
};

/** A field is not of the kind that it has to be. */
export class InvalidKindError extends KctlError {
  readonly actual: NodeKind;

  constructor(node: Node, expected: NodeKind) {
    const [wanted, got] = [KIND_NAMES[expected], KIND_NAMES[node.kind]];
    super('input', `wrong node kind: expected ${wanted} but got ${got}: node contents:\n${printNode(node)}`);
    this.actual = node.kind;
  }
}

/** Null is of every kind. @throws InvalidKindError */
export function requireKind(node: Node | undefined, kind: NodeKind): void {
  if (!isMissingOrNull(node) && (node as Node).kind !== kind) throw new InvalidKindError(node as Node, kind);
}

/** Text that YAML 1.1 would read as something else is quoted, so that it stays text. */
function guarded(value: Node): Node {
  if (isString(value) && value.style === '' && isNonString(value.value)) value.style = 'double';
  return value;
}

/** Puts a scalar in a scalar's place; its quotes stay. */
export function setScalar(node: Node, value: Node): void {
  guarded(value);
  requireKind(node, 'scalar');
  if (isMissingOrNull(value)) return;
  (value as Node).style = node.style;
  node.become(value);
}

/**
 * Sets a field; null removes it. A field that is there keeps its quotes.
 * @returns the node that now is the field's value
 */
export function setField(map: Node, name: string, value: Node | undefined): Node | undefined {
  if (value !== undefined) guarded(value);
  requireKind(map, 'map');
  if (value === undefined || (isTaggedNull(value) && !value.keep)) return removeField(map, name);
  for (let at = 0; at + 1 < map.content.length; at += 2) {
    const old = map.content[at + 1]!;
    if (map.content[at]!.value !== name) continue;
    value.style = old.style;
    if (old !== value) old.become(value);
    return old;
  }
  map.content.push(scalarNode(name), value);
  return value;
}

export function addToList(list: Node, item: Node): void {
  requireKind(list, 'seq');
  list.content.push(item);
}

/** What a label, an annotation or a name is set to: `name` '' sets the node itself. */
export function setEntry(node: Node, name: string, value: string, tag: string): void {
  const made = new YamlNode('scalar', { value, tag });
  if (name === '') setScalar(node, made);
  else setField(node, name, made);
}
