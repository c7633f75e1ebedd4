import { lastAppliedAnnotation } from '../../api/changes/last-applied-annotation.ts';
import type { KubeList, KubeObject } from '../../api/meta.ts';
import { apiVersionOf, type ResourceInfo, resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';

/** What is pruned where `--prune-allowlist` names nothing: group, version, kind. */
const defaultKinds: readonly (readonly [string, string, string])[] = [
  ['', 'v1', 'ConfigMap'],
  ['', 'v1', 'Endpoints'],
  ['', 'v1', 'PersistentVolumeClaim'],
  ['', 'v1', 'Pod'],
  ['', 'v1', 'ReplicationController'],
  ['', 'v1', 'Secret'],
  ['', 'v1', 'Service'],
  ['batch', 'v1', 'Job'],
  ['batch', 'v1', 'CronJob'],
  ['networking.k8s.io', 'v1', 'Ingress'],
  ['apps', 'v1', 'DaemonSet'],
  ['apps', 'v1', 'Deployment'],
  ['apps', 'v1', 'ReplicaSet'],
  ['apps', 'v1', 'StatefulSet'],
  ['', 'v1', 'Namespace'],
  ['', 'v1', 'PersistentVolume'],
];

/** kubectl logs this where the kinds are its own choice. */
export const scopeNotice = (tool: string): string =>
  `Deprecated: ${tool} apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.`;

/**
 * The resources of `--prune-allowlist`, `group/version/kind` each.
 * @throws KctlError `usage`, or what discovery says about a kind
 */
export async function allowedResources(allowlist: readonly string[], cluster: Cluster): Promise<ResourceInfo[]> {
  const found: ResourceInfo[] = [];
  for (const text of allowlist) {
    const [group, version, kind, ...more] = text.split('/');
    if (kind === undefined || more.length > 0) {
      throw new KctlError('usage', `invalid GroupVersionKind format: ${text}, please follow <group/version/kind>`);
    }
    found.push(await resourceOf([group === 'core' ? '' : (group ?? ''), version ?? '', kind], cluster));
  }
  return found;
}

function resourceOf(
  [group, version, kind]: readonly [string, string, string],
  cluster: Cluster,
): Promise<ResourceInfo> {
  return cluster.discovery.resolveKind(apiVersionOf({ group, version }), kind);
}

export async function defaultResources(cluster: Cluster): Promise<ResourceInfo[]> {
  const found: ResourceInfo[] = [];
  for (const kind of defaultKinds) found.push(await resourceOf(kind, cluster));
  return found;
}

/** One object that is no longer wanted. */
export interface Stale {
  resource: ResourceInfo;
  object: KubeObject;
}

/** What was seen while applying: its objects stay, and only its namespaces are looked at. */
export interface Visited {
  uids: ReadonlySet<string | undefined>;
  namespaces: ReadonlySet<string>;
}

/**
 * Objects that were applied once and are not in the manifests any more.
 * @throws what a list fails with, with the kind in front
 */
export async function* staleObjects(
  resources: readonly ResourceInfo[],
  selector: string,
  { uids, namespaces }: Visited,
  cluster: Cluster,
  signal: AbortSignal,
): AsyncGenerator<Stale> {
  const namespaced = resources.filter((one) => one.namespaced);
  const places = [...namespaces].sort().flatMap((namespace) => namespaced.map((resource) => ({ resource, namespace })));
  const wide = resources.filter((one) => !one.namespaced).map((resource) => ({ resource, namespace: undefined }));
  for (const { resource, namespace } of [...places, ...wide]) {
    const path = resourcePath(resource, { namespace });
    let list: KubeList;
    try {
      const query = { labelSelector: selector || undefined };
      list = await cluster.transport.json<KubeList>({ method: 'GET', path, query, signal });
    } catch (error) {
      throw pruneFailure(resource, error);
    }
    for (const item of list.items) {
      const { annotations = {}, uid } = item.metadata;
      if (annotations[lastAppliedAnnotation] === undefined || uids.has(uid)) continue;
      yield { resource, object: { ...item, apiVersion: apiVersionOf(resource), kind: resource.kind } };
    }
  }
}

export function pruneFailure({ group, version, kind, namespaced }: ResourceInfo, error: unknown): unknown {
  if (!(error instanceof KctlError) || error.code === 'connection') return error;
  const scope = namespaced ? 'namespaced' : 'nonNamespaced';
  const named = `${group}/${version}, Kind=${kind}`;
  return new KctlError('api', `error pruning ${scope} object ${named}: ${error.message}`, { cause: error });
}
