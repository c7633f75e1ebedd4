import { KctlError } from '../../lib/errors.ts';

/**
 * Takes `TYPE NAME... KEY=VALUE... KEY-...` apart.
 * @throws KctlError `usage` where a resource stands behind a pair
 */
export function splitPairs(
  args: readonly string[],
  what: string,
): { resources: readonly string[]; pairs: readonly string[] } {
  const isPair = (word: string) => word.indexOf('=') > 0 || (word.endsWith('-') && word !== '-');
  const first = args.findIndex(isPair);
  if (first < 0) return { resources: args, pairs: [] };
  const stray = args.slice(first).find((word) => !isPair(word));
  if (stray !== undefined) {
    throw new KctlError('usage', `all resources must be specified before ${what} changes: ${stray}`);
  }
  return { resources: args.slice(0, first), pairs: args.slice(first) };
}

/** @throws KctlError `usage` for a word that is no pair */
export function pairsOf(words: readonly string[], what: string): ReadonlyMap<string, string> {
  const wrong = words.filter((word) => word.indexOf('=') <= 0);
  if (wrong.length > 0) throw new KctlError('usage', `invalid ${what} format: ${wrong.join(', ')}`);
  return new Map(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
}
