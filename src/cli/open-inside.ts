import type { Cluster } from '../kube/cluster.ts';
import { type ContextParts, type OpenCluster, openNamedCluster } from './context.ts';

/** Flags that name another connection than the one that is open. */
const elsewhere = [
  ...['as', 'as-group', 'as-uid', 'as-user-extra', 'certificate-authority', 'client-certificate', 'client-key'],
  ...['cluster', 'insecure-skip-tls-verify', 'kubeconfig', 'password', 'server', 'tls-server-name', 'token'],
  ...['user', 'username'],
];

const isGiven = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value));

/**
 * How a command line that runs inside another one comes to its cluster: it is the one that is open, in the namespace that
 * the command line names. A command line that names another context or another identity gets that.
 */
export function openInside(cluster: Cluster): OpenCluster {
  return async (parts: ContextParts) => {
    const { globals } = parts;
    const { context, namespace } = globals;
    const isOther = isGiven(context) && context !== cluster.contextName;
    if (isOther || elsewhere.some((flag) => isGiven(globals[flag]))) return openNamedCluster(parts);
    return isGiven(namespace) ? { ...cluster, namespace: String(namespace), namespaceExplicit: true } : cluster;
  };
}
