import type { CommandContext, FlagValues } from '../command.ts';

/** A command that changes objects, as far as the journal and a protected context want to know of it. */
export interface ChangingCommand
  extends Pick<CommandContext, 'io' | 'tool' | 'commandPath' | 'globals' | 'signal' | 'commandLine'> {
  /** Values of its own flags. */
  flags: FlagValues;
  /** The entry of the journal that is taken back. */
  undoes?: number;
}
