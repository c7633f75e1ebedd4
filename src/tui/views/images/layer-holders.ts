import { layerHolders } from '../../../oci/layers/shared-layers.ts';
import type { DashboardServices } from '../../services.ts';
import { type FoundImage, localStore } from './find-image.ts';
import { usedImages } from './used-images.ts';

/**
 * Names of the images that have each layer, by its digest: those of this machine's store, and those in use where the
 * cluster knows layers by itself.
 */
export async function holdersOf(
  services: DashboardServices,
  image: FoundImage,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const store = await localStore(services);
  const holders = new Map<string, string[]>();
  try {
    if (store) for (const [digest, names] of await layerHolders(store)) holders.set(digest, [...names]);
  } finally {
    store?.close();
  }
  if (image.from !== 'cluster') return holders;
  for (const { name, layers } of await usedImages(services, undefined)) {
    for (const digest of new Set((layers ?? []).map((layer) => layer.digest))) {
      const names = holders.get(digest) ?? [];
      if (!names.includes(name)) holders.set(digest, [...names, name]);
    }
  }
  return holders;
}
