import { layerHolders } from '../../../oci/layers/shared-layers.ts';
import { familiarName } from '../../../oci/store/familiar-name.ts';
import type { DashboardServices } from '../../services.ts';
import { type FoundImage, localStore } from './find-image.ts';
import { imagesInUse } from './images-in-use.ts';
import { fullName } from './listed-images.ts';
import { familiarDigest } from './short-digest.ts';

/**
 * Names of the other images that have each layer, by its digest: those of this machine's store, and those in use where the
 * cluster knows layers by itself.
 */
export async function holdersOf(
  services: DashboardServices,
  image: FoundImage,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const store = await localStore(services);
  const own = fullName(image.name);
  const holders = new Map<string, string[]>();
  const add = (digest: string, name: string) => {
    const known = holders.get(digest) ?? [];
    const short = familiarDigest(familiarName(name));
    if (fullName(name) !== own && !known.includes(short)) holders.set(digest, [...known, short]);
  };
  try {
    if (store) for (const [digest, names] of await layerHolders(store)) for (const name of names) add(digest, name);
  } finally {
    store?.close();
  }
  if (image.from !== 'cluster') return holders;
  for (const { reference, layers } of await imagesInUse(services, undefined, signal)) {
    for (const digest of new Set((layers ?? []).map((layer) => layer.digest))) add(digest, reference);
  }
  return holders;
}
