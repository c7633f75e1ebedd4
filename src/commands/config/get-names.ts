import type { StanzaList } from '../../kube/kubeconfig/document.ts';
import { loadForEdit } from '../../kube/kubeconfig/edit.ts';
import { defineCommand } from '../command.ts';
import { kubeconfigOptions } from '../shared/kubeconfig-options.ts';

/** `kctl config get-clusters`. */
export const getClustersCommand = getNames('clusters');

/** `kctl config get-users`. */
export const getUsersCommand = getNames('users');

/** Names under one heading; arguments say nothing, as in kubectl. */
function getNames(list: StanzaList) {
  return defineCommand<undefined>({
    flags: [],
    complete: () => undefined,
    async run(_options, context) {
      const config = await loadForEdit(await kubeconfigOptions(context));
      const names = [...config[list].keys()].sort();
      context.io.stdout.write(['NAME', ...names].map((name) => `${name}\n`).join(''));
    },
  });
}
