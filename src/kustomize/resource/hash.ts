import { createHash } from 'node:crypto';
import { toCompactJson } from '../../lib/json.ts';
import { fieldOf, type Node } from '../tree/node.ts';
import { toValue } from '../tree/value.ts';

/** So that no hash spells a word: digits and vowels that could. */
const LETTERS: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };
const LENGTH = 10;

/** The suffix for the name of a generated ConfigMap or Secret: ten letters from its SHA-256. */
export function contentHash(node: Node): string {
  const hex = createHash('sha256').update(hashedText(node)).digest('hex').slice(0, LENGTH);
  return hex.replace(/[013ae]/g, (letter) => LETTERS[letter]!);
}

/** The text of a node's field as it stands, an object or list as data, '' where there is none. */
function part(node: Node, ...names: string[]): unknown {
  let found: Node | undefined = node;
  for (const name of names) found = fieldOf(found, name);
  if (!found) return '';
  return found.kind === 'scalar' ? found.value : toValue(found);
}

/** kustomize looks for a field called `metadata/name`, of which there is none: the name never counts. */
const NAME = '';

function hashedText(node: Node): string {
  const kind = fieldOf(node, 'kind')?.value;
  const optional = (name: string) => {
    const value = part(node, name);
    return typeof value === 'object' && value !== null ? { [name]: value } : {};
  };
  if (kind === 'ConfigMap') {
    return toCompactJson({ kind, name: NAME, data: part(node, 'data'), ...optional('binaryData') });
  }
  if (kind === 'Secret') {
    const type = part(node, 'type');
    return toCompactJson({ kind, name: NAME, type, data: part(node, 'data'), ...optional('stringData') });
  }
  return toCompactJson(toValue(node));
}
