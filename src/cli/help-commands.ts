import { type CommandEntry, defineCommand } from '../commands/command.ts';
import { knowsTopic, printHelp, printOptions } from './help.ts';

/** `kctl help`, `kctl help get`, `kctl help config view`. */
export function helpCommand(table: () => readonly CommandEntry[]) {
  return defineCommand<{ topic: readonly string[] }>({
    flags: [],
    complete: ({ args }) => ({ topic: args }),
    async run({ topic }, { io, tool }) {
      const isKnown = knowsTopic(topic, table());
      if (!isKnown) io.stderr.write(`Unknown help topic [${topic.map((word) => `\`${word}\``).join(' ')}]\n\n`);
      await printHelp(isKnown ? topic : [], table(), isKnown ? io.stdout : io.stderr, io, tool);
    },
  });
}

/** `kctl options`. */
export const optionsCommand = defineCommand<undefined>({
  flags: [],
  complete: () => undefined,
  run: (_options, { io, tool }) => printOptions(io, tool),
});
