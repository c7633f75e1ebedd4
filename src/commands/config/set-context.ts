import { changeStanza, loadForEdit } from '../../kube/kubeconfig/edit.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { HelpError } from '../shared/errors.ts';
import { kubeconfigOptions } from '../shared/kubeconfig-options.ts';

interface SetContextOptions {
  /** '' is the current one. */
  name: string;
  current: boolean;
  fields: Partial<Record<'cluster' | 'user' | 'namespace', string>>;
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
  complete({ args, flags, given }) {
    if (args.length > 1) throw new HelpError(`Unexpected args: [${args.join(' ')}]`);
    const fields = fieldNames.filter((name) => given.has(name)).map((name) => [name, String(flags[name])]);
    return { name: args[0] ?? '', current: flags.current === true, fields: Object.fromEntries(fields) };
  },
  validate({ name, current }) {
    if (name === '' && !current) {
      throw new KctlError('usage', 'you must specify a non-empty context name or --current');
    }
    if (name !== '' && current) {
      throw new KctlError('usage', 'you cannot specify both a context name and --current');
    }
  },
  async run({ name: wanted, fields }, context) {
    const config = await loadForEdit(await kubeconfigOptions(context));
    const name = wanted || config.currentContext;
    if (name === '') throw new KctlError('config', 'no current context is set');
    const isNew = !config.contexts.has(name);
    await changeStanza(config, 'contexts', name, (before) => ({ ...before, ...fields }));
    context.io.stdout.write(`Context ${JSON.stringify(name)} ${isNew ? 'created' : 'modified'}.\n`);
  },
});
