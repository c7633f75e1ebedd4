import { type PlantedImage, storedPlants } from '../../../oci/layers/shared-layers.ts';
import { canonicalReference, parseReference } from '../../../oci/reference.ts';
import { familiarName } from '../../../oci/store/familiar-name.ts';
import type { DashboardServices } from '../../services.ts';
import { localStore } from './find-image.ts';
import { familiarDigest } from './short-digest.ts';
import { type UsedImage, usedImages } from './used-images.ts';

/** An image that pods use, that this machine's store has, or both. */
export interface KnownImage {
  /** As people write it. */
  name: string;
  /** Absent where no pod uses it. */
  used: UsedImage | undefined;
  isStored: boolean;
  /** Of its manifests, as far as they are known. */
  digests: readonly string[];
  /** Lowest first; undefined where nobody says. */
  layers: PlantedImage['layers'] | undefined;
}

/**
 * The images in use and those of this machine's store, by name.
 * @param namespace whose pods; all where absent
 */
export async function knownImages(services: DashboardServices, namespace: string | undefined): Promise<KnownImage[]> {
  const [used, stored] = await Promise.all([usedImages(services, namespace), storedImages(services)]);
  const byName = new Map<string, KnownImage>();
  for (const one of used) {
    byName.set(fullName(one.name), {
      ...{ name: one.name, used: one, isStored: false, layers: one.layers },
      digests: one.digests ?? [],
    });
  }
  for (const { names, digest, layers } of stored) {
    const digests = digest === undefined ? [] : [digest];
    for (const name of names) {
      const known = byName.get(name);
      // What the cluster runs under that name may be another one: its own word counts.
      if (known) byName.set(name, { ...known, isStored: true, layers: known.layers ?? layers });
      else
        byName.set(name, {
          name: familiarDigest(familiarName(name)),
          used: undefined,
          isStored: true,
          layers,
          digests,
        });
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

export function fullName(name: string): string {
  try {
    return canonicalReference(parseReference(name));
  } catch {
    return name;
  }
}

/** Bytes of the layers that no other one has, by its place in the list; undefined where an image's layers are not known. */
export function uniqueBytes(images: readonly KnownImage[]): (number | undefined)[] {
  const holders = new Map<string, number>();
  const layersOf = ({ layers = [] }: KnownImage) => [...new Map(layers.map((one) => [one.digest, one])).values()];
  for (const image of images)
    for (const { digest } of layersOf(image)) holders.set(digest, (holders.get(digest) ?? 0) + 1);
  return images.map(
    (image) =>
      image.layers &&
      layersOf(image).reduce((sum, { digest, sizeBytes }) => sum + (holders.get(digest) === 1 ? sizeBytes : 0), 0),
  );
}

/** How many layers of each are in another one, too. */
export function sharedLayers(images: readonly KnownImage[]): (number | undefined)[] {
  const holders = new Map<string, Set<KnownImage>>();
  for (const image of images) {
    for (const { digest } of image.layers ?? []) holders.set(digest, (holders.get(digest) ?? new Set()).add(image));
  }
  return images.map(({ layers }) => layers?.filter(({ digest }) => holders.get(digest)!.size > 1).length);
}
