import { OCI_INDEX } from '../../store/manifest.ts';
import type { StoreLease } from '../../store/types.ts';
import { type Annotation, annotationsOf } from '../annotations.ts';
import type { Platform } from '../plan/platform.ts';
import type { AssembledImage } from './assemble-image.ts';

/** What was built for one platform. */
export interface PlatformImage {
  platform: Platform;
  image: AssembledImage;
}

/**
 * What stands for the images of all platforms: the image itself where there is one, else an index of them in this
 * order (image-spec image-index.md), whose digest then is the id.
 */
export async function assembleIndex(
  images: readonly PlatformImage[],
  lease: StoreLease,
  annotations: readonly Annotation[],
): Promise<AssembledImage> {
  const first = images[0]!.image;
  if (images.length === 1) return first;
  const index = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: images.map(({ image: { target }, platform }) => ({
      ...target,
      platform: {
        architecture: platform.architecture,
        os: platform.os,
        ...(platform.variant ? { variant: platform.variant } : {}),
      },
      ...annotationsOf(annotations, 'manifest-descriptor', platform),
    })),
    ...annotationsOf(annotations, 'index'),
  };
  const stored = await lease.put(Buffer.from(JSON.stringify(index)));
  return { ...first, target: { mediaType: OCI_INDEX, ...stored }, id: stored.digest };
}
