import { isMissingOrNull, isTaggedNull, Node, TAG } from '../tree/node.ts';
import { takeDirective } from './directive.ts';
import type { SchemaSource } from './schema.ts';

/** What is merged: the object, then the patch; either may be absent. */
export type Pair = [dest: Node | undefined, patch: Node | undefined];

export interface MergeContext {
  schemas: SchemaSource;
  /** New items of merged lists go before or after those that are there. */
  newItems: 'first' | 'last';
}

/** Which of the two goes on, after `$patch` had its say; undefined where neither does. */
export function survivor([dest, patch]: Pair, keepsNulls = false): Node | undefined {
  if (isMissingOrNull(dest)) {
    if (!keepsNulls) return patch;
    if (patch?.kind === 'map' && takeDirective(patch) === 'delete') return undefined;
    const old = dest as Node | undefined;
    return patch === undefined && old !== undefined && old.value !== '' ? persistentNull(old.value) : patch;
  }
  if (isTaggedNull(patch)) return undefined;
  const directive = takeDirective(patch);
  if (directive === 'delete') return undefined;
  return directive === 'replace' ? patch : dest;
}

/** A null that the object itself says is not the patch's to remove. */
function persistentNull(value: string): Node {
  const node = new Node('scalar', { tag: TAG.null, value });
  node.keep = true;
  return node;
}
