import { useContext as switchContext } from '../../kube/kubeconfig/edit.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { HelpError } from '../shared/errors.ts';
import { kubeconfigOptions } from '../shared/kubeconfig-options.ts';

/** `kctl config use-context NAME`. */
export const useContextCommand = defineCommand<{ name: string }>({
  flags: [],
  complete({ args }) {
    if (args.length !== 1) throw new HelpError(`Unexpected args: [${args.join(' ')}]`);
    return { name: args[0]! };
  },
  validate({ name }) {
    if (name === '') throw new KctlError('usage', 'empty context names are not allowed');
  },
  async run({ name }, context) {
    await switchContext(await kubeconfigOptions(context), name);
    context.io.stdout.write(`Switched to context ${JSON.stringify(name)}.\n`);
  },
});
