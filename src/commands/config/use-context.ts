import { useContext as switchContext } from '../../kube/kubeconfig/edit.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { kubeconfigOptions } from '../shared/kubeconfig-options.ts';

/** `kctl config use-context NAME`. */
export const useContextCommand = defineCommand<{ args: readonly string[] }>({
  flags: [],
  complete: ({ args }) => ({ args }),
  validate({ args }, { tool, commandPath }) {
    if (args.length !== 1) throw usageError(`Unexpected args: [${args.join(' ')}]`, `${tool} ${commandPath}`);
  },
  async run({ args }, context) {
    const name = args[0]!;
    await switchContext(await kubeconfigOptions(context), name);
    context.io.stdout.write(`Switched to context "${name}".\n`);
  },
});
