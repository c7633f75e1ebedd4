import UFuzzy from '@leeoniya/ufuzzy';
import type { KubeObject } from '../../api/meta.ts';

/** Kinds that are looked through; of one name the first kind that has it is meant. */
export const forwardKinds = ['Service', 'Deployment', 'StatefulSet', 'DaemonSet', 'Pod'] as const;

export type FoundObject =
  | { type: 'found'; object: KubeObject }
  /** More than one name fits. */
  | { type: 'ambiguous'; candidates: readonly string[] }
  /** Nothing fits; what there is. */
  | { type: 'unknown'; candidates: readonly string[] };

/** Letters of a name in their order, others between them. */
const fuzzy = new UFuzzy({ intraIns: Number.POSITIVE_INFINITY, intraChars: '[a-z\\d.-]', interSplit: '[^a-z\\d]+' });

/**
 * Which object a word means: the one of that name, else the one whose name begins with it, else the one that has its
 * letters in their order. Pods of one owner count as one, and as none where something that stands before pods fits.
 */
export function findForwardObject(word: string, objects: readonly KubeObject[]): FoundObject {
  const ranked = objects
    .filter((object) => rank(object) >= 0)
    .toSorted((a, b) => rank(a) - rank(b) || nameOf(a).localeCompare(nameOf(b)));
  const exact = ranked.find((object) => nameOf(object) === word);
  if (exact) return { type: 'found', object: exact };
  const begins = ranked.filter((object) => nameOf(object).startsWith(word));
  const fits = begins.length > 0 ? begins : similar(word, ranked);
  const leading = fits.some((object) => object.kind !== 'Pod') ? fits.filter((o) => o.kind !== 'Pod') : fits;
  const families = new Map(leading.toReversed().map((object) => [family(object), object]));
  if (families.size === 1) return { type: 'found', object: [...families.values()][0]! };
  const labels = (list: readonly KubeObject[]) => list.map((o) => `${o.kind.toLowerCase()}/${nameOf(o)}`);
  if (families.size > 1) return { type: 'ambiguous', candidates: labels(leading) };
  return { type: 'unknown', candidates: labels(ranked.filter((object) => object.kind !== 'Pod' || !isOwned(object))) };
}

/** How many more letters between its own another name must have, so that the first one is clearly meant. */
const CLEARLY = 2;

function similar(word: string, objects: readonly KubeObject[]): KubeObject[] {
  const names = objects.map(nameOf);
  const [found] = fuzzy.search(names, word);
  if (!found || found.length === 0) return [];
  const { idx, intraIns } = fuzzy.info(found, names, word);
  const least = Math.min(...intraIns);
  return idx
    .map((index, at) => ({ object: objects[index]!, between: intraIns[at]! }))
    .filter(({ between }) => between < least + CLEARLY)
    .toSorted((a, b) => a.between - b.between)
    .map(({ object }) => object);
}

const nameOf = (object: KubeObject): string => object.metadata.name ?? '';
const rank = (object: KubeObject): number => forwardKinds.indexOf(object.kind as (typeof forwardKinds)[number]);

function isOwned(object: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).length > 0;
}

/** Objects that are the same thing to a user: of one name, or pods of one owner. */
function family(object: KubeObject): string {
  const owner = object.kind === 'Pod' ? object.metadata.ownerReferences?.find((o) => o.controller) : undefined;
  return owner ? `pods of ${owner.uid}` : nameOf(object);
}
