import type { CommandEntry } from '../commands/command.ts';
import { editDistance } from '../lib/nearest-name.ts';

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
