import type { KubeList, KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { ClusterState } from '../../api/scheduling/cluster-state.ts';
import type { Nominated } from '../../api/scheduling/diagnosis.ts';
import { placedPod } from '../../api/scheduling/node-info.ts';
import type { ObjectSource } from '../../api/scheduling/source.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { listPages } from '../../kube/list.ts';
import { KctlError } from '../../lib/errors.ts';

/** What one may see of a cluster; what could not be read is named, since answers may be wrong for want of it. */
export class World {
  readonly missing: string[] = [];
  readonly #cluster: Cluster;
  readonly #signal: AbortSignal;

  constructor(cluster: Cluster, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#signal = signal;
  }

  /** All of a resource, of one namespace or of all; [] (and said so in `missing`) where that may not be read. */
  async list(
    resource: string,
    namespace?: string,
    query: { fieldSelector?: string; labelSelector?: string } = {},
  ): Promise<KubeObject[]> {
    const found: KubeObject[] = [];
    try {
      const info = await this.#cluster.discovery.resolve(resource);
      const path = resourcePath(info, { namespace });
      const { transport } = this.#cluster;
      const pages = listPages<KubeList>(transport, { path, query, resource: info, signal: this.#signal });
      for await (const { items } of pages)
        for (const item of items) found.push({ ...item, kind: item.kind ?? info.kind });
    } catch (error) {
      this.#miss(error, namespace ? `${resource} of namespace ${namespace}` : resource);
    }
    return found;
  }

  /** Undefined where it is not there; where it may not be read, that is said in `missing`. */
  async get(resource: string, namespace: string | undefined, name: string): Promise<KubeObject | undefined> {
    try {
      const info = await this.#cluster.discovery.resolve(resource);
      const path = resourcePath(info, { namespace, name });
      return await this.#cluster.transport.json<KubeObject>({ method: 'GET', path, signal: this.#signal });
    } catch (error) {
      if (error instanceof ApiStatusError && error.status.code === 404) return undefined;
      this.#miss(error, `${resource}/${name}`);
      return undefined;
    }
  }

  /** Does it exist? Undefined where one may not know. */
  async has(resource: string, namespace: string, name: string): Promise<boolean | undefined> {
    const before = this.missing.length;
    const found = await this.get(resource, namespace, name);
    return found ? true : this.missing.length > before ? undefined : false;
  }

  #miss(error: unknown, what: string): void {
    const isRefusal = error instanceof ApiStatusError && [401, 403, 404, 405].includes(error.status.code ?? 0);
    const isUnknown = error instanceof KctlError && error.code === 'usage';
    if (!isRefusal && !isUnknown) throw error;
    if (error instanceof ApiStatusError && error.status.code === 404) return;
    if (!isUnknown) this.missing.push(what);
  }
}

/** Nodes and pods, and what else scheduling a pod depends on. */
export interface Scene {
  state: ClusterState;
  source: ObjectSource;
  nominated: Nominated;
}

/** Reads as much as judging this pod needs: claims only where it has claims, and so on. */
export async function sceneFor(pod: KubeObject, world: World): Promise<Scene> {
  const spec = pod['spec'];
  const hasClaims = (spec.volumes ?? []).some(
    (volume: { persistentVolumeClaim?: object; ephemeral?: object }) =>
      volume.persistentVolumeClaim ?? volume.ephemeral,
  );
  const namespace = pod.metadata.namespace!;
  const wanted: [resource: string, namespace?: string][] = [
    ['namespaces'],
    ['services', namespace],
    ['replicasets.apps', namespace],
    ['statefulsets.apps', namespace],
    ['poddisruptionbudgets.policy'],
    ...(spec.resourceClaims?.length ? [['resourceclaims.resource.k8s.io', namespace] as [string, string]] : []),
  ];
  if (hasClaims) {
    wanted.push(['persistentvolumeclaims'], ['persistentvolumes'], ['storageclasses.storage.k8s.io']);
    wanted.push(['csinodes.storage.k8s.io'], ['csidrivers.storage.k8s.io'], ['volumeattachments.storage.k8s.io']);
    wanted.push(['csistoragecapacities.storage.k8s.io']);
  }
  const [nodes, pods, ...others] = await Promise.all([
    world.list('nodes'),
    world.list('pods'),
    ...wanted.map(([resource, where]) => world.list(resource, where)),
  ]);
  const placed = pods.length > 0 ? pods : await world.list('pods', namespace);
  const state = new ClusterState();
  const kept = Map.groupBy(
    placed.filter(
      (one) => !one['spec'].nodeName && one['status']?.nominatedNodeName && one.metadata.uid !== pod.metadata.uid,
    ),
    (one): string => one['status'].nominatedNodeName,
  );
  for (const node of nodes) state.setNode(node);
  for (const one of placed) if (one.metadata.uid !== pod.metadata.uid) state.setPod(one);
  const byResource = new Map(wanted.map(([resource], at) => [resource, others[at]!]));
  const keyed = new Map(
    [...byResource].map(([resource, list]) => [
      resource,
      new Map(list.map((one) => [`${one.metadata.namespace ?? ''}/${one.metadata.name}`, one])),
    ]),
  );
  const source: ObjectSource = {
    list: (resource, where) =>
      (byResource.get(resource) ?? []).filter(({ metadata }) => where === undefined || metadata.namespace === where),
    get: (resource, where, name) => keyed.get(resource)?.get(`${where ?? ''}/${name}`),
  };
  return { state, source, nominated: (node) => (kept.get(node) ?? []).map(placedPod) };
}
