import type { ClusterOptions } from '../../kube/cluster-options.ts';
import type { CommandContext } from '../command.ts';

/** Where kubeconfig is, for verbs that work on it without a cluster. */
export async function kubeconfigOptions({ globals, io }: CommandContext): Promise<ClusterOptions> {
  const { clusterOptions } = await import('../../kube/cluster-options.ts');
  return clusterOptions(globals, { env: io.env, cwd: io.cwd, stderr: io.stderr });
}
