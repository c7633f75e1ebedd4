import { type ImageFacts, imageFactsPath } from '../api/image-facts.ts';
import type { KubeList, KubeObject } from '../api/meta.ts';
import { apiVersionOf, resourcePath } from '../api/resource.ts';
import { ApiStatusError, isApiError } from '../api/status.ts';
import type { Cluster } from '../kube/cluster.ts';
import { listPages } from '../kube/list.ts';
import type { DescribeFetch } from '../output/describe/index.ts';

interface FetchOptions {
  signal: AbortSignal;
  chunkSize: number;
  imageLayers: boolean;
}

/** What a description may look up in a cluster. */
export function describeFetch(cluster: Cluster, { signal, chunkSize, imageLayers }: FetchOptions): DescribeFetch {
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
  return imageLayers ? { ...fetch, image: imageLookUp(cluster, signal) } : fetch;
}

/** Only the bundled cluster knows layers; nothing is asked a second time. */
function imageLookUp(
  { transport }: Cluster,
  signal: AbortSignal,
): (reference: string) => Promise<ImageFacts | undefined> {
  const known = new Map<string, Promise<ImageFacts | undefined>>();
  const ask = async (reference: string) => {
    try {
      return await transport.json<ImageFacts>({ method: 'GET', path: imageFactsPath(reference), signal });
    } catch (error) {
      if (error instanceof ApiStatusError) return undefined;
      throw error;
    }
  };
  return (reference) => {
    const answer = known.get(reference) ?? ask(reference);
    known.set(reference, answer);
    return answer;
  };
}
