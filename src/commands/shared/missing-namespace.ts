import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';

/**
 * The better answer to a GET of one object that was not found: that its namespace is missing, where that is
 * so (cli-runtime, resource/visitor.go, `Info.Get`). Other failures are given back as they are.
 */
export async function orMissingNamespace(
  error: unknown,
  namespace: string | undefined,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<unknown> {
  if (!isApiError(error, 'NotFound') || !namespace || namespace === 'default') return error;
  try {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
    await cluster.transport.json({ method: 'GET', path, signal });
    return error;
  } catch (second) {
    return isApiError(second, 'NotFound') ? second : error;
  }
}
