import type { ImageFacts, KnownImage } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { PodImages } from '../look-up/pod-images.ts';
import type { ImageUse } from './image-use.ts';

/**
 * Learns the layers of images, as far as somebody knows them. All are asked for at once: who does not answer holds up
 * nothing but its own.
 * @param learnt is told each image as it is known, by its place
 */
export async function learnLayers(
  images: readonly ImageUse[],
  pods: readonly KubeObject[],
  lookUp: PodImages,
  learnt: (image: ImageUse, at: number) => void,
): Promise<void> {
  const named = new Map(pods.map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod]));
  await Promise.all(
    images.map(async (image, at) => {
      const told = await factsOf(image, named, lookUp);
      learnt('facts' in told ? withFacts(image, told.facts) : { ...image, layersUnknown: told }, at);
    }),
  );
}

/** Ways to ask for one image: what pods of one name run may differ, and so do their pull secrets. */
const MOST_TRIED = 5;

/** Of what runs, whatever its tag means by now; with the pull secrets of pods that run it, then of those that are to. */
async function factsOf(
  { uses, reference }: ImageUse,
  pods: ReadonlyMap<string, KubeObject>,
  lookUp: PodImages,
): Promise<KnownImage> {
  const ways = [...Map.groupBy(uses, ({ namespace, imageId }) => `${namespace} ${imageId}`).values()];
  const tried = ways.map(([use]) => use!).sort((a, b) => Number(a.imageId === '') - Number(b.imageId === ''));
  let told: KnownImage | undefined;
  for (const { namespace, pod, imageId, written } of tried.slice(0, MOST_TRIED)) {
    const answer = await lookUp.running(written, imageId, pods.get(`${namespace}/${pod}`));
    if ('facts' in answer) return answer;
    told ??= answer;
  }
  return told ?? lookUp.named(reference, undefined);
}

function withFacts(image: ImageUse, { digest, sizeBytes, layers, simulated }: ImageFacts): ImageUse {
  return {
    ...image,
    digests: [...new Set([...image.digests, digest])],
    size: { bytes: sizeBytes, from: 'layers' },
    ...{ layers, isSimulated: simulated },
  };
}

/** Which layers only one of them has, and who shares the others. */
export function compared(images: readonly ImageUse[]): ImageUse[] {
  const holders = new Map<string, string[]>();
  for (const { name, layers = [] } of images) {
    for (const digest of new Set(layers.map((layer) => layer.digest))) {
      const list = holders.get(digest);
      if (list) list.push(name);
      else holders.set(digest, [name]);
    }
  }
  return images.map((image) => {
    const { layers, name } = image;
    if (!layers) return image;
    const distinct = [...new Map(layers.map((layer) => [layer.digest, layer])).values()];
    const own = distinct.filter(({ digest }) => holders.get(digest)!.length === 1);
    const others = distinct.flatMap(({ digest }) => holders.get(digest)!).filter((other) => other !== name);
    return {
      ...image,
      uniqueBytes: own.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      sharesWith: [...new Set(others)].sort(),
    };
  });
}
