import { statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BuildSettings } from '../../kustomize/settings.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand, type FlagSpec, type FlagValues } from '../command.ts';

const RESTRICTED = 'LoadRestrictionsRootOnly';
const UNRESTRICTED = 'LoadRestrictionsNone';
const MANAGED_BY = 'KUSTOMIZE_ENABLE_MANAGEDBY_LABEL';

const flags: readonly FlagSpec[] = [
  { name: 'as-current-user', type: 'bool', default: false, describe: 'Run functions under the ids of who calls.' },
  { name: 'enable-alpha-plugins', type: 'bool', default: false, describe: 'Allow plugins that are not built in.' },
  { name: 'enable-helm', type: 'bool', default: false, describe: 'Allow helm charts.' },
  {
    name: 'enable-managedby-label',
    type: 'bool',
    default: false,
    hidden: true,
    describe: 'Add app.kubernetes.io/managed-by to every object.',
  },
  { name: 'env', short: 'e', type: 'stringArray', default: [], describe: 'A variable for functions: NAME=VALUE.' },
  { name: 'helm-api-versions', type: 'stringArray', default: [], describe: 'API versions that charts are told of.' },
  { name: 'helm-command', type: 'string', default: 'helm', describe: 'The helm program.' },
  { name: 'helm-debug', type: 'bool', default: false, describe: 'Let helm say more when it fails.' },
  {
    name: 'helm-kube-version',
    type: 'string',
    default: '',
    describe: 'The version of Kubernetes that charts are told.',
  },
  {
    name: 'load-restrictor',
    type: 'string',
    default: RESTRICTED,
    describe: `${UNRESTRICTED} lets kustomizations read files outside of their folder.`,
  },
  { name: 'mount', type: 'stringArray', default: [], describe: 'A folder that functions see.' },
  { name: 'network', type: 'bool', default: false, describe: 'Give functions the network if they ask for it.' },
  { name: 'network-name', type: 'string', default: 'bridge', describe: 'Taken and not used, as in kubectl.' },
  {
    name: 'output',
    short: 'o',
    type: 'string',
    default: '',
    describe: 'Write to this file, or one file per object into this folder.',
  },
  {
    name: 'reorder',
    type: 'string',
    default: 'legacy',
    hidden: true,
    describe: 'Order of the objects: legacy or none.',
  },
];

interface KustomizeOptions {
  args: readonly string[];
  settings: BuildSettings;
  output: string;
  loadRestrictor: string;
  reorder: string;
}

/** Flags that kubectl has and does not show; using one is said. */
const DEPRECATED: Readonly<Record<string, string>> = {
  reorder: "Flag --reorder has been deprecated, use the new 'sortOptions' field in kustomization.yaml instead.",
  'enable-managedby-label':
    'Flag --enable-managedby-label has been deprecated, The flag `enable-managedby-label` has been deprecated. Use the `managedByLabel` option in the `buildMetadata` field instead.',
};

/** `kctl kustomize`: builds a kustomization and prints it. */
export const kustomizeCommand = defineCommand<KustomizeOptions>({
  flags,
  complete({ args, flags: values, given }, { io }) {
    for (const [name, note] of Object.entries(DEPRECATED)) if (given.has(name)) io.stderr.write(`${note}\n`);
    return {
      args,
      settings: readSettings(values, given.has('reorder'), io.env[MANAGED_BY] === 'on'),
      output: String(values.output),
      loadRestrictor: String(values['load-restrictor']),
      reorder: String(values.reorder),
    };
  },
  validate({ args, loadRestrictor, reorder }) {
    if (args.length > 1) throw new KctlError('usage', 'specify one path to kustomization.yaml');
    const illegal = (flag: string, value: string, legal: readonly string[]) =>
      new KctlError('usage', `illegal flag value --${flag} ${value}; legal values: [${legal.join(' ')}]`);
    if (!['', RESTRICTED, UNRESTRICTED].includes(loadRestrictor)) {
      throw illegal('load-restrictor', loadRestrictor, [RESTRICTED, UNRESTRICTED]);
    }
    if (reorder !== 'legacy' && reorder !== 'none') throw illegal('reorder', reorder, ['legacy', 'none']);
  },
  async run({ args, settings, output }, { io, signal }) {
    const { build } = await import('./build.ts');
    const result = await build(args[0] ?? '.', io, signal, settings);
    if (output === '') {
      io.stdout.write(result.toYaml());
      return;
    }
    const path = resolve(io.cwd, output);
    if (!(statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)) writeOut(path, output, result.toYaml());
    else for (const { name, text } of result.toFiles()) writeOut(join(path, name), join(output, name), text);
  },
});

function writeOut(path: string, shown: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = { ENOENT: 'no such file or directory', EACCES: 'permission denied' };
    throw new KctlError('input', `open ${shown}: ${reasons[code ?? ''] ?? message}`, { cause: error });
  }
}

function readSettings(values: FlagValues, isReorderGiven: boolean, managedBy: boolean): BuildSettings {
  const list = (name: string) => (values[name] as readonly string[] | undefined) ?? [];
  const hasPlugins = values['enable-alpha-plugins'] === true;
  return {
    reorder: isReorderGiven && values.reorder === 'none' ? 'none' : 'legacy',
    loadsAnywhere: values['load-restrictor'] === UNRESTRICTED,
    managedByLabel: managedBy || values['enable-managedby-label'] === true,
    ...(hasPlugins && {
      functions: {
        network: values.network === true,
        ...{ mounts: list('mount'), env: list('env'), asCurrentUser: values['as-current-user'] === true },
      },
    }),
    ...((hasPlugins || values['enable-helm'] === true) && {
      helm: {
        ...{ command: String(values['helm-command']), apiVersions: list('helm-api-versions') },
        ...{ kubeVersion: String(values['helm-kube-version']), debug: values['helm-debug'] === true },
      },
    }),
  };
}
