import { failed } from '../failure.ts';
import { entriesOf, Node, TAG } from './node.ts';
import { keyLines } from './print.ts';
import { resolveScalar } from './resolve.ts';

class RepeatedKeyError extends Error {}

/**
 * Plain data of a tree: what its YAML text would be read as. Integers beyond 2^53 are bigints.
 * @throws KctlError `input` where a key comes twice or a value does not fit its tag, in go-yaml's words
 */
export function toValue(node: Node | undefined): unknown {
  try {
    return plain(node);
  } catch (error) {
    if (error instanceof RepeatedKeyError) throw failed(repeatedKeys(node!), error);
    throw error;
  }
}

/** Lines are those of the tree as it would be printed. */
function repeatedKeys(root: Node): string {
  const lines = keyLines(root);
  const problems: string[] = [];
  const visit = (node: Node) => {
    const known = new Map<string, number>();
    for (const [key] of node.kind === 'map' ? entriesOf(node) : []) {
      const line = lines.get(key) ?? 0;
      const first = known.get(key.value);
      if (first === undefined) known.set(key.value, line);
      else problems.push(`  line ${line}: mapping key ${JSON.stringify(key.value)} already defined at line ${first}`);
    }
    node.content.forEach(visit);
  };
  visit(root);
  return `yaml: unmarshal errors:\n${problems.join('\n')}`;
}

function plain(node: Node | undefined): unknown {
  if (node === undefined) return null;
  if (node.kind === 'alias') return plain(node.target);
  if (node.kind === 'scalar') return scalarValue(node);
  if (node.tag === TAG.null) return null;
  if (node.kind === 'seq') return node.content.map(plain);
  const fields: Record<string, unknown> = {};
  for (const [key, value] of entriesOf(node)) {
    if (Object.hasOwn(fields, key.value)) throw new RepeatedKeyError();
    Object.defineProperty(fields, key.value, {
      ...{ value: plain(value), enumerable: true, configurable: true, writable: true },
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
  throw failed(`yaml: cannot decode ${resolved.tag} \`${value}\` as a ${tag}`);
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
