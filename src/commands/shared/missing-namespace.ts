import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';

/**
 * What to say of an object that was not found: that its namespace does not exist, where that is so
 * (cli-runtime, `Info.Get`); `error` itself otherwise.
 * @param namespace undefined for objects that are in none
 */
export async function orMissingNamespace(
  error: unknown,
  namespace: string | undefined,
  { transport }: Cluster,
  signal: AbortSignal,
): Promise<unknown> {
  if (!namespace || namespace === 'default' || !isApiError(error, 'NotFound')) return error;
  try {
    await transport.json({ method: 'GET', path: `/api/v1/namespaces/${encodeURIComponent(namespace)}`, signal });
    return error;
  } catch (missing) {
    return isApiError(missing, 'NotFound') ? missing : error;
  }
}
