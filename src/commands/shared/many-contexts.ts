import { KctlError } from '../../lib/errors.ts';
import { matchNames, readPatterns } from '../../lib/name-patterns.ts';
import type { CommandContext } from '../command.ts';
import { kubeconfigOptions } from './kubeconfig-options.ts';

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
