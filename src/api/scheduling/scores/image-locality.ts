import type { KubeObject } from '../../meta.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { NodeInfo } from '../node-info.ts';

const MB = 1024 * 1024;
const LEAST = 23 * MB;
const MOST_PER_CONTAINER = 1000 * MB;

const tagged = (name: string): string => (name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name);

/**
 * The more of the pod's images a node has already, the better, by their size and by the share of nodes that have them
 * (kubernetes plugin ImageLocality). Names are compared as they are written.
 */
export function imageLocality(pod: KubeObject, state: ClusterState): ((info: NodeInfo) => number) | undefined {
  const { containers = [], initContainers = [], volumes = [] } = pod['spec'];
  const images: string[] = [
    ...[...initContainers, ...containers].map(({ image }: { image?: string }) => tagged(image ?? '')),
    ...volumes.flatMap((volume: { image?: { reference?: string } }) =>
      volume.image?.reference ? [tagged(volume.image.reference)] : [],
    ),
  ];
  const wanted = images.filter((image) => state.nodesWithImage(image) > 0);
  if (wanted.length === 0) return undefined;
  const most = MOST_PER_CONTAINER * (containers.length + initContainers.length);
  return ({ node }) => {
    let sum = 0;
    for (const { names = [], sizeBytes = 0 } of (node['status']?.images ?? []) as ImageOnNode[])
      for (const image of wanted)
        if (names.includes(image)) sum += Math.trunc(sizeBytes * (state.nodesWithImage(image) / state.size));
    return Math.trunc((100 * (Math.min(Math.max(sum, LEAST), most) - LEAST)) / (most - LEAST));
  };
}

interface ImageOnNode {
  names?: string[];
  sizeBytes?: number;
}
