import { instructionsOf } from '../instructions.ts';
import type { ImageConfig } from '../media-types.ts';
import { readPlatforms } from '../store/read-image.ts';
import type { ImageStore } from '../store/types.ts';

/** A layer in the tree of all images: what lies upon it are its children. */
export interface LayerNode {
  digest: string;
  sizeBytes: number;
  instruction: string;
  /** Names of images of which this is the top; an image without a name has its id. */
  images: string[];
  /** Names of containers that have their writable layer upon this one. */
  containers: string[];
  children: LayerNode[];
}

export interface LayerForest {
  roots: LayerNode[];
  images: number;
  /** Each counted once. */
  layers: number;
  /** Of all layers of all images, as if each had its own. */
  allBytes: number;
  /** Of all layers, each counted once. */
  keptBytes: number;
}

/** An image to be planted. */
export interface PlantedImage {
  names: readonly string[];
  /** Of the manifest, where that is known. */
  digest?: string;
  /** Names of those that run it, or ran it and are kept. */
  containers?: readonly string[];
  /** Lowest first. */
  layers: readonly { digest: string; sizeBytes: number; instruction: string }[];
}

/** Which layers images have in common, as a tree from the lowest layer up. */
export function plantForest(images: readonly PlantedImage[]): LayerForest {
  const roots: LayerNode[] = [];
  const sizes = new Map<string, number>();
  let allBytes = 0;
  for (const { names, layers, containers = [] } of images) {
    let level = roots;
    let top: LayerNode | undefined;
    for (const { digest, sizeBytes, instruction } of layers) {
      sizes.set(digest, sizeBytes);
      allBytes += sizeBytes;
      top = level.find((node) => node.digest === digest);
      if (!top) {
        top = { digest, sizeBytes, instruction, images: [], containers: [], children: [] };
        level.push(top);
      }
      level = top.children;
    }
    top?.images.push(...names);
    top?.containers.push(...containers);
  }
  const keptBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return { roots, images: images.length, layers: sizes.size, allBytes, keptBytes };
}

/** The images of a store, of every platform that is there; one without a name has its id. */
export async function storedPlants(store: ImageStore): Promise<PlantedImage[]> {
  const images: PlantedImage[] = [];
  for (const { target, names } of store.images.list()) {
    for (const { target: own, manifest, config, configDigest } of await readPlatforms(store, target)) {
      const told = instructionsOf(config as ImageConfig, manifest.layers.length);
      images.push({
        names: names.length > 0 ? names : [configDigest],
        digest: own.digest,
        layers: manifest.layers.map(({ digest, size }, at) => ({
          digest,
          sizeBytes: size,
          instruction: told[at] ?? '',
        })),
      });
    }
  }
  return images;
}

/** Names of the images that have each layer, by its digest. */
export async function layerHolders(store: ImageStore): Promise<Map<string, string[]>> {
  const holders = new Map<string, string[]>();
  for (const { target, names } of store.images.list()) {
    for (const { manifest, configDigest } of await readPlatforms(store, target)) {
      for (const digest of new Set(manifest.layers.map((layer) => layer.digest))) {
        const list = holders.get(digest) ?? [];
        holders.set(digest, [...list, ...(names.length > 0 ? names : [configDigest])]);
      }
    }
  }
  return holders;
}
