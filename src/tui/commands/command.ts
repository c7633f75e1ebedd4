import type { ActionHost } from '../actions/action.ts';
import type { CompletionFacts } from '../state/known-names.ts';
import type { Remembered } from '../state/memory.ts';

/** A line typed after `:`, taken apart: `WORD [ARGS] [/FILTER] [-f FUZZY] [-l LABELS] [LABELS] [@CONTEXT]`. */
export interface CommandLine {
  word: string;
  args: readonly string[];
  /** As the filter line takes it, without its slash. */
  filter?: string;
  labels?: string;
  context?: string;
  /** All behind the word, as it was typed. */
  rest: string;
}

/**
 * One word of the command line. Help, completion and the palette come from this table. A word that is
 * none of these is a kind.
 */
export interface DashboardCommand {
  /** The first one is what help and completion show. */
  names: readonly string[];
  /** What may stand behind it, for help: `[NAME]`. */
  usage?: string;
  about: string;
  /** Words that may come next, given those before. */
  complete?(facts: CompletionFacts, args: readonly string[], remembered: Remembered): readonly string[];
  /** Fails with an error that is shown as a message. */
  run(host: ActionHost, line: CommandLine): void | Promise<void>;
}
