import { isForeign } from './manifest.ts';
import { readImage, readPlatforms, type StoredImage } from './read-image.ts';
import type { ImageRecord, ImageStore } from './types.ts';

/** Go's programs write the first instant of their calendar for no time at all. */
const GO_NEVER = Date.parse('0001-01-01T00:00:00Z');

/** What lists show of an image. */
export interface ImageSummary {
  record: ImageRecord;
  /** The image of this machine's platform, or the first that is there; undefined for what is no image. */
  image: StoredImage | undefined;
  /** Digest of the config; of the target for what has none. */
  id: string;
  /** When it was built, in ms; undefined where it does not say. */
  createdAt: number | undefined;
  /** Bytes of its layers, uncompressed, as docker counts. */
  plainSize: number;
  /** Bytes of its layers as they are stored and transferred. */
  storedSize: number;
  /** `linux/amd64`; all that are in the store. */
  platforms: string[];
}

/** @throws KctlError `input` where a layer is damaged */
export async function imageSummary(store: ImageStore, record: ImageRecord): Promise<ImageSummary> {
  const there = await readPlatforms(store, record.target);
  const image = there.length === 0 ? undefined : await readImage(store, record.target);
  const layers = image?.manifest.layers ?? [];
  let plainSize = 0;
  for (const layer of layers) if (!isForeign(layer)) plainSize += (await store.layerFacts(layer.digest)).plainSize;
  const createdAt = Date.parse(image?.config.created ?? '');
  return {
    record,
    image,
    id: image?.configDigest ?? record.target.digest,
    createdAt: createdAt > GO_NEVER ? createdAt : undefined,
    plainSize,
    storedSize: layers.reduce((sum, { size }) => sum + size, 0),
    platforms: there.map(({ platform }) => platform),
  };
}
