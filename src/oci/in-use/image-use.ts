import type { ImageLayerFacts, KnownImage } from '../../api/image-facts.ts';

/** One container that runs, or is to run, an image. */
export interface ContainerUse {
  namespace: string;
  pod: string;
  container: string;
  kind: 'container' | 'init' | 'ephemeral';
  /** What keeps the pod: `deployment/web`; a pod that nothing keeps is its own. */
  workload: string;
  /** '' while it has none. */
  node: string;
  policy: string;
  /** As the pod has it. */
  written: string;
  /** The digest that its node runs, `sha256:…`; '' where the image is not there (yet). */
  digest: string;
  /** The same as its status has it. */
  imageId: string;
}

/** What is known of how large an image is. */
interface ImageSize {
  bytes: number;
  /** `node`: as kubelets report it; `layers`: the sum of its layers as they are transferred. */
  from: 'node' | 'layers';
}

/** Why the layers of an image are not known. */
export type Unknown = Exclude<KnownImage, { facts: unknown }>;

/** An image by its full name, with everything in a cluster that has to do with it. */
export interface ImageUse {
  /** As people write it: `nginx:1.27`, `ghcr.io/team/app@sha256:…`. */
  name: string;
  /** `docker.io/library/nginx:1.27`; what is written, where that is no name of an image. */
  reference: string;
  registry: string;
  repository: string;
  tag: string | undefined;
  /** Digests that nodes run or keep, and one that the name pins. */
  digests: readonly string[];
  uses: readonly ContainerUse[];
  /** Nodes that say they keep it; a kubelet names its 50 largest images only. */
  keptBy: readonly string[];
  /** Undefined: nobody says. */
  size: ImageSize | undefined;
  /** Lowest first; undefined: nobody says. */
  layers: readonly ImageLayerFacts[] | undefined;
  /** Why they are not known; undefined where they are, and while they are asked for. */
  layersUnknown?: Unknown;
  /** Bytes of layers that no other image of the list has; undefined where its layers are not known. */
  uniqueBytes: number | undefined;
  /** Names of the other images that have layers of it. */
  sharesWith: readonly string[];
  /** True where the figures are made up by the bundled cluster. */
  isSimulated: boolean;
}

/** The bytes of all images together, each layer once. Undefined where an image's layers are not known. */
export function totalBytes(images: readonly ImageUse[]): number | undefined {
  const layers = new Map<string, number>();
  for (const { layers: own } of images) {
    if (!own) return undefined;
    for (const { digest, sizeBytes } of own) layers.set(digest, sizeBytes);
  }
  return [...layers.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Nodes that keep it, and those whose containers run it: a kubelet does not name all it keeps. */
export function nodesOf({ keptBy, uses }: ImageUse): string[] {
  const running = uses.flatMap(({ node, digest }) => (digest === '' ? [] : [node]));
  return [...new Set([...keptBy, ...running])].filter((name) => name !== '').sort();
}
