import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { matchNames, readPatterns } from '../../lib/name-patterns.ts';
import { kctlVersion } from '../../lib/version.ts';
import type { CommandContext } from '../command.ts';
import { kubeconfigOptions } from './kubeconfig-options.ts';
import { warn } from './warn.ts';

/**
 * The contexts that `--contexts` means, in the order in which they are named; of a pattern in the order of their names.
 * @throws KctlError `usage` beside `--context`, or where a pattern finds none
 */
export async function chooseContexts(words: readonly string[], context: CommandContext): Promise<readonly string[]> {
  if (context.globals.context) throw new KctlError('usage', '--context and --contexts exclude each other');
  const patterns = readPatterns(words);
  if (patterns.wild.length === 0) return matchNames(patterns, []).names;
  const { loadKubeconfig } = await import('../../kube/kubeconfig/load.ts');
  const { contexts } = await loadKubeconfig(await kubeconfigOptions(context));
  const { names, missed } = matchNames(patterns, [...contexts.keys()].sort());
  if (missed.length > 0) {
    throw new KctlError('usage', `no context matches ${missed.map((word) => JSON.stringify(word)).join(', ')}`);
  }
  return names;
}

/** Opens the cluster of one context with all other flags as they were given. @throws as `openCluster` */
export async function openContext(name: string, context: CommandContext): Promise<Cluster> {
  const { io, tool } = context;
  const { openCluster } = await import('../../kube/open-cluster.ts');
  const options = await kubeconfigOptions(context);
  const cluster = await openCluster({ ...options, context: name, stdin: io.stdin, tool, version: kctlVersion });
  cluster.transport.onWarning((text) => warn(`${name}: ${text}`, io));
  return cluster;
}
