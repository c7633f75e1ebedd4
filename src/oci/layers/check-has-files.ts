import { KctlError } from '../../lib/errors.ts';
import { isForeign, type ParsedManifest } from '../store/manifest.ts';
import type { ImageStore } from '../store/types.ts';

/**
 * Registries keep more than images: signatures, lists of parts, charts. Layers of images are tars, and say so.
 * @throws KctlError `input` for what has no layers of files, or whose layers are had from elsewhere
 */
export async function checkHasFiles(
  store: ImageStore,
  reference: string,
  { artifactType, config, layers }: ParsedManifest,
): Promise<void> {
  const other = layers.find(({ mediaType }) => !/\btar\b/.test(mediaType));
  const isArtifact = layers.length === 0 && (artifactType !== undefined || !/image/.test(config.mediaType));
  if (other || isArtifact) {
    const what = artifactType ?? other?.mediaType ?? config.mediaType;
    throw new KctlError('input', `${reference} is no image, it is ${what}: it has no layers of files`);
  }
  for (const { digest, mediaType } of layers) {
    if (!isForeign({ digest, mediaType, size: 0 }) || (await store.blob(digest))) continue;
    throw new KctlError('input', `the layer ${digest} of ${reference} may not be distributed, and is not here`);
  }
}
