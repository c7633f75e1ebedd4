/** Names as a user lists them: `a,team-*,!kube-*`. */
export interface NamePatterns {
  /** Names without a wildcard, in their order. */
  exact: readonly string[];
  /** Patterns with `*` or `?`, as they were typed; `*` where there are only exclusions. */
  wild: readonly string[];
  /** Not what is excluded, whether or not it is named. */
  excludes(name: string): boolean;
}

export function readPatterns(words: readonly string[]): NamePatterns {
  const parts = words.flatMap((word) => word.split(',')).map((part) => part.trim());
  const wanted = [...new Set(parts.filter((part) => part !== '' && !part.startsWith('!')))];
  const excluded = parts
    .filter((part) => part.length > 1 && part.startsWith('!'))
    .map((part) => wildcard(part.slice(1)));
  const wild = wanted.filter((part) => /[*?]/.test(part));
  return {
    exact: wanted.filter((part) => !wild.includes(part)),
    wild: wanted.length === 0 && excluded.length > 0 ? ['*'] : wild,
    excludes: (name) => excluded.some((pattern) => pattern.test(name)),
  };
}

/**
 * The names that are meant: first those that are spelled out, then what the patterns find among `known`, in its order.
 * @returns `missed`: patterns that find nothing
 */
export function matchNames(
  patterns: NamePatterns,
  known: readonly string[],
): { names: readonly string[]; missed: readonly string[] } {
  const found = new Set(patterns.exact);
  const missed: string[] = [];
  for (const word of patterns.wild) {
    const pattern = wildcard(word);
    const matching = known.filter((name) => pattern.test(name));
    if (matching.length === 0) missed.push(word);
    for (const name of matching) found.add(name);
  }
  return { names: [...found].filter((name) => !patterns.excludes(name)), missed };
}

/** `*` is any text, `?` one character. */
function wildcard(text: string): RegExp {
  const source = text
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}
