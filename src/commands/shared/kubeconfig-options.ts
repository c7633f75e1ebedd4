import { existsSync } from 'node:fs';
import type { ClusterOptions } from '../../kube/cluster-options.ts';
import { hasConfiguration } from '../../kube/kubeconfig/has-configuration.ts';
import type { LoadOptions } from '../../kube/kubeconfig/load.ts';
import type { CommandContext } from '../command.ts';

/**
 * Where kubeconfig is, for verbs that work on it without a cluster. Where nothing names a cluster, it
 * is the kubeconfig of the bundled one, which is what every other verb then uses.
 */
export async function kubeconfigOptions({ globals, io, tool }: CommandContext): Promise<ClusterOptions & LoadOptions> {
  const { clusterOptions } = await import('../../kube/cluster-options.ts');
  const given = clusterOptions(globals, { env: io.env, cwd: io.cwd, stderr: io.stderr });
  const options = { ...given, mayBeMissing: true };
  if (!usesBundledCluster(io.env, tool) || hasConfiguration(options)) return options;
  const { clusterFiles, DEFAULT_CLUSTER } = await import('../cluster/cluster-files.ts');
  const { kubeconfig } = clusterFiles(io.env, DEFAULT_CLUSTER);
  return existsSync(kubeconfig) ? { ...options, kubeconfig } : options;
}

/** False where the bundled cluster stays out of the way: called as `kubectl`, or `KCTL_NO_CLUSTER=1`. */
function usesBundledCluster(env: Record<string, string | undefined>, tool: string): boolean {
  const off = env.KCTL_NO_CLUSTER?.toLowerCase() ?? '';
  return tool !== 'kubectl' && (off === '' || off === '0' || off === 'false');
}
