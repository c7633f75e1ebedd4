import type { ImageUse, Unknown } from '../../../oci/in-use/image-use.ts';
import { type PlantedImage, storedPlants } from '../../../oci/layers/shared-layers.ts';
import { canonicalReference, parseReference } from '../../../oci/reference.ts';
import { familiarName } from '../../../oci/store/familiar-name.ts';
import type { DashboardServices } from '../../services.ts';
import { localStore } from './find-image.ts';
import { imagesInUse } from './images-in-use.ts';
import { familiarDigest } from './short-digest.ts';

/** An image that pods use, that this machine's store has, or both. */
export interface ListedImage {
  /** As people write it. */
  name: string;
  /** Absent where no pod uses it. */
  used: ImageUse | undefined;
  isStored: boolean;
  /** Of its manifests, as far as they are known. */
  digests: readonly string[];
  /** Lowest first; undefined where nobody says, or has said yet. */
  layers: PlantedImage['layers'] | undefined;
  /** Why nobody says; undefined while somebody is asked. */
  unknown: Unknown | undefined;
}

/** What was last listed of each cluster: which pod's pull secrets read an image. */
const listed = new WeakMap<DashboardServices, ReadonlyMap<string, ListedImage>>();

/**
 * Tells the images in use and those of this machine's store, by name: as soon as they are listed, and again as more becomes
 * known of them (see `imagesInUse`).
 * @param namespace whose pods; all where absent
 */
export async function listImages(
  services: DashboardServices,
  namespace: string | undefined,
  signal: AbortSignal,
  tell: (images: readonly ListedImage[]) => void,
): Promise<void> {
  const stored = await storedImages(services);
  await imagesInUse(services, namespace, signal, (used) => {
    const images = joined(used, stored);
    listed.set(services, new Map(images.map((image) => [image.name, image])));
    tell(images);
  });
}

/** Those that were listed last. */
export const lastListed = (services: DashboardServices): ReadonlyMap<string, ListedImage> =>
  listed.get(services) ?? new Map();

function joined(used: readonly ImageUse[], stored: readonly PlantedImage[]): ListedImage[] {
  const byName = new Map<string, ListedImage>();
  for (const one of used) {
    const { name, layers, digests, layersUnknown } = one;
    byName.set(one.reference, { name, used: one, isStored: false, layers, digests, unknown: layersUnknown });
  }
  for (const { names, digest, layers } of stored) {
    const digests = digest === undefined ? [] : [digest];
    for (const name of names) {
      const known = byName.get(name);
      // What the cluster runs under that name may be another one: its own word counts.
      if (known) byName.set(name, { ...known, isStored: true, layers: known.layers ?? layers });
      else {
        const short = familiarDigest(familiarName(name));
        byName.set(name, { name: short, used: undefined, isStored: true, layers, digests, unknown: undefined });
      }
    }
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function storedImages(services: DashboardServices): Promise<PlantedImage[]> {
  const store = await localStore(services);
  try {
    return store ? await storedPlants(store) : [];
  } finally {
    store?.close();
  }
}

/** True while somebody is asked for its layers. */
export const isAwaited = ({ used, layers, unknown }: ListedImage): boolean =>
  used !== undefined && layers === undefined && unknown === undefined;

export function fullName(name: string): string {
  try {
    return canonicalReference(parseReference(name));
  } catch {
    return name;
  }
}

/** What the layers of an image are beside those of the others in a list. */
export interface LayerShares {
  /** Bytes of the layers that no other one has. */
  uniqueBytes: number;
  /** How many of its layers others have, too. */
  shared: number;
}

/** By their places in the list; undefined where an image's layers are not known. */
export function layerShares(images: readonly ListedImage[]): (LayerShares | undefined)[] {
  const holders = new Map<string, number>();
  const own = images.map(({ layers }) => layers && [...new Map(layers.map((one) => [one.digest, one])).values()]);
  for (const layers of own) for (const { digest } of layers ?? []) holders.set(digest, (holders.get(digest) ?? 0) + 1);
  return own.map((layers, at) => {
    if (!layers) return undefined;
    const isShared = ({ digest }: { digest: string }) => holders.get(digest)! > 1;
    return {
      uniqueBytes: layers.reduce((sum, layer) => sum + (isShared(layer) ? 0 : layer.sizeBytes), 0),
      shared: images[at]!.layers!.filter(isShared).length,
    };
  });
}
