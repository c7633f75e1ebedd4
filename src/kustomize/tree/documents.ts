import { failed, within } from '../failure.ts';
import { withoutAnchors } from './anchors.ts';
import { fieldOf, type Node, textOf } from './node.ts';
import { parseNode } from './parse.ts';

const SEPARATOR = /\n---.*\n/g;

/** Texts between lines that begin with `---`. */
function splitDocuments(text: string): string[] {
  if (text === '') return [];
  const documents: string[] = [];
  let from = 0;
  for (const { 0: separator, index } of text.matchAll(SEPARATOR)) {
    const rest = separator.slice(4).trim();
    if (rest !== '' && !rest.startsWith('#')) throw failed(`invalid document separator: ${separator.trim()}`);
    documents.push(`${text.slice(from, index)}\n`);
    from = index + separator.length;
  }
  return [...documents, text.slice(from)];
}

/** The documents of a text without anchors; a lone List gives its items. */
export function parseDocuments(text: string): Node[] {
  const texts = splitDocuments(text.replaceAll('\r\n', '\n'));
  const nodes: Node[] = [];
  for (const each of texts) {
    const node = documentOf(each);
    if (node === undefined) continue;
    const kind = textOf(fieldOf(node, 'kind'));
    const items = fieldOf(node, 'items');
    const isWrapped = texts.length === 1 && (kind === 'ResourceList' || kind === 'List');
    if (isWrapped && (items || fieldOf(node, 'functionConfig'))) nodes.push(...(items?.content ?? []));
    else nodes.push(node);
  }
  return nodes.map(withoutAnchors);
}

function documentOf(text: string): Node | undefined {
  try {
    return parseNode(text);
  } catch (error) {
    throw within('MalformedYAMLError', error);
  }
}
