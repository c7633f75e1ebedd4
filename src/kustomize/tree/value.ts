import { failed } from '../failure.ts';
import { entriesOf, Node, TAG } from './node.ts';
import { resolveScalar } from './resolve.ts';

/** Plain data of a tree: what its YAML text would be read as. Integers beyond 2^53 are bigints. */
export function toValue(node: Node | undefined): unknown {
  if (node === undefined) return null;
  if (node.kind === 'alias') return toValue(node.target);
  if (node.kind === 'scalar') return scalarValue(node);
  if (node.tag === TAG.null) return null;
  if (node.kind === 'seq') return node.content.map(toValue);
  const fields: Record<string, unknown> = {};
  for (const [key, value] of entriesOf(node)) {
    if (Object.hasOwn(fields, key.value))
      throw failed(`yaml: unmarshal errors:\n  mapping key "${key.value}" already defined`);
    Object.defineProperty(fields, key.value, {
      ...{ value: toValue(value), enumerable: true, configurable: true, writable: true },
    });
  }
  return fields;
}

function scalarValue({ tag, value, style }: Node): unknown {
  if (tag === TAG.str) return value;
  if (tag === TAG.binary) return Buffer.from(value, 'base64').toString('utf8');
  if (tag === TAG.null) return null;
  const resolved = resolveScalar(value);
  if (tag === '' || tag === resolved.tag) return style === '' && !value.includes('\n') ? resolved.value : value;
  if (tag === TAG.float && resolved.tag === TAG.int) return Number(resolved.value);
  if (!tag.startsWith('!!')) return style === '' ? resolved.value : value;
  throw failed(`yaml: unmarshal errors:\n  cannot decode ${resolved.tag} \`${value}\` as a ${tag}`);
}

/** The tree of plain data, with keys in the order of Go's maps when they are written: sorted. */
export function fromValue(value: unknown): Node {
  if (value === null || value === undefined) return new Node('scalar', { value: 'null', tag: TAG.null });
  if (typeof value === 'string') return stringOf(value);
  if (typeof value === 'boolean') return new Node('scalar', { value: String(value), tag: TAG.bool });
  if (typeof value === 'number') {
    return new Node('scalar', { value: String(value), tag: Number.isInteger(value) ? TAG.int : TAG.float });
  }
  if (typeof value === 'bigint') return new Node('scalar', { value: String(value), tag: TAG.int });
  if (Array.isArray(value)) return new Node('seq', { tag: TAG.seq, content: value.map(fromValue) });
  const fields = value as Record<string, unknown>;
  const content = Object.keys(fields)
    .sort()
    .flatMap((key) => [stringOf(key), fromValue(fields[key])]);
  return new Node('map', { tag: TAG.map, content });
}

function stringOf(value: string): Node {
  const isPlain = resolveScalar(value).tag === TAG.str;
  return new Node('scalar', { value, tag: TAG.str, style: value.includes('\n') ? 'literal' : isPlain ? '' : 'double' });
}
