import { KctlError } from '../../lib/errors.ts';
import type { StoredImage } from '../store/read-image.ts';
import type { ImageStore } from '../store/types.ts';

/**
 * That each layer becomes what the config says. Pulls do not uncompress what they store, so who uses the content as a
 * whole asks this first; what a layer becomes is remembered, so that it costs only once.
 * @throws KctlError `input`
 */
export async function checkDiffIds(store: ImageStore, { manifest, config }: StoredImage): Promise<void> {
  for (const [index, { digest }] of manifest.layers.entries()) {
    const said = config.rootfs?.diff_ids?.[index];
    // The store knows them by sha256; those of another algorithm are compared where the layer is unpacked.
    if (!said?.startsWith('sha256:')) continue;
    const { diffId } = await store.layerFacts(digest);
    if (diffId === said) continue;
    throw new KctlError('input', `layer ${digest} does not have the content that the image says`, {
      hint: `Its diff id is ${diffId}, and the image says ${said}.`,
    });
  }
}
