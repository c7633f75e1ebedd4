import { changeStanza, loadForEdit, setCurrentContext, setPreference } from '../../kube/kubeconfig/edit.ts';
import type { Kubeconfig } from '../../kube/kubeconfig/model.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { HelpError } from '../shared/errors.ts';
import { kubeconfigOptions } from '../shared/kubeconfig-options.ts';
import { type Property, parseProperty, propertyValue } from './property.ts';

interface SetOptions {
  name: string;
  value: string;
  raw: boolean;
}

/** `kctl config set PROPERTY VALUE`. */
export const setCommand = defineCommand<SetOptions>({
  flags: [
    {
      name: 'set-raw-bytes',
      type: 'bool',
      default: false,
      describe: 'Take the value of a binary field as it is, not as base64.',
    },
  ],
  complete({ args, flags }) {
    if (args.length !== 2) throw new HelpError(`Unexpected args: [${args.join(' ')}]`);
    return { name: args[0]!, value: args[1]!, raw: flags['set-raw-bytes'] === true };
  },
  validate({ name, value }) {
    if (value === '') throw new KctlError('usage', 'you cannot use set to unset a property');
    if (name === '') throw new KctlError('usage', 'you must specify a property');
  },
  async run({ name, value, raw }, context) {
    const config = await loadForEdit(await kubeconfigOptions(context));
    const property = parseProperty(name);
    await setProperty(config, property, propertyValue(property, value, raw));
    context.io.stdout.write(`Property ${JSON.stringify(name)} set.\n`);
  },
});

/** `kctl config unset PROPERTY`. */
export const unsetCommand = defineCommand<{ name: string }>({
  flags: [],
  complete({ args }) {
    if (args.length !== 1) throw new HelpError(`Unexpected args: [${args.join(' ')}]`);
    return { name: args[0]! };
  },
  validate({ name }) {
    if (name === '') throw new KctlError('usage', 'you must specify a property');
  },
  async run({ name }, context) {
    const config = await loadForEdit(await kubeconfigOptions(context));
    await unsetProperty(config, parseProperty(name));
    context.io.stdout.write(`Property ${JSON.stringify(name)} unset.\n`);
  },
});

async function setProperty(config: Kubeconfig, property: Property, value: string | boolean): Promise<void> {
  const { list, stanza, field } = property;
  if (list !== undefined && stanza !== undefined && field !== undefined) {
    await changeStanza(config, list, stanza, (fields) => ({ ...fields, [field]: value }));
  } else if (field === 'current-context') {
    if (value !== config.currentContext) await setCurrentContext(config, String(value));
  } else if (field === 'colors') await setPreference(config, field, value || undefined);
  // kubectl sets the kind and the version of what it has read, and writes its own.
}

async function unsetProperty(config: Kubeconfig, { list, stanza, field }: Property): Promise<void> {
  if (list === undefined) {
    if (field === 'current-context') await setCurrentContext(config, '');
    else if (field === 'colors' || field === undefined) await setPreference(config, 'colors', undefined);
    return;
  }
  const stanzas = stanza === undefined ? [...config[list].keys()] : [stanza];
  for (const each of stanzas) {
    if (field === undefined) await changeStanza(config, list, each, () => undefined);
    else if (!config[list].has(each)) throw new KctlError('config', `current map key \`${each}\` is invalid`);
    else await changeStanza(config, list, each, (fields) => ({ ...fields, [field]: undefined }));
  }
}
