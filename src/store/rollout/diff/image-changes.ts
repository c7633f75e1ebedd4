import type { ImageFacts, ImageLayerFacts } from '../../../api/image-facts.ts';
import type { PodTemplate } from '../revisions.ts';

/** The layers of two images beside each other. */
export interface LayerComparison {
  platform: string;
  /** In both, by digest: what has been pulled for one need not be pulled for the other. */
  shared: ImageLayerFacts[];
  /** Only in the newer one. */
  fresh: ImageLayerFacts[];
  /** Only in the older one. */
  gone: ImageLayerFacts[];
  /** True where the bundled cluster made the figures up. */
  simulated: boolean;
}

/** An image that some containers have in the one revision in place of another in the other. */
export interface ImageChange {
  containers: string[];
  before?: string;
  after?: string;
  /** Undefined where either side is missing or its layers are not known. */
  layers?: LayerComparison;
  /** Why they are not. */
  unknown?: string;
}

interface Container {
  name: string;
  image?: string;
}

/** Images that differ, container by container; the same two images once. */
export function imagePairs(before: PodTemplate, after: PodTemplate): ImageChange[] {
  const [was, is] = [imagesByContainer(before), imagesByContainer(after)];
  const pairs = new Map<string, ImageChange>();
  for (const container of new Set([...is.keys(), ...was.keys()])) {
    const [old, fresh] = [was.get(container), is.get(container)];
    if (old === fresh) continue;
    const key = `${old ?? ''} ${fresh ?? ''}`;
    const pair = pairs.get(key) ?? {
      containers: [],
      ...(old !== undefined && { before: old }),
      ...(fresh !== undefined && { after: fresh }),
    };
    pair.containers.push(container);
    pairs.set(key, pair);
  }
  return [...pairs.values()];
}

function imagesByContainer({ spec = {} }: PodTemplate): Map<string, string | undefined> {
  const { initContainers = [], containers = [] } = spec as { initContainers?: Container[]; containers?: Container[] };
  return new Map([...initContainers, ...containers].map(({ name, image }) => [name, image]));
}

/** @param before undefined: nothing stood there, so that all of `after` is new; and the other way round */
export function compareLayers(
  before: ImageFacts | undefined,
  after: ImageFacts | undefined,
  platform: string,
): LayerComparison {
  const [was, is] = [distinct(before), distinct(after)];
  return {
    platform,
    shared: [...is.values()].filter(({ digest }) => was.has(digest)),
    fresh: [...is.values()].filter(({ digest }) => !was.has(digest)),
    gone: [...was.values()].filter(({ digest }) => !is.has(digest)),
    simulated: (after ?? before)?.simulated === true,
  };
}

/** A layer that an image has twice (an empty one) is there once. */
const distinct = (facts: ImageFacts | undefined): Map<string, ImageLayerFacts> =>
  new Map((facts?.layers ?? []).map((layer) => [layer.digest, layer]));

export function bytesOf(layers: readonly ImageLayerFacts[]): number {
  return layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
