import type { KubeList, KubeObject } from '../../api/meta.ts';
import { listPages } from '../../kube/list.ts';
import type { CommandContext } from '../command.ts';
import { podImages } from '../shared/image-look-up.ts';
import { layersOnNode, pullsOn } from './node-layers.ts';

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
  const lookUp = podImages(cluster, { nodes, registries: true, io, signal });
  const found: LayerNode[] = [];
  for (const node of nodes) {
    const images = await layersOnNode(node, (reference) => lookUp.named(reference, undefined));
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
