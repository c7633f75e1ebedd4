import type { StanzaList } from '../../kube/kubeconfig/document.ts';
import { changeStanza, defaultFile, loadForEdit } from '../../kube/kubeconfig/edit.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { HelpError, usageError } from '../shared/errors.ts';
import { kubeconfigOptions } from '../shared/kubeconfig-options.ts';

/** `kctl config delete-cluster NAME`. */
export const deleteClusterCommand = deleteCommand('cluster', 'clusters');

/** `kctl config delete-context NAME`. */
export const deleteContextCommand = deleteCommand('context', 'contexts');

/** `kctl config delete-user NAME`. */
export const deleteUserCommand = deleteCommand('user', 'users');

/** Deletes a stanza from the file that holds it; messages name the default file, as kubectl's do. */
function deleteCommand(word: string, list: StanzaList) {
  return defineCommand<{ name: string }>({
    flags: [],
    complete({ args }, { tool, commandPath }) {
      if (args.length === 1) return { name: args[0]! };
      if (list === 'users') throw usageError('user to delete is required', `${tool} ${commandPath}`);
      throw new HelpError('');
    },
    async run({ name }, context) {
      const { io, tool } = context;
      const config = await loadForEdit(await kubeconfigOptions(context));
      const { shown } = defaultFile(config);
      if (!config[list].has(name)) throw new KctlError('config', `cannot delete ${word} ${name}, not in ${shown}`);
      if (list === 'contexts' && config.currentContext === name) {
        const advice = `use "${tool} config use-context" to select a different one`;
        io.stderr.write(`warning: this removed your active context, ${advice}\n`);
      }
      await changeStanza(config, list, name, () => undefined);
      io.stdout.write(`deleted ${word} ${name} from ${shown}\n`);
    },
  });
}
