/** Names as a user lists them: `a,team-*,!kube-*`. */
export interface NamePatterns {
  /** Names and patterns as they were typed, without what is excluded; `*` where that is all. */
  words: readonly string[];
  /** Names without a wildcard, in their order. */
  exact: readonly string[];
  /** The words with `*` or `?`. */
  wild: readonly string[];
  /** Not what is excluded, whether or not it is named. */
  excludes(name: string): boolean;
}

export function readPatterns(typed: readonly string[]): NamePatterns {
  const parts = typed.flatMap((word) => word.split(',')).map((part) => part.trim());
  const wanted = [...new Set(parts.filter((part) => part !== '' && !part.startsWith('!')))];
  const excluded = parts
    .filter((part) => part.length > 1 && part.startsWith('!'))
    .map((part) => wildcard(part.slice(1)));
  const words = wanted.length === 0 && excluded.length > 0 ? ['*'] : wanted;
  const wild = words.filter((word) => /[*?]/.test(word));
  return {
    words,
    exact: words.filter((word) => !wild.includes(word)),
    wild,
    excludes: (name) => excluded.some((pattern) => pattern.test(name)),
  };
}

/**
 * The names that are meant, in the order of the words; what a pattern finds among `known` stands in that order.
 * @returns `missed`: patterns that find nothing
 */
export function matchNames(
  patterns: NamePatterns,
  known: readonly string[],
): { names: readonly string[]; missed: readonly string[] } {
  const found = new Set<string>();
  const missed: string[] = [];
  for (const word of patterns.words) {
    const pattern = patterns.wild.includes(word) ? wildcard(word) : undefined;
    const matching = pattern ? known.filter((name) => pattern.test(name)) : [word];
    if (matching.length === 0) missed.push(word);
    for (const name of matching) found.add(name);
  }
  return { names: [...found].filter((name) => !patterns.excludes(name)), missed };
}

/** `*` is any text, `?` one character. */
export function wildcard(text: string): RegExp {
  const source = text
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
