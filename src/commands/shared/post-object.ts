import type { KubeObject } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { toCompactJson } from '../../lib/json.ts';
import type { writeQuery } from './write-flags.ts';

/** Creates `object` in its own namespace. @throws ApiStatusError */
export function postObject(
  cluster: Cluster,
  resource: ResourceInfo,
  object: KubeObject,
  query: ReturnType<typeof writeQuery>,
  signal: AbortSignal,
): Promise<KubeObject> {
  return cluster.transport.json<KubeObject>({
    method: 'POST',
    path: resourcePath(resource, { namespace: object.metadata.namespace }),
    query,
    contentType: 'application/json',
    body: toCompactJson(object),
    signal,
  });
}
