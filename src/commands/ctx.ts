import { useContext as switchContext } from '../kube/kubeconfig/edit.ts';
import { loadKubeconfig } from '../kube/kubeconfig/load.ts';
import { KctlError } from '../lib/errors.ts';
import { escapeTerminal } from '../lib/escape.ts';
import { isProtected } from '../settings/protected.ts';
import { readSettings } from '../settings/settings.ts';
import { defineCommand } from './command.ts';
import { usageError } from './shared/errors.ts';
import { kubeconfigOptions } from './shared/kubeconfig-options.ts';
import { readPrevious, writePrevious } from './shared/previous.ts';

/** `kctl ctx [NAME | -]`: lists contexts with the one in use marked, or switches; `-` goes back. */
export const ctxCommand = defineCommand<{ args: readonly string[] }>({
  flags: [],
  complete: ({ args }) => ({ args }),
  validate({ args }, { tool }) {
    if (args.length > 1) throw usageError(`Unexpected args: [${args.join(' ')}]`, `${tool} ctx`);
  },
  async run({ args }, context) {
    const { io, tool } = context;
    const options = await kubeconfigOptions(context);
    const { contexts, currentContext } = await loadKubeconfig(options);
    const [wanted] = args;
    if (wanted === undefined) {
      // Who reads a pipe wants names alone.
      const marks = io.stdout.isTTY ? (readSettings(io.env).protected ?? []) : [];
      const lines = [...contexts.keys()].sort().map((name) => {
        const mark = isProtected(name, marks) ? '  (protected)' : '';
        return `${name === currentContext ? '*' : ' '} ${escapeTerminal(name)}${mark}\n`;
      });
      io.stdout.write(lines.join(''));
      return;
    }
    const previous = await readPrevious(io.env);
    const name = wanted === '-' ? previous.context : wanted;
    if (name === undefined) {
      throw new KctlError('usage', 'there is no previous context', { hint: `Switch with '${tool} ctx NAME' first.` });
    }
    await switchContext(options, name);
    if (name !== currentContext && currentContext !== '') {
      await writePrevious(io.env, { ...previous, context: currentContext });
    }
    io.stdout.write(`Switched to context "${escapeTerminal(name)}".\n`);
  },
});
