import type { KubeList, KubeObject } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { listPages } from '../../kube/list.ts';
import { runningDigest } from '../../oci/look-up/running-image.ts';
import { isOwnNode } from '../../store/rollout/diff/node-pulls.ts';
import type { CommandContext } from '../command.ts';
import { clusterPodImages } from '../shared/image-look-up.ts';
import { layersOnNode, pullsOn } from './node-layers.ts';
import { imagesOfPod } from './pod-layers.ts';

/** A node of a cluster, and digests of layers that it has by what it says of its images. */
export interface LayerNode {
  name: string;
  layers: ReadonlySet<string>;
}

/** What the nodes of the current cluster have of layers. @throws ApiStatusError where nodes may not be listed */
export async function layerNodes({
  connect,
  io,
  signal,
}: Pick<CommandContext, 'connect' | 'io' | 'signal'>): Promise<LayerNode[]> {
  const cluster = await connect();
  const nodes: KubeObject[] = [];
  for await (const { items } of listPages<KubeList>(cluster.transport, { path: '/api/v1/nodes', signal })) {
    nodes.push(...items);
  }
  const lookUp = clusterPodImages(cluster, { nodes, registries: true, io, signal });
  // Registries that are not open are asked with the pull secrets of a pod that runs the image.
  const runners = nodes.every(isOwnNode) ? new Map<string, KubeObject>() : await runnersByDigest(cluster, signal);
  const found: LayerNode[] = [];
  for (const node of nodes) {
    const images = await layersOnNode(node, (reference) =>
      lookUp.named(reference, runners.get(reference.split('@')[1] ?? '')),
    );
    // A kubelet takes its time to say what it keeps; one of ours tells at once what it has pulled.
    const pulled = (await pullsOn(node, cluster, signal)).flatMap((pull) => pull.layers);
    const layers = [
      ...[...images.values()].flatMap((image) => image.layers),
      ...pulled.filter(({ state }) => state === 'cached' || state === 'pulled'),
    ].map(({ digest }) => digest);
    found.push({ name: node.metadata.name ?? '', layers: new Set(layers) });
  }
  return found;
}

/** A pod for each digest that containers run; none where pods may not be listed. */
async function runnersByDigest({ transport }: Cluster, signal: AbortSignal): Promise<Map<string, KubeObject>> {
  const found = new Map<string, KubeObject>();
  try {
    for await (const { items } of listPages<KubeList>(transport, { path: '/api/v1/pods', signal })) {
      for (const pod of items) {
        for (const { imageId } of imagesOfPod(pod)) if (imageId !== '') found.set(runningDigest(imageId), pod);
      }
    }
  } catch (error) {
    if (!(error instanceof ApiStatusError && error.httpCode === 403)) throw error;
  }
  return found;
}
