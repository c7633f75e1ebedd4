import type { ClusterOptions } from '../cluster-options.ts';
import { inClusterConfiguration } from './in-cluster.ts';
import { hasKubeconfig } from './load.ts';

/** True when a kubeconfig, `--server` or a pod's service account says where the cluster is. */
export function hasConfiguration(options: ClusterOptions): boolean {
  if (options.server !== undefined || options.env.KUBERNETES_MASTER) return true;
  return hasKubeconfig(options) || inClusterConfiguration(options.env) !== undefined;
}
