import { type Alias, Composer, isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, Parser } from 'yaml';
import { failed } from '../failure.ts';
import { Node, type NodeStyle, TAG } from './node.ts';
import { resolveScalar } from './resolve.ts';
import { yamlProblem } from './yaml-problem.ts';

const STYLES: Readonly<Record<string, NodeStyle>> = {
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};
const KNOWN_TAG = /^tag:yaml\.org,2002:/;

/** What go-yaml's reader refuses. */
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;

/** The first document of a text; undefined where it has none or an empty one. @throws KctlError `input`: `yaml: line 3: ...` */
export function parseNode(text: string): Node | undefined {
  if (CONTROL.test(text)) throw failed('yaml: control characters are not allowed');
  const lineCounter = new LineCounter();
  const parser = new Parser(lineCounter.addNewLine);
  const settings = { schema: 'failsafe', uniqueKeys: false, stringKeys: false, prettyErrors: false } as const;
  const composer = new Composer({ ...settings, logLevel: 'silent', lineCounter });
  for (const document of composer.compose(parser.parse(text.replace(/^\ufeff/, '')))) {
    const [problem] = document.errors;
    if (problem) throw failed(yamlProblem(text, problem, lineCounter.linePos(problem.pos[0]).line));
    const root = document.contents as ParsedNode | null;
    if (root === null) return undefined;
    const node = withAnchors(root, text.endsWith('\n') ? Number.POSITIVE_INFINITY : text.length);
    return node.kind === 'scalar' && node.tag === TAG.null ? undefined : node;
  }
  return undefined;
}

/** @param unendedAt where the text ends, if it does so within a line */
function withAnchors(root: ParsedNode, unendedAt: number): Node {
  const anchors = new Map<string, Node>();
  const read = (node: unknown): Node => {
    if (isAlias(node)) return aliasNode(node, anchors);
    const made = shell(node);
    // A block that the text ends in has no line break after its last line.
    const isBlock = made.style === 'literal' || made.style === 'folded';
    if (isBlock && ((node as ParsedNode).range?.[1] ?? 0) >= unendedAt) made.value = made.value.replace(/\n$/, '');
    const anchor = (node as { anchor?: string } | null)?.anchor;
    if (anchor) anchors.set(anchor, made);
    if (isMap(node)) for (const { key, value } of node.items) made.content.push(read(key), read(value));
    else if (isSeq(node)) for (const item of node.items) made.content.push(read(item));
    return made;
  };
  return read(root);
}

function aliasNode({ source }: Alias, anchors: ReadonlyMap<string, Node>): Node {
  const target = anchors.get(source);
  if (!target) throw failed(`yaml: unknown anchor '${source}' referenced`);
  return new Node('alias', { target, value: source });
}

/** A node without what is in it. */
function shell(node: unknown): Node {
  const tag = ((node as { tag?: string } | null)?.tag ?? '').replace(KNOWN_TAG, '!!');
  const flow = (node as { flow?: boolean } | null)?.flow ? 'flow' : '';
  if (isMap(node)) return new Node('map', { tag: TAG.map, style: flow });
  if (isSeq(node)) return new Node('seq', { tag: TAG.seq, style: flow });
  if (!isScalar(node)) return new Node('scalar', { tag: TAG.null });
  const value = node.source ?? String(node.value ?? '');
  const style = STYLES[node.type ?? ''] ?? '';
  // A tag that is written down says more than quotes do.
  if (tag !== '' && tag !== '!') return new Node('scalar', { value, tag });
  return new Node('scalar', { value, style, tag: style === '' && tag === '' ? resolveScalar(value).tag : TAG.str });
}
