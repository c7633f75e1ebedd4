import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';

/**
 * Why an object was not found: where its namespace does not exist either, that is what kubectl tells.
 * @returns the error to show for `error`
 */
export async function orAbsentNamespace(
  error: unknown,
  namespace: string | undefined,
  { transport }: Cluster,
): Promise<unknown> {
  if (!isApiError(error, 'NotFound') || !namespace || namespace === 'default') return error;
  try {
    await transport.json({ method: 'GET', path: `/api/v1/namespaces/${encodeURIComponent(namespace)}` });
    return error;
  } catch (other) {
    return isApiError(other, 'NotFound') ? other : error;
  }
}
