import { loadKubeconfig } from '../../kube/kubeconfig/load.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { kubeconfigOptions } from '../shared/kubeconfig-options.ts';
import { refuseArguments } from '../shared/no-arguments.ts';

/** `kctl config current-context`. */
export const currentContextCommand = defineCommand<{ args: readonly string[] }>({
  flags: [],
  complete: ({ args }) => ({ args }),
  validate: ({ args }, context) => refuseArguments(args, context),
  async run(_options, context) {
    const { currentContext } = await loadKubeconfig(await kubeconfigOptions(context));
    if (currentContext === '') throw new KctlError('config', 'current-context is not set');
    context.io.stdout.write(`${currentContext}\n`);
  },
});
