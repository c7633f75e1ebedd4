/** More edits than this are no slip of the fingers. */
const mostEdits = 2;

/** The name that `typed` was most likely meant to be: a few edits away, or the one it begins; undefined where none is near. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const word = typed.toLowerCase();
  let best: string | undefined;
  let least = Math.min(mostEdits, Math.floor(word.length / 2)) + 1;
  for (const name of names) {
    const edits = editDistance(word, name.toLowerCase());
    if (edits < least) [best, least] = [name, edits];
  }
  return best ?? (word.length > 2 ? names.find((name) => name.toLowerCase().startsWith(word)) : undefined);
}

/** Levenshtein distance: insertions, deletions and substitutions. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(previous[column]! + 1, current[column - 1]! + 1, replaced));
    }
    previous = current;
  }
  return previous[b.length]!;
}
