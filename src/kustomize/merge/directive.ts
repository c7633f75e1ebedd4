import { failed } from '../failure.ts';
import { fieldOf, isMissingOrNull, type Node, removeField } from '../tree/node.ts';
import { printNode } from '../tree/print.ts';

/** What `$patch` asks for; `unknown` where there is no patch that could ask. */
export type Directive = 'merge' | 'replace' | 'delete' | 'unknown';

const KEY = '$patch';
const KNOWN = new Set(['merge', 'replace', 'delete']);

/** Reads `$patch` and takes it out. @throws KctlError `input` for a word that is none */
export function takeDirective(patch: Node | undefined): Directive {
  if (patch === undefined) return 'merge';
  if (patch.kind === 'map') return known(removeField(patch, KEY)?.value);
  if (patch.kind !== 'seq') {
    throw failed(`no implemented strategic merge patch strategy for '${patch.tag}' ('${printNode(patch)}')`);
  }
  const item = patch.content.find((each) => each.kind === 'map' && fieldOf(each, KEY) !== undefined);
  if (!item || item.content.length > 2 || isMissingOrNull(fieldOf(item, KEY))) return 'merge';
  const directive = known(fieldOf(item, KEY)!.value);
  patch.content = patch.content.filter((each) => fieldOf(each, KEY)?.value !== directive);
  return directive;
}

function known(word: string | undefined): Directive {
  if (word === undefined) return 'merge';
  if (!KNOWN.has(word)) throw failed(`unknown patch strategy '${word}'`);
  return word as Directive;
}
