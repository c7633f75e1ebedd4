import type { CommandContext, FlagValues } from '../command.ts';

/** What the shell is told beside the words (cobra, `ShellCompDirective`): bits that add up. */
export const directives = { default: 0, error: 1, noSpace: 2, noFiles: 4, extensions: 8, folders: 16 } as const;

export interface Candidates {
  words: readonly string[];
  directive: number;
}

/** A place in a command line that is being typed. */
export interface Place {
  /** Arguments before it. */
  args: readonly string[];
  /** What is typed of the word so far. */
  word: string;
  /** Flags of the command line so far. */
  flags: FlagValues;
  context: CommandContext;
}
