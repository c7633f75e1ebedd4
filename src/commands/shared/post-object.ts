import type { KubeObject } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { toCompactJson } from '../../lib/json.ts';
import type { writeQuery } from './write-flags.ts';

type Query = ReturnType<typeof writeQuery>;

/** Creates `object` in its own namespace. @throws ApiStatusError */
export function postObject(
  cluster: Cluster,
  resource: ResourceInfo,
  object: KubeObject,
  query: Query,
  signal: AbortSignal,
): Promise<KubeObject> {
  return post(cluster, resource, object.metadata.namespace, object, query, signal);
}

/** Creates `object` in the namespace in use, whether it names one or not. @throws ApiStatusError */
export function postInNamespace(
  cluster: Cluster,
  resource: ResourceInfo,
  object: KubeObject,
  query: Query,
  signal: AbortSignal,
): Promise<KubeObject> {
  return post(cluster, resource, cluster.namespace, object, query, signal);
}

function post(
  { transport }: Cluster,
  resource: ResourceInfo,
  namespace: string | undefined,
  object: KubeObject,
  query: Query,
  signal: AbortSignal,
): Promise<KubeObject> {
  const path = resourcePath(resource, { namespace });
  const contentType = 'application/json';
  return transport.json<KubeObject>({ method: 'POST', path, query, contentType, body: toCompactJson(object), signal });
}
