/**
 * A YAML tree as kustomize works on it: scalars keep their text, tag and quotes, because what is copied from one
 * field to another keeps the text and takes the type that it then has.
 */

export type NodeKind = 'map' | 'seq' | 'scalar' | 'alias';
export type NodeStyle = '' | 'flow' | 'single' | 'double' | 'literal' | 'folded';

export const TAG = {
  str: '!!str',
  int: '!!int',
  float: '!!float',
  bool: '!!bool',
  null: '!!null',
  map: '!!map',
  seq: '!!seq',
  merge: '!!merge',
  binary: '!!binary',
  timestamp: '!!timestamp',
} as const;

export class Node {
  kind: NodeKind;
  tag: string;
  /** The text of a scalar. */
  value: string;
  style: NodeStyle;
  /** Items of a list; keys and values of a map in turn. */
  content: Node[];
  /** What an alias stands for. */
  target: Node | undefined;
  /** A null that a merge has to leave in place. */
  keep = false;

  constructor(kind: NodeKind, fields: Partial<Pick<Node, 'tag' | 'value' | 'style' | 'content' | 'target'>> = {}) {
    this.kind = kind;
    this.tag = fields.tag ?? '';
    this.value = fields.value ?? '';
    this.style = fields.style ?? '';
    this.content = fields.content ?? [];
    this.target = fields.target;
  }

  copy(): Node {
    const content = this.content.map((item) => item.copy());
    const { kind, tag, value, style, target } = this;
    return new Node(kind, { tag, value, style, content, ...(target && { target }) });
  }

  /** Takes on everything of `other` and stays where it is in the tree. */
  become(other: Node): void {
    this.kind = other.kind;
    this.tag = other.tag;
    this.value = other.value;
    this.style = other.style;
    this.content = [...other.content];
    this.target = other.target;
  }
}

/** A scalar whose type follows from its text. */
export const scalarNode = (value: string, style: NodeStyle = ''): Node => new Node('scalar', { value, style });

export const stringNode = (value: string): Node =>
  new Node('scalar', { value, tag: TAG.str, style: value.includes('\n') ? 'literal' : '' });

export function isMissingOrNull(node: Node | undefined): node is undefined {
  return node === undefined || node.tag === TAG.null;
}

export const isTaggedNull = (node: Node | undefined): boolean => node?.tag === TAG.null;

/** Nothing, null, `{}` or `[]`. */
export function isNilOrEmpty(node: Node | undefined): boolean {
  return node === undefined || node.tag === TAG.null || (node.kind !== 'scalar' && node.content.length === 0);
}

export const isEmptyMap = (node: Node | undefined): boolean =>
  isMissingOrNull(node) || ((node as Node).kind === 'map' && (node as Node).content.length === 0);

export const isString = (node: Node): boolean => node.kind === 'scalar' && (node.tag === TAG.str || node.tag === '');

/** The text of a scalar, '' where there is none. */
export const textOf = (node: Node | undefined): string =>
  node === undefined || node.tag === TAG.null ? '' : node.value;

/** Keys and values of a map. */
export function* entriesOf(node: Node): Generator<[Node, Node]> {
  for (let at = 0; at + 1 < node.content.length; at += 2) yield [node.content[at]!, node.content[at + 1]!];
}

export const fieldNames = (node: Node): string[] => Array.from(entriesOf(node), ([key]) => key.value);

/** The value of a map's field; undefined where there is none and in anything else than a map. */
export function fieldOf(node: Node | undefined, name: string): Node | undefined {
  if (node?.kind !== 'map') return undefined;
  const { content } = node;
  for (let at = 0; at + 1 < content.length; at += 2) if (content[at]!.value === name) return content[at + 1];
  return undefined;
}

/** @returns what was there */
export function removeField(node: Node, name: string): Node | undefined {
  for (let at = 0; at + 1 < node.content.length; at += 2) {
    if (node.content[at]!.value === name) return node.content.splice(at, 2)[1];
  }
  return undefined;
}
