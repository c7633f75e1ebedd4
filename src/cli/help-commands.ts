import { type CommandEntry, defineCommand } from '../commands/command.ts';
import { printHelp, printOptions } from './help.ts';

/** `kctl help`, `kctl help get`, `kctl help config view`. */
export function helpCommand(table: () => readonly CommandEntry[]) {
  return defineCommand<{ topic: readonly string[] }>({
    flags: [],
    complete: ({ args }) => ({ topic: args }),
    run: ({ topic }, { io, tool }) => printHelp(topic, table(), io.stdout, tool),
  });
}

/** `kctl options`. */
export const optionsCommand = defineCommand<undefined>({
  flags: [],
  complete: () => undefined,
  run: (_options, { io, tool }) => printOptions(io.stdout, tool),
});
