import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import { inOrder } from '../../lib/in-order.ts';
import type { ImageLookUp } from '../shared/image-look-up.ts';
import type { ImageUse } from './image-use.ts';

/** Images that are asked about at a time. */
const AT_ONCE = 8;

/**
 * The images with their layers, as far as somebody knows them.
 * @param tell gets each reason why one is not known
 */
export async function withLayers(
  images: readonly ImageUse[],
  pods: readonly KubeObject[],
  lookUp: ImageLookUp,
  tell: (name: string, why: string) => void,
): Promise<ImageUse[]> {
  const podOf = ({ uses: [use] }: ImageUse) =>
    use && pods.find(({ metadata }) => metadata.name === use.pod && metadata.namespace === use.namespace);
  const known: ImageUse[] = [];
  for await (const answer of inOrder(images, AT_ONCE, (image) => factsOf(image, podOf(image), lookUp))) {
    if (answer.status === 'rejected') throw answer.reason;
    const image = images[known.length]!;
    const told = answer.value;
    if ('unknown' in told) tell(image.name, told.unknown);
    known.push('facts' in told ? withFacts(image, told.facts) : image);
  }
  return compared(known);
}

/** Of what runs, whatever its tag means by now. */
async function factsOf(
  { uses, registry, repository, reference }: ImageUse,
  pod: KubeObject | undefined,
  lookUp: ImageLookUp,
): ReturnType<ImageLookUp> {
  const digest = uses.find((use) => use.digest !== '')?.digest;
  const exact = digest && repository ? await lookUp(`${registry}/${repository}@${digest}`, pod) : undefined;
  return exact && 'facts' in exact ? exact : lookUp(reference, pod);
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
