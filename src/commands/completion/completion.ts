import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';

/** How the script of each shell is made; only the one that is asked for is loaded. */
const scripts: Readonly<Record<string, () => Promise<(tool: string) => string>>> = {
  bash: async () => (await import('./scripts/bash.ts')).bashScript,
  fish: async () => (await import('./scripts/fish.ts')).fishScript,
  powershell: async () => (await import('./scripts/powershell.ts')).powershellScript,
  zsh: async () => (await import('./scripts/zsh.ts')).zshScript,
};

/** `kctl completion SHELL`: a script that asks kctl itself what may follow. */
export const completionCommand = defineCommand<{ shell: string }>({
  flags: [],
  complete({ args }, { tool, commandPath }) {
    const refuse = (message: string) => usageError(message, `${tool} ${commandPath}`);
    if (args.length === 0) throw refuse('Shell not specified.');
    if (args.length > 1) throw refuse('Too many arguments. Expected only the shell type.');
    if (!Object.hasOwn(scripts, args[0]!)) throw refuse(`Unsupported shell type ${JSON.stringify(args[0])}.`);
    return { shell: args[0]! };
  },
  async run({ shell }, { io, tool }) {
    const script = await scripts[shell]!();
    io.stdout.write(script(tool));
  },
});
