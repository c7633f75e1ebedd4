import { loadKubeconfig } from '../../kube/kubeconfig/load.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { kubeconfigOptions } from '../shared/kubeconfig-options.ts';
import { textTable } from '../shared/text-table.ts';

interface GetContextsOptions {
  names: readonly string[];
  nameOnly: boolean;
  noHeaders: boolean;
}

const headers = ['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE'];

/** `kctl config get-contexts`: all of them, or those named. */
export const getContextsCommand = defineCommand<GetContextsOptions>({
  flags: [
    { name: 'no-headers', type: 'bool', default: false, describe: 'Print no headers.' },
    { name: 'output', short: 'o', type: 'string', default: '', describe: '-o name prints names only.' },
  ],
  complete({ args, flags }, { tool }) {
    const output = String(flags.output);
    if (output !== '' && output !== 'name') {
      throw new KctlError(
        'usage',
        `--output ${output} is not available in ${tool} config get-contexts; resetting to default output format`,
      );
    }
    return { names: args, nameOnly: output === 'name', noHeaders: flags['no-headers'] === true };
  },
  async run({ names, nameOnly, noHeaders }, context) {
    const { contexts, currentContext } = await loadKubeconfig(await kubeconfigOptions(context));
    const all = [...contexts.keys()].sort();
    const errors = names
      .filter((name) => !contexts.has(name))
      .map((name) => new KctlError('config', `context ${name} not found`));
    const shown = (names.length > 0 ? names.toSorted() : all).filter((name) => contexts.has(name));
    if (nameOnly) context.io.stdout.write(shown.map((name) => `${name}\n`).join(''));
    else {
      const rows = shown.map((name) => {
        const { cluster = '', user = '', namespace = '' } = contexts.get(name)!.value;
        return [name === currentContext ? '*' : '', name, cluster, user, namespace];
      });
      context.io.stdout.write(textTable(noHeaders ? undefined : headers, rows));
    }
    throwCollected(errors);
  },
});
