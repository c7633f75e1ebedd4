import { KctlError } from '../../lib/errors.ts';
import { OCI_CONFIG, OCI_MANIFEST } from '../store/manifest.ts';
import { hostPlatform, type RunConfig, type StoredConfig } from '../store/read-image.ts';
import type { ImageRecord, ImageStore } from '../store/types.ts';
import { asStored } from './as-stored.ts';
import { checkLayer } from './check-layer.ts';
import { layerType } from './layer-type.ts';

export interface ImportOptions {
  /** Canonical. */
  names: readonly string[];
  message: string;
  config: RunConfig;
  /** `os/arch[/variant]` */
  platform?: string | undefined;
  /** In ms. */
  now: number;
}

/**
 * Makes an image of one layer of a root file system: a tar, as it is or compressed. Plain, gzip and zstd are
 * kept as they come, bzip2 and xz become gzip.
 * @returns the image, and its id
 * @throws KctlError `input` for what is no tar; nothing is left then
 */
export async function importTree(
  store: ImageStore,
  content: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<{ record: ImageRecord; id: string }> {
  const [os = '', architecture = '', variant] = (options.platform ?? hostPlatform()).split('/');
  if (!os || !architecture)
    throw new KctlError('usage', `"${options.platform}" is no platform`, { hint: 'Write it as os/arch: linux/arm64.' });
  const lease = store.lease('import');
  try {
    const layer = await lease.write(asStored(content, 'the tar'));
    if (layer.size === 0) throw new KctlError('input', 'there is nothing to import: the tar is empty');
    const diffId = await checkLayer(store, layer.digest, undefined);
    const created = new Date(options.now).toISOString();
    const config: StoredConfig = {
      created,
      architecture,
      ...(variant ? { variant } : {}),
      os,
      config: options.config,
      rootfs: { type: 'layers', diff_ids: [diffId] },
      history: [{ created, comment: options.message }],
    };
    const stored = await lease.put(Buffer.from(JSON.stringify(config)));
    const manifest = {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: { mediaType: OCI_CONFIG, ...stored },
      layers: [{ mediaType: await layerType(store, layer.digest), ...layer }],
    };
    const target = await lease.put(Buffer.from(JSON.stringify(manifest)));
    const record = await store.images.set({ mediaType: OCI_MANIFEST, ...target }, options.names);
    lease.release();
    return { record, id: stored.digest };
  } catch (error) {
    await lease.discard();
    throw error;
  }
}
