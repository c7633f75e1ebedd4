import { editKubeconfigFile } from '../../kube/kubeconfig/edit.ts';
import { loadKubeconfig } from '../../kube/kubeconfig/load.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { kubeconfigOptions } from '../shared/kubeconfig-options.ts';

/** `kctl config delete-context NAME`, in the file that holds it. */
export const deleteContextCommand = defineCommand<{ args: readonly string[] }>({
  flags: [],
  complete: ({ args }) => ({ args }),
  validate({ args }, { tool, commandPath }) {
    if (args.length !== 1) throw usageError(`Unexpected args: [${args.join(' ')}]`, `${tool} ${commandPath}`);
  },
  async run({ args }, context) {
    const { io, tool } = context;
    const name = args[0]!;
    const config = await loadKubeconfig(await kubeconfigOptions(context));
    const owned = config.contexts.get(name);
    if (!owned) throw new KctlError('config', `cannot delete context ${name}, not in ${config.files.at(-1)}`);
    if (config.currentContext === name) {
      io.stderr.write(
        `warning: this removed your active context, use "${tool} config use-context" to select a different one\n`,
      );
    }
    await editKubeconfigFile(owned.file, (document) => void document.removeStanza('contexts', name));
    io.stdout.write(`deleted context ${name} from ${owned.file}\n`);
  },
});
