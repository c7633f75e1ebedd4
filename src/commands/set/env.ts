import { createInterface } from 'node:readline';
import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand, type FlagValues } from '../command.ts';
import { environmentKey } from '../shared/environment-key.ts';
import { type ObjectSelection, objectSelectionFlags, readObjectSelection } from '../shared/select-objects.ts';
import { warn } from '../shared/warn.ts';
import { type EnvLister, envLister } from './env-list.ts';
import { type Container, containersOf, type EnvVar, podSpecOf } from './pod-template.ts';
import { findTargets, type SetTarget } from './targets.ts';
import { changeObjects, readWriteOptions, refuseLocalServerDryRun, type WriteOptions, writeFlags } from './update.ts';

interface EnvOptions extends WriteOptions {
  selection: ObjectSelection;
  /** `KEY=VALUE`, `KEY-` and `-`, those of `-e` first. */
  words: readonly string[];
  containers: string;
  from: string;
  keys: readonly string[];
  prefix: string;
  list: boolean;
  resolve: boolean;
  overwrite: boolean;
}

/** `kctl set env`: variables of containers, set, taken away or listed. */
export const setEnvCommand = defineCommand<EnvOptions>({
  flags: [
    ...objectSelectionFlags('the objects to change', ['all', 'selector', 'where']),
    {
      name: 'containers',
      short: 'c',
      type: 'string',
      default: '*',
      describe: 'The containers to change by name; * stands for any letters.',
    },
    { name: 'env', short: 'e', type: 'stringArray', default: [], describe: 'A variable to set: KEY=VALUE.' },
    { name: 'from', type: 'string', default: '', describe: 'A config map or secret whose keys become variables.' },
    { name: 'keys', type: 'stringSlice', default: [], describe: 'The keys to take of --from; all without it.' },
    { name: 'list', type: 'bool', default: false, describe: 'Print the variables, with the changes in them.' },
    {
      name: 'overwrite',
      type: 'bool',
      default: true,
      describe: 'Set variables that have another value already; false refuses it.',
    },
    { name: 'prefix', type: 'string', default: '', describe: 'What to put in front of the names of variables.' },
    { name: 'resolve', type: 'bool', default: false, describe: 'With --list, print the values that are referred to.' },
    ...writeFlags,
  ],
  async complete({ args, flags }, { io }) {
    if (flags.all === true && flags.selector !== '') {
      throw new KctlError('usage', 'cannot set --all and --selector at the same time');
    }
    const { resources, words } = splitWords(args);
    const given = await readObjectSelection(resources, { flags: { ...flags, all: false } });
    return {
      ...readWriteOptions(flags, io),
      selection: { ...given, nameOptional: flags.all === true },
      words: [...(flags.env as readonly string[]), ...words],
      ...readOwnFlags(flags),
    };
  },
  validate({ selection, dryRun, list, output, keys, from }) {
    refuseLocalServerDryRun(selection.local, dryRun);
    const wrong: readonly (readonly [boolean, string])[] = [
      [
        selection.files.filenames.length === 0 && selection.args.length === 0,
        'one or more resources must be specified as <resource> <name> or <resource>/<name>',
      ],
      [list && output.format.name !== '', '--list and --output may not be specified together'],
      [keys.length > 0 && from === '', 'when specifying --keys, a configmap or secret must be provided with --from'],
    ];
    const found = wrong.find(([isWrong]) => isWrong);
    if (found) throw new KctlError('usage', found[1]);
  },
  async run(options, context) {
    const { selection, containers, list, resolve, overwrite, prefix } = options;
    const { set, remove } = await readWords(options.words, context);
    const all = [...set, ...(await variablesOfSource(options, context))];
    const variables = all.map((one) => ({ ...one, name: prefix + one.name }));
    const targets = await findTargets(withoutArguments(selection), context);
    const lister = list ? envLister(resolve, context) : undefined;
    const change = {
      operation: 'env updated',
      refusal: 'failed to patch env update to pod template: ',
      apply: (object: KubeObject, target: SetTarget) =>
        updateContainers(object, target, { containers, variables, remove, overwrite, lister }, context),
    };
    if (!list) return changeObjects(targets, change, options, context);
    for (const target of targets) await listed(target, change);
  },
});

function readOwnFlags(flags: FlagValues) {
  return {
    containers: String(flags.containers),
    from: String(flags.from),
    keys: flags.keys as readonly string[],
    prefix: String(flags.prefix),
    list: flags.list === true,
    resolve: flags.resolve === true,
    overwrite: flags.overwrite !== false,
  };
}

/** Without a server, words that name resources are passed over. */
function withoutArguments(selection: ObjectSelection): ObjectSelection {
  return selection.local ? { ...selection, args: [] } : selection;
}

/** A list shows what it can; what it could not show was told beside it. */
async function listed(
  target: SetTarget,
  { apply }: { apply(object: KubeObject, target: SetTarget): Promise<boolean> },
): Promise<void> {
  try {
    await apply(structuredClone(target.object), target);
  } catch (error) {
    if (!(error instanceof KctlError) || error.code !== 'input') throw error;
  }
}

