import { defineCommand } from '../commands/command.ts';
import { kubeconfigOptions } from '../commands/shared/kubeconfig-options.ts';
import { KctlError } from '../lib/errors.ts';
import { rawTerminal } from '../lib/terminal-guard.ts';
import { kctlVersion } from '../lib/version.ts';

/** `kctl ui`, and bare `kctl` on a terminal. */
export const uiCommand = defineCommand<{ themeName: string; line: string }>({
  flags: [
    { name: 'theme', type: 'string', default: '', describe: 'The theme to use.' },
    {
      name: 'command',
      short: 'c',
      type: 'string',
      default: '',
      describe: "What to show first, as typed after ':' (pods shop /web); default: what was seen last.",
    },
  ],
  complete: ({ flags, args }) => ({ themeName: String(flags.theme), line: String(flags.command) || args.join(' ') }),
  validate(_options, { io, tool }) {
    if (io.stdin.isTTY && io.stdout.isTTY) return;
    throw new KctlError('usage', 'the dashboard needs a terminal', {
      hint: `See '${tool} --help' for the command line.`,
    });
  },
  async run({ themeName, line }, context) {
    const cluster = await context.connect();
    const { io, signal, tool } = context;
    // After connecting: a bundled cluster that was started for this has its kubeconfig only now.
    const options = await kubeconfigOptions(context);
    const { runDashboard } = await import('../tui/main.tsx');
    return runDashboard({
      cluster,
      io: { ...io, stdout: rawTerminal(io.stdout), stderr: rawTerminal(io.stderr) },
      signal,
      clusterOptions: { ...options, stdin: io.stdin, tool, version: kctlVersion },
      ...(context.program && { program: context.program }),
      ...(themeName !== '' && { themeName }),
      ...(line !== '' && { line }),
    });
  },
});
