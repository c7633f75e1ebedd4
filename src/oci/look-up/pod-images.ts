import type { KnownImage } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ImageLookUp } from './image-look-up.ts';
import { type ImagePuller, pullerOf } from './node-platform.ts';

/** Looks images up for the pods that run them: their nodes' platform and their pull secrets count. */
export interface PodImages {
  /** What a name means now. */
  named(reference: string, pod: KubeObject | undefined): Promise<KnownImage>;
  /** What a container was made from. @param imageId of its status; '' where it has none */
  running(image: string, imageId: string, pod: KubeObject | undefined): Promise<KnownImage>;
}

export function podImages(images: ImageLookUp, nodes: readonly KubeObject[]): PodImages {
  const byName = new Map(nodes.map((node) => [node.metadata.name ?? '', node]));
  const pullers = new WeakMap<KubeObject, ImagePuller>();
  const puller = (pod: KubeObject | undefined): ImagePuller => {
    const known = (pod && pullers.get(pod)) ?? pullerOf(pod, byName);
    if (pod) pullers.set(pod, known);
    return known;
  };
  return {
    named: (reference, pod) => images.named(reference, puller(pod)),
    running: (image, imageId, pod) => images.running(image, imageId, puller(pod)),
  };
}
