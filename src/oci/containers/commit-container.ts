import type { CommittedLayer } from '../rootfs/types.ts';
import { OCI_CONFIG, OCI_MANIFEST, type TypedDescriptor } from '../store/manifest.ts';
import { type RunConfig, readImage, type StoredConfig } from '../store/read-image.ts';
import type { ImageStore, StoreLease } from '../store/types.ts';

export interface CommitOptions {
  /** Canonical. */
  names: readonly string[];
  message: string;
  author: string;
  /** What the image's settings become in these places. */
  config: RunConfig;
  /** The history's text: the command that made the layer. */
  createdBy: string;
  /** ms */
  now: number;
}

/** What docker's media types of layers are called by OCI: a manifest has those of one of the two. */
const ociTypes: Readonly<Record<string, string>> = {
  'application/vnd.docker.image.rootfs.diff.tar.gzip': 'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.docker.image.rootfs.diff.tar': 'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.docker.image.rootfs.diff.tar.zstd': 'application/vnd.oci.image.layer.v1.tar+zstd',
};

/**
 * Makes an image of an image and a layer upon it. The image below is not touched: all its layers are used by both.
 * @param layer undefined: nothing was changed, and the image has the same layers
 * @returns the new image's id
 */
export async function commitContainer(
  store: ImageStore,
  lease: StoreLease,
  target: TypedDescriptor,
  layer: CommittedLayer | undefined,
  options: CommitOptions,
): Promise<string> {
  const image = await readImage(store, target);
  const created = new Date(options.now).toISOString();
  const { author, message, createdBy } = options;
  const config: StoredConfig = {
    ...image.config,
    created,
    ...(author ? { author } : {}),
    config: { ...image.config.config, ...options.config },
    rootfs: {
      type: 'layers',
      diff_ids: [...(image.config.rootfs?.diff_ids ?? []), ...(layer ? [layer.diffId] : [])],
    },
    history: [
      ...(image.config.history ?? []),
      {
        ...{ created, created_by: createdBy },
        ...(author ? { author } : {}),
        ...(message ? { comment: message } : {}),
        ...(layer ? {} : { empty_layer: true }),
      },
    ],
  };
  const stored = await lease.put(Buffer.from(JSON.stringify(config)));
  const below = image.manifest.layers.map((one) => ({ ...one, mediaType: ociTypes[one.mediaType] ?? one.mediaType }));
  const top = layer ? [{ mediaType: layer.mediaType, digest: layer.digest, size: layer.size }] : [];
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, ...stored },
    layers: [...below, ...top],
  };
  const made = await lease.put(Buffer.from(JSON.stringify(manifest)));
  await store.images.set({ mediaType: OCI_MANIFEST, ...made }, options.names);
  return stored.digest;
}
