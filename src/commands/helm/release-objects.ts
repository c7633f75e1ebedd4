import type { KubeObject } from '../../api/meta.ts';
import type { ResourceInfo } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseYamlDocuments } from '../../lib/yaml.ts';

/** One object of a release's manifest, with the resource it is served as. */
export interface ReleaseObject {
  object: KubeObject;
  resource: ResourceInfo;
}

export interface ReleaseObjects {
  /** In the order of the manifest, which is the one they are made in. */
  objects: ReleaseObject[];
  /** What the server does not know any more: types that were taken away, versions that are no longer served. */
  unserved: { object: KubeObject; error: KctlError }[];
}

/**
 * The objects of a manifest; lists are taken apart, and what names no namespace is of the release's.
 * @throws KctlError `input` for text that holds no objects
 */
export async function releaseObjects(
  text: string,
  source: string,
  namespace: string,
  { discovery }: Cluster,
): Promise<ReleaseObjects> {
  const objects: ReleaseObject[] = [];
  const unserved: ReleaseObjects['unserved'] = [];
  for (const document of parseYamlDocuments(text, source, true)) {
    for (const object of flat(document, source)) {
      try {
        const resource = await discovery.resolveKind(object.apiVersion, object.kind);
        if (resource.namespaced) object.metadata.namespace ||= namespace;
        else delete object.metadata.namespace;
        objects.push({ object, resource });
      } catch (error) {
        if (!(error instanceof KctlError) || error.code === 'connection' || error.code === 'auth') throw error;
        unserved.push({ object, error });
      }
    }
  }
  return { objects, unserved };
}

/** @throws KctlError `input` where the server does not know one of the kinds */
export function allServed({ objects, unserved }: ReleaseObjects, source: string): ReleaseObject[] {
  const [first] = unserved;
  if (!first) return objects;
  const { object, error } = first;
  throw new KctlError('input', `${source} has ${object.kind}/${object.metadata.name ?? ''}: ${error.message}`, {
    cause: error,
    ...(error.hint !== undefined && { hint: error.hint }),
  });
}

function flat(document: unknown, source: string): KubeObject[] {
  if (document === null || document === undefined) return [];
  const object = document as KubeObject;
  if (typeof object !== 'object' || !object.kind || !object.apiVersion) {
    throw new KctlError('input', `${source} has something in it that is no object`);
  }
  if (object.kind.endsWith('List') && Array.isArray(object['items'])) {
    return (object['items'] as unknown[]).flatMap((item) => flat(item, source));
  }
  object.metadata ??= {};
  return [object];
}

/** The same object in another revision, whichever version its manifest is written in (helm's `isMatchingInfo`). */
export function identityOf({ object, resource }: ReleaseObject): string {
  const { namespace = '', name = '' } = object.metadata;
  return `${resource.group}/${resource.kind}/${namespace}/${name}`;
}

const policyAnnotation = 'helm.sh/resource-policy';

/** Whether the object says that it is to outlive its release. */
export function isKept({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[policyAnnotation]?.trim().toLowerCase() === 'keep';
}

/** The order in which helm makes kinds, first to last; kinds that are not here come after them, by name. */
const making: readonly string[] = [
  ...['PriorityClass', 'Namespace', 'NetworkPolicy', 'ResourceQuota', 'LimitRange', 'PodSecurityPolicy'],
  ...['PodDisruptionBudget', 'ServiceAccount', 'Secret', 'ConfigMap', 'StorageClass', 'PersistentVolume'],
  ...['PersistentVolumeClaim', 'CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  ...['DaemonSet', 'Pod', 'ReplicationController', 'ReplicaSet', 'Deployment', 'HorizontalPodAutoscaler'],
  ...['StatefulSet', 'Job', 'CronJob', 'Service', 'IngressClass', 'Ingress', 'APIService'],
];
const removing: ReadonlyMap<string, number> = new Map(making.toReversed().map((kind, place) => [kind, place]));

/** What users reach goes first, what others stand on last; the order of helm's uninstall (releaseutil.UninstallOrder). */
export function inRemovalOrder(objects: readonly ReleaseObject[]): ReleaseObject[] {
  const placeOf = ({ resource }: ReleaseObject) => removing.get(resource.kind) ?? removing.size;
  return objects.toSorted(
    (a, b) =>
      placeOf(a) - placeOf(b) || (a.resource.kind < b.resource.kind ? -1 : a.resource.kind > b.resource.kind ? 1 : 0),
  );
}
