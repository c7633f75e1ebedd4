import type { KubeList, KubeObject } from '../api/meta.ts';
import { apiVersionOf, resourcePath } from '../api/resource.ts';
import { isApiError } from '../api/status.ts';
import type { Cluster } from '../kube/cluster.ts';
import { listPages } from '../kube/list.ts';
import type { IoStreams } from '../lib/io.ts';
import type { PodImages } from '../oci/look-up/pod-images.ts';
import type { DescribeFetch } from '../output/describe/index.ts';

interface FetchOptions {
  signal: AbortSignal;
  chunkSize: number;
  imageLayers: boolean;
  /** Those of other clusters are asked of their registries. */
  registries: boolean;
  io: Pick<IoStreams, 'env'>;
}

/** What a description may look up in a cluster. */
export function describeFetch(cluster: Cluster, options: FetchOptions): DescribeFetch {
  const { signal, chunkSize } = options;
  const { transport, discovery } = cluster;
  const fetch: DescribeFetch = {
    async list(groupResource, { namespace, labelSelector, fieldSelector }) {
      const resource = await discovery.resolve(groupResource);
      const path = resourcePath(resource, { namespace });
      const query = { labelSelector, fieldSelector };
      const shared = { apiVersion: apiVersionOf(resource), kind: resource.kind };
      const objects: KubeObject[] = [];
      for await (const { items } of listPages<KubeList>(transport, { path, query, limit: chunkSize, signal })) {
        for (const item of items) objects.push({ ...item, ...shared });
      }
      return objects;
    },
    async get(groupResource, namespace, name) {
      const resource = await discovery.resolve(groupResource);
      const path = resourcePath(resource, { namespace, name });
      try {
        return await transport.json<KubeObject>({ method: 'GET', path, signal });
      } catch (error) {
        if (isApiError(error, 'NotFound')) return undefined;
        throw error;
      }
    },
  };
  return options.imageLayers ? { ...fetch, image: imageFacts(cluster, options) } : fetch;
}

interface Status {
  image?: string;
  imageID?: string;
  name: string;
}

/** The bundled cluster knows layers; where they were asked for by name, so do registries. */
function imageFacts(cluster: Cluster, { signal, io, registries }: FetchOptions): NonNullable<DescribeFetch['image']> {
  let opened: Promise<PodImages> | undefined;
  const open = async (pod: KubeObject) => {
    const { clusterPodImages } = await import('./shared/image-look-up.ts');
    const path = `/api/v1/nodes/${encodeURIComponent(pod['spec']?.nodeName ?? '')}`;
    const node = pod['spec']?.nodeName
      ? await cluster.transport.json<KubeObject>({ method: 'GET', path, signal }).catch(() => undefined)
      : undefined;
    return clusterPodImages(cluster, { nodes: node && [node], registries, io, signal });
  };
  return async (image, pod) => {
    opened ??= open(pod);
    const containers = [...(pod['spec']?.initContainers ?? []), ...(pod['spec']?.containers ?? [])];
    const { name } = containers.find((one) => one.image === image) ?? {};
    const statuses: Status[] = [
      ...(pod['status']?.initContainerStatuses ?? []),
      ...(pod['status']?.containerStatuses ?? []),
    ];
    const id = statuses.find((one) => one.name === name)?.imageID ?? '';
    const told = await (await opened).running(image, id, pod);
    return 'facts' in told ? told.facts : undefined;
  };
}
