import { type ImageFacts, imageFactsPath } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Transport } from '../../kube/cluster.ts';
import { inOrder } from '../../lib/in-order.ts';
import type { ImageUse } from './image-use.ts';

/** Images that are asked about at a time. */
const AT_ONCE = 8;
/** What the nodes of the bundled cluster run. No other server knows of layers. */
const OWN_RUNTIME = /^kctl-/;

/** The images with their layers, where the cluster is one that can tell. */
export async function withLayers(
  images: readonly ImageUse[],
  nodes: readonly KubeObject[],
  transport: Transport,
  signal: AbortSignal,
): Promise<ImageUse[]> {
  const isOwn = nodes.some(({ status }) => OWN_RUNTIME.test(status?.nodeInfo?.containerRuntimeVersion ?? ''));
  if (!isOwn) return [...images];
  const known: ImageUse[] = [];
  for await (const answer of inOrder(images, AT_ONCE, ({ reference }) => factsOf(reference, transport, signal))) {
    if (answer.status === 'rejected') throw answer.reason;
    const image = images[known.length]!;
    known.push(answer.value ? withFacts(image, answer.value) : image);
  }
  return compared(known);
}

async function factsOf(reference: string, transport: Transport, signal: AbortSignal): Promise<ImageFacts | undefined> {
  try {
    return await transport.json<ImageFacts>({ method: 'GET', path: imageFactsPath(reference), signal });
  } catch (error) {
    // An image that cannot be pulled, or somebody who may not ask.
    if (error instanceof ApiStatusError) return undefined;
    throw error;
  }
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