/** @throws KctlError `usage` where a resource stands behind a variable */
function splitWords(args: readonly string[]): { resources: readonly string[]; words: readonly string[] } {
  const isVariable = (word: string) => /^.+=/s.test(word) || word.endsWith('-');
  const first = args.findIndex(isVariable);
  if (first < 0) return { resources: args, words: [] };
  if (!args.slice(first).every(isVariable)) {
    throw new KctlError('usage', `all resources must be specified before environment changes: ${args.join(' ')}`);
  }
  return { resources: args.slice(0, first), words: args.slice(first) };
}

/** @throws KctlError `usage` in kubectl's words */
async function readWords(
  words: readonly string[],
  { io }: CommandContext,
): Promise<{ set: EnvVar[]; remove: readonly string[] }> {
  const set: EnvVar[] = [];
  const remove: string[] = [];
  const typed = new Set<string>();
  for (const word of words) {
    const equals = word.indexOf('=');
    if (word === '-') set.push(...(await variablesOfInput(io.stdin)));
    else if (equals >= 0) {
      const name = word.slice(0, equals);
      const complaints = environmentKey(name);
      if (complaints.length > 0) {
        throw new KctlError('usage', `${JSON.stringify(name)} is not a valid key name: ${complaints.join(';')}`);
      }
      typed.add(name);
      set.push({ name, value: word.slice(equals + 1) });
    } else if (word.endsWith('-')) remove.push(word.slice(0, -1));
    else throw new KctlError('usage', `unknown environment variable: ${word}`);
  }
  if (remove.some((name) => typed.has(name))) {
    throw new KctlError('usage', 'can not both modify and remove the same environment variable in the same command');
  }
  return { set, remove };
}

/** `env | kctl set env -`: lines that are no variables, and what follows a `#`, are passed over. */
async function variablesOfInput(stdin: CommandContext['io']['stdin']): Promise<EnvVar[]> {
  const found: EnvVar[] = [];
  for await (const line of createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const [text = ''] = line.split('#');
    const equals = text.indexOf('=');
    if (equals >= 0) found.push({ name: text.slice(0, equals), value: text.slice(equals + 1) });
  }
  return found;
}

const references: Readonly<Record<string, 'configMapKeyRef' | 'secretKeyRef'>> = {
  ConfigMap: 'configMapKeyRef',
  Secret: 'secretKeyRef',
};

/** The keys of `--from` as references, in the order of their names. */
async function variablesOfSource(
  { from, keys, selection }: EnvOptions,
  context: CommandContext,
): Promise<readonly EnvVar[]> {
  if (from === '') return [];
  const sources = await findTargets({ ...selection, args: selection.local ? [] : [from] }, context);
  return sources.flatMap(({ object }) => {
    const reference = object.apiVersion === 'v1' ? references[object.kind] : undefined;
    if (!reference) throw new KctlError('usage', 'unsupported resource specified in --from');
    const wanted = Object.keys(object.data ?? {}).filter((key) => keys.length === 0 || keys.includes(key));
    return wanted.sort().map((key) => ({
      name: variableName(key, context),
      valueFrom: { [reference]: { name: object.metadata.name ?? '', key } },
    }));
  });
}

function variableName(key: string, { io }: CommandContext): string {
  const name = key.replace(/[^a-zA-Z0-9_]/g, '_').toUpperCase();
  if (name !== key) warn(`key ${key} transferred to ${name}`, io);
  return name;
}

interface Wanted {
  containers: string;
  variables: readonly EnvVar[];
  remove: readonly string[];
  overwrite: boolean;
  lister: EnvLister | undefined;
}

async function updateContainers(
  object: KubeObject,
  target: SetTarget,
  { containers, variables, remove, overwrite, lister }: Wanted,
  { io }: CommandContext,
): Promise<boolean> {
  const chosen = containersOf(podSpecOf(object), containers);
  if (chosen.length === 0) {
    const name = `${object.kind}/${object.metadata.name ?? ''}`;
    warn(`${name} does not have any containers matching ${JSON.stringify(containers)}`, io);
  }
  for (const container of chosen) {
    if (!overwrite) refuseOverwrites(container, variables);
    const env = updatedEnv(container.env ?? [], variables, remove);
    if (env.length > 0 || container.env) container.env = env;
    await lister?.print(object, container, target);
  }
  lister?.finish();
  return true;
}

function refuseOverwrites({ env = [] }: Container, variables: readonly EnvVar[]): void {
  for (const { name, value = '' } of variables) {
    const current = env.find((one) => one.name === name);
    if (current && (current.value ?? '') !== value) {
      throw new KctlError('input', `'${name}' already has a value (${current.value ?? ''}), and --overwrite is false`);
    }
  }
}

/** What is there keeps its place; new variables come behind it; a name that is both set and removed is gone. */
export function updatedEnv(
  existing: readonly EnvVar[],
  variables: readonly EnvVar[],
  remove: readonly string[],
): EnvVar[] {
  const covered = new Set(remove);
  const result: EnvVar[] = [];
  for (const one of existing) {
    if (covered.has(one.name)) continue;
    const newer = variables.find(({ name }) => name === one.name);
    if (newer) covered.add(one.name);
    result.push(newer ?? one);
  }
  for (const one of variables) {
    if (covered.has(one.name)) continue;
    covered.add(one.name);
    result.push(one);
  }
  return result;
}
