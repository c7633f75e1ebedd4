import type { ImageFacts, ImageLayerFacts } from '../../../api/image-facts.ts';
import { canonicalReference, parseReference } from '../../../oci/reference.ts';
import { bytesOf } from '../../../store/rollout/diff/image-changes.ts';
import type { RevisionDiff } from '../../../store/rollout/diff/revision-diff.ts';

/**
 * What the comparison learnt of images from their registries, by reference: on clusters that serve no layers it is
 * what a pull can be expected to bring. Layers that both images have stand first, as they do in most images.
 */
export function comparedImages({ images }: RevisionDiff): ReadonlyMap<string, ImageFacts> {
  const found = new Map<string, ImageFacts>();
  for (const { before, after, layers } of images) {
    if (!layers) continue;
    const { shared, fresh, gone, simulated } = layers;
    const note = (reference: string | undefined, own: readonly ImageLayerFacts[]) => {
      if (reference === undefined) return;
      const all = [...shared, ...own];
      found.set(reference, {
        reference: fullName(reference),
        digest: '',
        sizeBytes: bytesOf(all),
        simulated,
        layers: all,
      });
    };
    note(before, gone);
    note(after, fresh);
  }
  return found;
}

function fullName(reference: string): string {
  try {
    return canonicalReference(parseReference(reference));
  } catch {
    return reference;
  }
}
