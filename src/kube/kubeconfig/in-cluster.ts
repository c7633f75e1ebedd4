import { readFileSync, statSync } from 'node:fs';

/** Where Kubernetes mounts a pod's service account. */
const mount = '/var/run/secrets/kubernetes.io/serviceaccount';

type Environment = Record<string, string | undefined>;

export interface InCluster {
  server: string;
  tokenFile: string;
  caFile: string | undefined;
  namespace: string | undefined;
}

/**
 * How a pod reaches its own cluster, or undefined outside of one (client-go, `rest.InClusterConfig`).
 * @param folder stands in for the mount in tests
 */
export function inClusterConfiguration(env: Environment, folder = mount): InCluster | undefined {
  const host = env.KUBERNETES_SERVICE_HOST;
  const port = env.KUBERNETES_SERVICE_PORT;
  if (!host || !port || !isFile(`${folder}/token`)) return undefined;
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    tokenFile: `${folder}/token`,
    caFile: isFile(`${folder}/ca.crt`) ? `${folder}/ca.crt` : undefined,
    namespace: env.POD_NAMESPACE || readTrimmed(`${folder}/namespace`),
  };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function readTrimmed(path: string): string | undefined {
  return isFile(path) ? readFileSync(path, 'utf8').trim() || undefined : undefined;
}
