import type { KubeList } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import { type RevisionRecord, revisionsOf } from '../../store/rollout/diff/revision.ts';
import type { Workload } from './workloads.ts';

export type { RevisionRecord };

const keepers = {
  Deployment: { group: 'apps', version: 'v1', plural: 'replicasets', kind: 'ReplicaSet', namespaced: true },
  StatefulSet: {
    group: 'apps',
    version: 'v1',
    plural: 'controllerrevisions',
    kind: 'ControllerRevision',
    namespaced: true,
  },
  DaemonSet: {
    group: 'apps',
    version: 'v1',
    plural: 'controllerrevisions',
    kind: 'ControllerRevision',
    namespaced: true,
  },
} as const;

/** Where a kind keeps its revisions; undefined for kinds without a history. */
export function keeperOf(kind: string): (typeof keepers)[keyof typeof keepers] | undefined {
  return keepers[kind as keyof typeof keepers];
}

/** `Pod`, `ReplicaSet.apps`: how kubectl names a kind that a verb does not know. */
export function groupKind({ resource }: Workload): string {
  return resource.group ? `${resource.kind}.${resource.group}` : resource.kind;
}

/** What kubectl says where a kind keeps no revisions; `what` is the thing it lacks. */
export function withoutHistory(workload: Workload, what: string): KctlError {
  const { group, kind } = workload.resource;
  return new KctlError(
    'usage',
    `error retrieving ${what} for "${groupKind(workload)}", no visitor method exists for {${group} ${kind}}`,
  );
}

/**
 * The revisions of a workload, lowest number first.
 * @throws KctlError for kinds without a history; ApiStatusError
 */
export async function revisionHistory(workload: Workload, cluster: Cluster): Promise<RevisionRecord[]> {
  const { object } = workload;
  const keeper = keeperOf(object.kind);
  if (!keeper) throw withoutHistory(workload, 'history');
  const list = await cluster.transport.json<KubeList>({
    method: 'GET',
    path: resourcePath(keeper, { namespace: object.metadata.namespace }),
    query: { labelSelector: selectorOf(object.spec?.selector).toString() },
  });
  return revisionsOf(object, list.items);
}
