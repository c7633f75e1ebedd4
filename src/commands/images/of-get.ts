import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeList, KubeObject } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { listPages } from '../../kube/list.ts';
import { KctlError } from '../../lib/errors.ts';
import type { PodImages } from '../../oci/look-up/pod-images.ts';
import { isOwnNode } from '../../store/rollout/diff/node-pulls.ts';
import type { CommandContext } from '../command.ts';
import { objectsOf } from '../get/objects.ts';
import type { GetOptions } from '../get/options.ts';
import { nothingFound } from '../get/tables.ts';
import type { GetTargets } from '../get/targets.ts';
import { throwCollected } from '../shared/errors.ts';
import { clusterPodImages } from '../shared/image-look-up.ts';
import { textTable } from '../shared/text-table.ts';
import { warn } from '../shared/warn.ts';
import { layersOnNode, pullsOn } from './node-layers.ts';
import { imagesOfPod, layerCells, type NodeLayers, type PodImage } from './pod-layers.ts';

/** `get pods -o layers`: the image of each container, its layers, and how far they are on the pod's node. */
export async function printLayersOf(
  { targets }: GetTargets,
  options: GetOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<number> {
  if (options.watch) throw new KctlError('usage', '-o layers cannot be used with --watch');
  const other = targets.find(({ resource }) => resource.plural !== 'pods' || resource.group !== '');
  if (other) throw new KctlError('usage', `-o layers is for pods; ${other.resource.plural} have none`);
  const errors: unknown[] = [];
  const pods: KubeObject[] = [];
  for (const target of targets) {
    try {
      for await (const pod of objectsOf(target, options, cluster, context, errors)) pods.push(pod);
    } catch (error) {
      errors.push(error);
    }
  }
  if (pods.length > 0) {
    const { allNamespaces, noHeaders } = options;
    const nodes = await nodesOf(cluster, context);
    const lookUp = clusterPodImages(cluster, { nodes, registries: true, io: context.io, signal: context.signal });
    const images = await withFacts(pods.flatMap(imagesOfPod), lookUp, context);
    const known = await layersByNode(images, nodes ?? [], { lookUp, cluster, signal: context.signal });
    const headers = ['POD', 'CONTAINER', 'IMAGE', 'SIZE', 'LAYERS', 'SHARED', 'STATE', 'NODE'];
    const rows = images.map((one) => [one.pod.metadata.name, one.container, ...layerCells(one, known.get(one.node))]);
    const withNamespace = (cells: unknown[], first: unknown) => (allNamespaces ? [first, ...cells] : cells);
    context.io.stdout.write(
      textTable(
        noHeaders ? undefined : (withNamespace(headers, 'NAMESPACE') as string[]),
        rows.map((cells, at) => withNamespace(cells, images[at]!.pod.metadata.namespace)),
      ),
    );
  } else if (errors.length === 0 && !options.ignoreNotFound) {
    context.io.stderr.write(nothingFound(targets, options, cluster));
  }
  throwCollected(errors);
  return 0;
}

/** Undefined where one may not read them. */
async function nodesOf({ transport }: Cluster, { io, signal }: CommandContext): Promise<KubeObject[] | undefined> {
  const found: KubeObject[] = [];
  try {
    for await (const { items } of listPages<KubeList>(transport, { path: '/api/v1/nodes', signal })) {
      found.push(...items);
    }
  } catch (error) {
    if (!(error instanceof ApiStatusError && error.httpCode === 403)) throw error;
    warn('nodes may not be listed: what they have of an image is not known', io);
    return undefined;
  }
  return found;
}

async function withFacts(images: readonly PodImage[], lookUp: PodImages, { io }: CommandContext): Promise<PodImage[]> {
  const answers = await Promise.all(images.map(({ image, imageId, pod }) => lookUp.running(image, imageId, pod)));
  const told = new Set<string>();
  return images.map((one, at) => {
    const answer = answers[at]!;
    if ('facts' in answer) return { ...one, facts: answer.facts };
    if (/^the registry/.test(answer.unknown) && !told.has(answer.unknown)) warn(`${one.image}: ${answer.unknown}`, io);
    told.add(answer.unknown);
    return one;
  });
}

/**
 * What each node of the pods has. The bundled cluster tells of all images of a node; of other nodes those count that
 * the pods run, as asking registries for everything a node keeps would take long.
 */
async function layersByNode(
  images: readonly PodImage[],
  nodes: readonly KubeObject[],
  { lookUp, cluster, signal }: { lookUp: PodImages; cluster: Cluster; signal: AbortSignal },
): Promise<Map<string, NodeLayers>> {
  const found = new Map<string, NodeLayers>();
  const wanted = new Set(images.map(({ node }) => node));
  for (const node of nodes) {
    const name = node.metadata.name ?? '';
    if (!wanted.has(name)) continue;
    const running = images.filter((one) => one.node === name && one.imageId !== '').flatMap(({ facts }) => facts ?? []);
    const kept = isOwnNode(node)
      ? await layersOnNode(node, (reference) => lookUp.named(reference, undefined))
      : undefined;
    // A node that keeps an image under its digest has all of it, whoever runs it.
    const named = kept ? [] : keptOf(node, images);
    const all = [...running, ...named, ...(kept?.values() ?? [])];
    const isWaiting = images.some((one) => one.node === name && one.imageId === '');
    found.set(name, {
      images: new Map(all.map(({ digest, layers }) => [digest, layers.map((layer) => layer.digest)])),
      pulls: isWaiting ? await pullsOn(node, cluster, signal) : [],
    });
  }
  return found;
}

function keptOf({ status }: KubeObject, images: readonly PodImage[]): ImageFacts[] {
  const names = ((status?.images ?? []) as { names?: string[] | null }[]).flatMap((one) => one.names ?? []);
  const digests = new Set(names.map((name) => name.split('@')[1]));
  return images.flatMap(({ facts }) => {
    const own: readonly string[] = facts ? ((facts as { digests?: string[] }).digests ?? [facts.digest]) : [];
    return facts && own.some((digest) => digests.has(digest)) ? facts : [];
  });
}
