import type { KubeObject } from '../../api/meta.ts';
import { flattenKubeconfig } from '../../kube/kubeconfig/flatten.ts';
import { loadKubeconfig } from '../../kube/kubeconfig/load.ts';
import type { ClusterEntry, Kubeconfig, Owned, UserEntry } from '../../kube/kubeconfig/model.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { kubeconfigOptions } from '../shared/kubeconfig-options.ts';
import { refuseArguments } from '../shared/no-arguments.ts';
import { objectPrinter } from '../shared/object-printer.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { printFlags } from '../shared/print-flags.ts';
import { readResultOutput } from '../shared/result-printer.ts';

interface ViewOptions {
  args: readonly string[];
  output: ResultOutput;
  flatten: boolean;
  minify: boolean;
  raw: boolean;
}

/** `kctl config view`: the merged configuration; secrets are left out unless `--raw` asks for them. */
export const viewCommand = defineCommand<ViewOptions>({
  flags: [
    { name: 'flatten', type: 'bool', default: false, describe: 'Put the content of files in place of their paths.' },
    { name: 'minify', type: 'bool', default: false, describe: 'Only what the current context uses.' },
    ...printFlags(objectFormats.join(', ')).map((flag) =>
      flag.name === 'output' ? { ...flag, default: 'yaml' } : flag,
    ),
    { name: 'raw', type: 'bool', default: false, describe: 'Show certificates, keys, tokens and passwords.' },
  ],
  complete: ({ args, flags }) => ({
    args,
    output: readResultOutput(flags),
    flatten: flags.flatten === true,
    minify: flags.minify === true,
    raw: flags.raw === true,
  }),
  validate: ({ args }, context) => refuseArguments(args, context),
  async run({ output, flatten, minify, raw }, context) {
    const options = await kubeconfigOptions(context);
    const config = await loadKubeconfig(options);
    const seen = minify ? minified(config, options.context) : config;
    const print = await objectPrinter(output, context.io);
    writeDocument(print(configDocument(flatten ? flattenKubeconfig(seen) : seen, raw)), context);
  },
});

function writeDocument(text: string, { io }: CommandContext): void {
  io.stdout.write(text);
}

/** Keeps one context with its cluster and its user. */
function minified(config: Kubeconfig, wanted: string | undefined): Kubeconfig {
  const name = wanted ?? config.currentContext;
  if (name === '') throw new KctlError('config', 'current-context must exist in order to minify');
  const context = config.contexts.get(name);
  if (!context) throw new KctlError('config', `cannot locate context ${name}`);
  const only = <T>(map: Map<string, Owned<T>>, key: string | undefined) =>
    new Map([...map].filter(([each]) => each === key));
  return {
    ...config,
    currentContext: name,
    contexts: only(config.contexts, name),
    clusters: only(config.clusters, context.value.cluster),
    users: only(config.users, context.value.user),
  };
}

/** The configuration as one document; lists are sorted by name, as kubectl prints them. */
export function configDocument(config: Kubeconfig, raw: boolean): KubeObject {
  const list = <T>(map: Map<string, Owned<T>>, field: string, show: (value: T) => unknown) => {
    const names = [...map.keys()].sort();
    return names.length > 0 ? names.map((name) => ({ name, [field]: show(map.get(name)!.value) })) : null;
  };
  const document: Record<string, unknown> = {
    apiVersion: 'v1',
    clusters: list(config.clusters, 'cluster', raw ? withoutEmpty : hideClusterData),
    contexts: list(config.contexts, 'context', withoutEmpty),
    'current-context': config.currentContext,
    kind: 'Config',
    preferences: config.preferences ?? {},
    users: list(config.users, 'user', raw ? withDefaults : hideUserData),
  };
  if (config.extensions.length > 0) document.extensions = config.extensions;
  return document as unknown as KubeObject;
}

const omitted = 'DATA+OMITTED';
const redacted = 'REDACTED';

/** What each secret field shows instead of its value. */
const userSecrets: Partial<Record<keyof UserEntry, string>> = {
  'client-certificate-data': omitted,
  'client-key-data': omitted,
  token: redacted,
  password: redacted,
};

function hideClusterData(cluster: ClusterEntry): unknown {
  const shown = withoutEmpty(cluster);
  return cluster['certificate-authority-data'] ? { ...shown, 'certificate-authority-data': omitted } : shown;
}

function hideUserData(user: UserEntry): unknown {
  const shown = withDefaults(user);
  const hidden = Object.entries(userSecrets).filter(([field]) => shown[field]);
  return { ...shown, ...Object.fromEntries(hidden) };
}

/** An exec plugin is printed with the fields that Go always writes. */
function withDefaults(user: UserEntry): Record<string, unknown> {
  const shown = withoutEmpty(user);
  if (!user.exec) return shown;
  const exec = { args: null, env: null, provideClusterInfo: false, ...user.exec };
  return { ...shown, exec };
}

function withoutEmpty(value: object): Record<string, unknown> {
  const isEmpty = (field: unknown) => field === undefined || field === '' || field === false || field === null;
  return Object.fromEntries(Object.entries(value).filter(([, field]) => !isEmpty(field)));
}
