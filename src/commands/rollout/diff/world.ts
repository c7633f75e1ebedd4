import type { KubeList, KubeObject } from '../../../api/meta.ts';
import { type NodePulls, nodePullsPath } from '../../../api/node-pulls.ts';
import { ApiStatusError } from '../../../api/status.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import { listPages } from '../../../kube/list.ts';
import { selectorOf } from '../../../lib/label-selector.ts';
import { canonicalReference, parseReference } from '../../../oci/reference.ts';
import type { ReadObject } from '../../../store/rollout/diff/config-changes.ts';
import { isOwnNode } from '../../../store/rollout/diff/node-pulls.ts';
import type { DiffWorld } from '../../../store/rollout/diff/revision-diff.ts';
import type { PodTemplate } from '../../../store/rollout/revisions.ts';
import type { CommandContext } from '../../command.ts';
import { imageLookUp } from '../../shared/image-look-up.ts';

export interface WorldOptions {
  /** False: registries are not asked, and layers stay unknown. */
  registries: boolean;
  /** Hosts of registries that may be spoken to without TLS. */
  insecureRegistries: readonly string[];
}

/** What a comparison may see of a cluster, and of the registries that its images are from. */
export function diffWorld(
  cluster: Cluster,
  template: PodTemplate,
  namespace: string,
  options: WorldOptions,
  { io, signal }: Pick<CommandContext, 'io' | 'signal'>,
): DiffWorld {
  const { transport } = cluster;
  const get = async (resource: string, ns: string, name: string): Promise<ReadObject> => {
    const path = `/api/v1/namespaces/${encodeURIComponent(ns)}/${resource}/${encodeURIComponent(name)}`;
    try {
      return await transport.json<KubeObject>({ method: 'GET', path, signal });
    } catch (error) {
      if (!(error instanceof ApiStatusError)) throw error;
      if (error.httpCode === 404) return 'absent';
      if (error.httpCode === 403) return 'forbidden';
      throw error;
    }
  };
  const nodes = once(() => list(cluster, '/api/v1/nodes', {}, signal));
  const lookUp = once(async () =>
    imageLookUp(cluster, { ...options, isOwn: (await nodes())?.some(isOwnNode) ?? false, io, signal }),
  );
  return {
    get,
    nodes,
    pods: (workload) =>
      list(
        cluster,
        `/api/v1/namespaces/${encodeURIComponent(workload.metadata.namespace ?? '')}/pods`,
        { labelSelector: selectorOf(workload.spec?.selector).toString() },
        signal,
      ),
    async image(reference, platform) {
      return (await lookUp()).named(reference, { namespace, spec: template.spec ?? {}, platform });
    },
    async layersOn(node) {
      if (!isOwnNode(node)) return [];
      const path = nodePullsPath(node.metadata.name ?? '');
      const told = await transport.json<NodePulls>({ method: 'GET', path, signal }).catch((error: unknown) => {
        if (error instanceof ApiStatusError) return undefined;
        throw error;
      });
      const layers = (told?.pulls ?? []).flatMap((pull) => pull.layers);
      return layers.filter(({ state }) => state === 'cached' || state === 'pulled').map(({ digest }) => digest);
    },
    fullName(reference) {
      try {
        return canonicalReference(parseReference(reference));
      } catch {
        return reference;
      }
    },
  };
}

/** Undefined where one may not read it. */
async function list(
  { transport }: Cluster,
  path: string,
  query: Record<string, string>,
  signal: AbortSignal,
): Promise<KubeObject[] | undefined> {
  try {
    const found: KubeObject[] = [];
    for await (const { items } of listPages<KubeList>(transport, { path, query, signal })) found.push(...items);
    return found;
  } catch (error) {
    if (error instanceof ApiStatusError && error.httpCode === 403) return undefined;
    throw error;
  }
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
