import type { CommandEntry } from '../commands/command.ts';

/** Names that are at most this many edits away from what was typed are suggested. */
const maxDistance = 2;

/** The commands a user may have meant by `typed`: near in spelling, or it is the beginning of their name. */
export function suggestCommands(typed: string, table: readonly CommandEntry[]): string[] {
  const word = typed.toLowerCase();
  return table
    .filter((entry) => !entry.hidden)
    .map((entry) => entry.name)
    .filter((name) => editDistance(word, name.toLowerCase()) <= maxDistance || name.toLowerCase().startsWith(word));
}

/** Levenshtein distance: insertions, deletions and substitutions. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(previous[column]! + 1, current[column - 1]! + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length]!;
}
