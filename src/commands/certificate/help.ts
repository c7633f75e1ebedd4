import { defineCommand } from '../command.ts';
import { HelpError } from '../shared/errors.ts';

/** `kctl certificate` alone, or with a word that is none of its sub-commands: its help, and all is well. */
export const certificateHelpCommand = defineCommand<object>({
  flags: [],
  complete: () => ({}),
  run: () => Promise.reject(new HelpError('')),
});
