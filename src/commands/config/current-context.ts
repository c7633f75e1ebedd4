import { loadKubeconfig } from '../../kube/kubeconfig/load.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { kubeconfigOptions } from '../shared/kubeconfig-options.ts';

/** `kctl config current-context`. */
export const currentContextCommand = defineCommand<undefined>({
  flags: [],
  // Arguments say nothing, as in kubectl.
  complete: () => undefined,
  async run(_options, context) {
    const { currentContext } = await loadKubeconfig(await kubeconfigOptions(context));
    if (currentContext === '') throw new KctlError('config', 'current-context is not set');
    context.io.stdout.write(`${currentContext}\n`);
  },
});
