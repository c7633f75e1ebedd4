import { defaultFile, editKubeconfigFile, loadForEdit, setCurrentContext } from '../../kube/kubeconfig/edit.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { HelpError } from '../shared/errors.ts';
import { kubeconfigOptions } from '../shared/kubeconfig-options.ts';

/** `kctl config rename-context OLD NEW`; the current context follows. */
export const renameContextCommand = defineCommand<{ from: string; to: string }>({
  flags: [],
  complete({ args }) {
    if (args.length !== 2) throw new HelpError(`Unexpected args: [${args.join(' ')}]`);
    return { from: args[0]!, to: args[1]! };
  },
  validate({ to }) {
    if (to === '') throw new KctlError('usage', 'You must specify a new non-empty context name');
  },
  async run({ from, to }, context) {
    const config = await loadForEdit(await kubeconfigOptions(context));
    const { shown } = defaultFile(config);
    const owned = config.contexts.get(from);
    const old = JSON.stringify(from);
    if (!owned) throw new KctlError('config', `cannot rename the context ${old}, it's not in ${shown}`);
    if (config.contexts.has(to)) {
      const reason = `the context ${JSON.stringify(to)} already exists in ${shown}`;
      throw new KctlError('config', `cannot rename the context ${old}, ${reason}`);
    }
    await editKubeconfigFile(owned.file, (document) => void document.renameStanza('contexts', from, to));
    if (config.currentContext === from) await setCurrentContext(config, to);
    context.io.stdout.write(`Context ${old} renamed to ${JSON.stringify(to)}.\n`);
  },
});
