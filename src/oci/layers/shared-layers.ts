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

/** Which layers the images of a store have in common, as a tree from the lowest layer up. */
export async function layerForest(store: ImageStore): Promise<LayerForest> {
  const roots: LayerNode[] = [];
  const sizes = new Map<string, number>();
  let images = 0;
  let allBytes = 0;
  for (const { target, names } of store.images.list()) {
    for (const { manifest, config, configDigest } of await readPlatforms(store, target)) {
      images++;
      const instructions = instructionsOf(config as ImageConfig, manifest.layers.length);
      let level = roots;
      let top: LayerNode | undefined;
      for (const [index, { digest, size }] of manifest.layers.entries()) {
        sizes.set(digest, size);
        allBytes += size;
        top = level.find((node) => node.digest === digest);
        if (!top) {
          top = { digest, sizeBytes: size, instruction: instructions[index] ?? '', images: [], children: [] };
          level.push(top);
        }
        level = top.children;
      }
      top?.images.push(...(names.length > 0 ? names : [configDigest]));
    }
  }
  const keptBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return { roots, images, layers: sizes.size, allBytes, keptBytes };
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
