import { existsSync } from 'node:fs';
import { KctlError } from '../../lib/errors.ts';
import { nearestName } from '../../lib/nearest-name.ts';
import type { FlagSpec, Invocation } from '../command.ts';
import { type ClusterFiles, clusterFiles, clusterNames, DEFAULT_CLUSTER } from './cluster-files.ts';
import { clusterCompletion } from './completions.ts';

export const nameFlag: FlagSpec = {
  name: 'name',
  type: 'string',
  default: DEFAULT_CLUSTER,
  describe: 'Name of the bundled cluster.',
  complete: clusterCompletion,
};

export const dataDirFlag: FlagSpec = {
  name: 'data-dir',
  type: 'string',
  describe: 'Folder for the clusters, instead of $KCTL_HOME.',
};

type Environment = Record<string, string | undefined>;

/** What says elsewhere which cluster is asked, and as whom. */
const CONNECTION = [
  ...['kubeconfig', 'context', 'cluster', 'user', 'server', 'token', 'username', 'password'],
  ...['as', 'as-group', 'as-uid', 'as-user-extra', 'client-certificate', 'client-key', 'certificate-authority'],
];

/**
 * The cluster's paths under `--data-dir`, `$KCTL_HOME` or the platform's data folder.
 * @throws KctlError `usage` where the command line names a cluster in another way: who steers a real cluster
 *   must not find that something else was steered
 */
export function filesFrom(
  { flags, given }: Pick<Invocation, 'flags' | 'given'>,
  { io: { env }, tool }: { io: { env: Environment }; tool: string },
): ClusterFiles {
  const other = CONNECTION.find((name) => given.has(name));
  if (other !== undefined) {
    throw new KctlError('usage', `--${other} does not go with this: it is for bundled clusters, which --name names`, {
      hint: `see: ${tool} cluster list`,
    });
  }
  const home = flags['data-dir'] as string | undefined;
  return clusterFiles(home ? { ...env, KCTL_HOME: home } : env, flags.name as string);
}

/** @throws KctlError `usage` that lists the clusters there are */
export function requireCluster(files: ClusterFiles, env: Environment, tool: string): void {
  if (existsSync(files.dir)) return;
  const names = clusterNames(env);
  throw new KctlError('usage', `there is no cluster "${files.name}"`, {
    hint: names.length ? `clusters: ${names.join(', ')}` : `start one with: ${tool} cluster start`,
  });
}

/** No positional arguments. @throws KctlError `usage` */
export function noArguments({ args }: Pick<Invocation, 'args'>): undefined {
  if (args.length > 0) throw new KctlError('usage', `unexpected argument "${args[0]}"`);
  return undefined;
}

/** No positional arguments, where people may think that the name of a cluster is one. @throws KctlError `usage` */
export function onlyFlags({ args }: Pick<Invocation, 'args'>): void {
  const [word] = args;
  if (word === undefined) return;
  throw new KctlError('usage', `unexpected argument "${word}"`, {
    hint: `a cluster is named with a flag: --name ${/^[-\w]+$/.test(word) ? word : 'NAME'}`,
  });
}

/** What was typed is none of `known`. @param what the kind of thing, as in `there is no story "x"` */
export function noSuch(what: string, typed: string, known: readonly string[]): KctlError {
  // Of `f1` and `f2` neither is a slip of the other.
  const near = typed.length > 3 ? nearestName(typed, known) : undefined;
  const hint =
    known.length === 0
      ? undefined
      : near !== undefined
        ? `did you mean "${near}"?`
        : `there ${known.length === 1 ? 'is' : 'are'}: ${shortened(known)}`;
  return new KctlError('usage', `there is no ${what} "${typed}"`, hint === undefined ? {} : { hint });
}

/** More names are not read. */
const MOST_NAMES = 40;

function shortened(names: readonly string[]): string {
  const rest = names.length - MOST_NAMES;
  return rest > 0 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${rest} more` : names.join(', ');
}
