import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import { type NodeImages, withoutTag } from './node-images.ts';

interface Listed {
  names?: string[];
  sizeBytes?: number;
}

/**
 * Gives a node of an earlier process the images that its status says it has. A tag may mean another image by now: then
 * the digest says which one it was, and where that is gone too, its layers are not known any more.
 */
export function restoreImages(
  images: NodeImages,
  node: KubeObject,
  factsOf: (reference: string) => ImageFacts | undefined,
  now: number,
): void {
  for (const { names = [], sizeBytes = 0 } of (node['status']?.images ?? []) as Listed[]) {
    const name = names.at(-1);
    if (!name) continue;
    const pinned = names.find((one) => one.includes('@'));
    const digest = pinned?.slice(pinned.indexOf('@') + 1);
    const isSame = (facts: ImageFacts | undefined) => facts !== undefined && (!digest || facts.digest === digest);
    const byTag = factsOf(name);
    const byDigest = isSame(byTag) || !pinned ? undefined : factsOf(pinned);
    const found = isSame(byTag) ? byTag : byDigest?.simulated === false ? byDigest : undefined;
    const facts = found ?? (digest ? gone(name, digest, sizeBytes) : undefined);
    if (facts) images.restore(names, { ...facts, reference: name }, now);
  }
}

const gone = (name: string, digest: string, sizeBytes: number): ImageFacts => ({
  reference: name.includes('@') ? `${withoutTag(name)}@${digest}` : name,
  ...{ digest, sizeBytes, simulated: false, layers: [] },
});
