import type { ImageFacts, KnownImage } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import { type ImagePull, type NodePulls, nodePullsPath } from '../../api/node-pulls.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { isOwnNode } from '../../store/rollout/diff/node-pulls.ts';

/**
 * The layers of each image that a node says it keeps, by the image's digest. Images that nobody knows the layers of are
 * left out: a registry may not have them any more.
 */
export async function layersOnNode(
  node: KubeObject,
  lookUp: (reference: string) => Promise<KnownImage>,
): Promise<Map<string, ImageFacts>> {
  const kept = (node['status']?.images ?? []) as { names?: string[] | null }[];
  const names = kept.flatMap(({ names: all }) =>
    all?.length ? [all.find((one) => one.includes('@')) ?? all[0]!] : [],
  );
  const answers = await Promise.all(names.map(lookUp));
  return new Map(answers.flatMap((one) => ('facts' in one ? [[one.facts.digest, one.facts] as const] : [])));
}

/** What the kubelet of a simulated node tells of its pulls; other kubelets tell nothing. */
export async function pullsOn(
  node: KubeObject,
  { transport }: Pick<Cluster, 'transport'>,
  signal: AbortSignal,
): Promise<readonly ImagePull[]> {
  if (!isOwnNode(node)) return [];
  try {
    const path = nodePullsPath(node.metadata.name ?? '');
    return (await transport.json<NodePulls>({ method: 'GET', path, signal })).pulls;
  } catch (error) {
    // One may not ask, or the node is gone.
    if (error instanceof ApiStatusError) return [];
    throw error;
  }
}
