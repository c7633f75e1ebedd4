import type { KubeObject } from '../../api/meta.ts';
import { flattenKubeconfig } from '../../kube/kubeconfig/flatten.ts';
import { loadKubeconfig } from '../../kube/kubeconfig/load.ts';
import type { ClusterEntry, Kubeconfig, Owned, UserEntry } from '../../kube/kubeconfig/model.ts';
import { interactiveModeOf } from '../../kube/kubeconfig/validate.ts';
import { KctlError } from '../../lib/errors.ts';
import { fieldOrder } from '../../lib/json.ts';
import { defineCommand } from '../command.ts';
import { withoutFieldOrder } from '../shared/field-order.ts';
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
  merge: boolean | undefined;
}

/** `kctl config view`: the merged configuration; secrets are left out unless `--raw` asks for them. */
export const viewCommand = defineCommand<ViewOptions>({
  flags: [
    { name: 'flatten', type: 'bool', default: false, describe: 'Put the content of files in place of their paths.' },
    { name: 'merge', type: 'bool', default: true, describe: 'Merge all files of kubeconfig.' },
    { name: 'minify', type: 'bool', default: false, describe: 'Only what the current context uses.' },
    ...printFlags(objectFormats.join(', ')).map((flag) =>
      flag.name === 'output' ? { ...flag, default: 'yaml' } : flag,
    ),
    { name: 'raw', type: 'bool', default: false, describe: 'Show certificates, keys, tokens and passwords.' },
  ],
  complete: ({ args, flags, given }) => ({
    args,
    output: readResultOutput(flags),
    flatten: flags.flatten === true,
    minify: flags.minify === true,
    raw: flags.raw === true,
    merge: given.has('merge') ? flags.merge === true : undefined,
  }),
  validate({ args, merge }, context) {
    refuseArguments(args, context);
    if (merge === false && !context.globals.kubeconfig) {
      throw new KctlError('usage', 'if merge==false a precise file must be specified');
    }
  },
  async run({ output, flatten, minify, raw, merge }, context) {
    const options = await kubeconfigOptions(context);
    // Only what is read through its path needs that path in full.
    const config = await loadKubeconfig({ ...options, keepPaths: !flatten, mayBeMissing: merge !== false });
    const seen = minify ? minified(config, options.context) : config;
    const print = await objectPrinter(output, context.io);
    const document = configDocument(flatten ? flattenKubeconfig(seen) : seen, raw || flatten);
    // Templates and paths see maps, which Go sorts.
    const shown = output.format.name === 'json' ? document : withoutFieldOrder(document);
    // A kubeconfig has no name: that is how kubectl says it.
    context.io.stdout.write(output.format.name === 'name' ? 'config/<unknown>\n' : print(shown));
  },
});

/** Keeps one context with its cluster and its user. */
function minified(config: Kubeconfig, wanted: string | undefined): Kubeconfig {
  const name = wanted ?? config.currentContext;
  if (name === '') throw new KctlError('config', 'current-context must exist in order to minify');
  const context = config.contexts.get(name);
  if (!context) throw new KctlError('config', `cannot locate context ${name}`);
  const only = <T>(map: Map<string, Owned<T>>, word: string, key: string | undefined) => {
    if (!key) return new Map<string, Owned<T>>();
    const owned = map.get(key);
    if (!owned) throw new KctlError('config', `cannot locate ${word} ${key}`);
    return new Map([[key, owned]]);
  };
  return {
    ...config,
    currentContext: name,
    contexts: only(config.contexts, 'context', name),
    clusters: only(config.clusters, 'cluster', context.value.cluster),
    users: only(config.users, 'user', context.value.user),
  };
}

/** The configuration as one document, in the order of Go's fields; lists are sorted by name. */
export function configDocument(config: Kubeconfig, raw: boolean): KubeObject {
  const list = <T>(map: Map<string, Owned<T>>, field: string, show: (value: T) => unknown) => {
    const names = [...map.keys()].sort();
    return names.length > 0
      ? names.map((name) => ({ [fieldOrder]: true, name, [field]: show(map.get(name)!.value) }))
      : null;
  };
  const document: Record<string | symbol, unknown> = {
    [fieldOrder]: true,
    kind: 'Config',
    apiVersion: 'v1',
    preferences: config.preferences ?? {},
    clusters: list(config.clusters, 'cluster', (cluster) => inOrder(raw ? cluster : hide(cluster), clusterOrder)),
    users: list(config.users, 'user', (user) => inOrder(withDefaults(raw ? user : hide(user)), userOrder)),
    contexts: list(config.contexts, 'context', (context) => inOrder(context, contextOrder)),
    'current-context': config.currentContext,
  };
  if (config.extensions.length > 0) document.extensions = config.extensions;
  return document as unknown as KubeObject;
}

/** Fields in the order of Go's types (tools/clientcmd/api/v1); those that are never left out with what they then hold. */
const clusterOrder: Record<string, unknown> = {
  server: '',
  'tls-server-name': undefined,
  'insecure-skip-tls-verify': undefined,
  'certificate-authority': undefined,
  'certificate-authority-data': undefined,
  'proxy-url': undefined,
  'disable-compression': undefined,
  extensions: undefined,
};
const contextOrder: Record<string, unknown> = { cluster: '', user: '', namespace: undefined, extensions: undefined };
const userOrder: Record<string, unknown> = Object.fromEntries(
  [
    ...['client-certificate', 'client-certificate-data', 'client-key', 'client-key-data', 'token', 'tokenFile'],
    ...['as', 'as-uid', 'as-groups', 'as-user-extra', 'username', 'password', 'auth-provider', 'exec', 'extensions'],
  ].map((field) => [field, undefined]),
);
const execOrder: Record<string, unknown> = {
  command: '',
  args: null,
  env: null,
  apiVersion: undefined,
  installHint: undefined,
  provideClusterInfo: false,
  interactiveMode: undefined,
};

/** The known fields that hold something, in their order, with those that are always there. */
function inOrder(value: object, order: Record<string, unknown>): Record<string, unknown> {
  const given = value as Record<string, unknown>;
  const isEmpty = (field: unknown) => field === undefined || field === '' || field === false || field === null;
  const shown = Object.entries(order).map(([key, empty]) => [key, isEmpty(given[key]) ? empty : given[key]] as const);
  return { [fieldOrder]: true, ...Object.fromEntries(shown.filter(([, field]) => field !== undefined)) };
}

const omitted = 'DATA+OMITTED';
const redacted = 'REDACTED';

/** What each secret field shows instead of its value. */
const secrets: Record<string, string> = {
  'certificate-authority-data': omitted,
  'client-certificate-data': omitted,
  'client-key-data': omitted,
  token: redacted,
  password: redacted,
};

function hide<T extends ClusterEntry | UserEntry>(entry: T): T {
  const hidden = Object.entries(secrets).filter(([field]) => (entry as Record<string, unknown>)[field]);
  return { ...entry, ...Object.fromEntries(hidden) };
}

/** An exec plugin and a provider are printed with the fields that Go always writes. */
function withDefaults(user: UserEntry): Record<string, unknown> {
  const shown: Record<string, unknown> = { ...user };
  const provider = user['auth-provider'];
  if (provider)
    shown['auth-provider'] = { [fieldOrder]: true, name: provider.name ?? '', config: provider.config ?? null };
  if (user.exec) shown.exec = inOrder({ ...user.exec, interactiveMode: interactiveModeOf(user.exec) }, execOrder);
  return shown;
}
