import { editDistance } from '../../lib/nearest-name.ts';

/** So many are worth reading. */
const MOST = 3;

/** Names that `typed` may have been meant to be, the nearest first: a slip of the fingers, or a part of a longer name. */
export function nearNames(typed: string, names: readonly string[]): string[] {
  const word = typed.toLowerCase();
  if (word.length < 2) return [];
  const slips = Math.max(1, Math.min(3, Math.floor(word.length / 3)));
  const ranked = [...new Set(names)].flatMap((name) => {
    const rank = rankOf(word, name.toLowerCase(), slips);
    return rank === undefined || name === typed ? [] : [{ name, rank }];
  });
  ranked.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
  return ranked.slice(0, MOST).map(({ name }) => name);
}

/** Undefined where they have nothing to do with each other. */
function rankOf(word: string, name: string, slips: number): number | undefined {
  const edits = slipsBetween(word, name);
  if (edits <= slips) return edits;
  if (name.startsWith(word)) return slips + 1;
  // `web-79f5-x7k2p` for a pod of a set that has new ones by now, and `wbe-79f5-x7k2p` for one that never was.
  const head = stem(name);
  if (head.length > 2 && slipsBetween(stem(word), head) <= Math.min(slips, 2)) return slips + 2;
  if (word.length > 3 && name.includes(word)) return slips + 3;
  return name.length > 3 && word.startsWith(name) ? slips + 4 : undefined;
}

/** Two neighbours that changed places are one slip. */
function slipsBetween(a: string, b: string): number {
  const edits = editDistance(a, b);
  if (edits !== 2 || a.length !== b.length) return edits;
  const at = [...a].findIndex((letter, index) => letter !== b[index]);
  return a[at] === b[at + 1] && a[at + 1] === b[at] ? 1 : 2;
}

/** A name without what controllers put behind it. */
function stem(name: string): string {
  return name.replace(/(?:-[a-z0-9]{8,10})?-[a-z0-9]{5}$/, '');
}
