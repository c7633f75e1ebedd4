import { setStanzaFields } from '../../kube/kubeconfig/edit.ts';
import { loadKubeconfig } from '../../kube/kubeconfig/load.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { kubeconfigOptions } from '../shared/kubeconfig-options.ts';

interface SetContextOptions {
  args: readonly string[];
  current: boolean;
  fields: readonly { path: readonly string[]; value: unknown }[];
}

const fieldNames = ['cluster', 'user', 'namespace'] as const;

/** `kctl config set-context`: makes a context, or changes the fields that were given. */
export const setContextCommand = defineCommand<SetContextOptions>({
  flags: [
    { name: 'cluster', type: 'string', default: '', describe: 'The cluster of the context.' },
    { name: 'current', type: 'bool', default: false, describe: 'Change the current context.' },
    { name: 'namespace', type: 'string', default: '', describe: 'The namespace of the context.' },
    { name: 'user', type: 'string', default: '', describe: 'The user of the context.' },
  ],
  complete: ({ args, flags, given }) => ({
    args,
    current: flags.current === true,
    // An empty value takes the field away.
    fields: fieldNames
      .filter((name) => given.has(name))
      .map((name) => ({ path: [name], value: flags[name] === '' ? undefined : flags[name] })),
  }),
  validate({ args, current }, { tool, commandPath }) {
    if (args.length > 1) throw usageError(`Unexpected args: [${args.join(' ')}]`, `${tool} ${commandPath}`);
    if (args.length === 1 && current) {
      throw new KctlError('usage', 'you cannot specify both a context name and --current');
    }
    if (args.length === 0 && !current) {
      throw new KctlError('usage', 'you must specify a non-empty context name or --current');
    }
  },
  async run({ args, fields }, context) {
    const options = await kubeconfigOptions(context);
    const name = args[0] ?? (await loadKubeconfig(options)).currentContext;
    if (name === '') throw new KctlError('config', 'no current context is set');
    const isNew = await setStanzaFields(options, 'contexts', name, fields);
    context.io.stdout.write(`Context "${name}" ${isNew ? 'created' : 'modified'}.\n`);
  },
});
