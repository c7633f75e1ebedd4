import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { digestOf } from '../../../src/oci/digest.ts';
import type { TypedDescriptor } from '../../../src/oci/store/manifest.ts';
import type { ImageStore, StoreLease } from '../../../src/oci/store/types.ts';

export const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  plainLayer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

export async function tarOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name, mtime: new Date(0) }, content);
  tar.finalize();
  return buffer(tar);
}

export interface MadeImage {
  config: Buffer;
  manifest: Buffer;
  layers: Buffer[];
  target: TypedDescriptor;
}

export const describe = (mediaType: string, content: Buffer): TypedDescriptor => ({
  mediaType,
  digest: digestOf(content),
  size: content.length,
});

/** An image of one layer per record of files, compressed as registries have them. */
export async function makeImage(
  layers: readonly Readonly<Record<string, string>>[],
  more: { platform?: { os: string; architecture: string; variant?: string }; config?: object; created?: string } = {},
): Promise<MadeImage> {
  const tars = await Promise.all(layers.map(tarOf));
  const stored = tars.map((tar) => gzipSync(tar));
  const config = Buffer.from(
    JSON.stringify({
      created: more.created ?? '2026-01-02T03:04:05Z',
      architecture: more.platform?.architecture ?? 'amd64',
      os: more.platform?.os ?? 'linux',
      variant: more.platform?.variant,
      config: { Env: ['PATH=/bin'], Cmd: ['/bin/sh'], ...more.config },
      rootfs: { type: 'layers', diff_ids: tars.map(digestOf) },
      history: [
        ...layers.map((_, index) => ({ created: '2026-01-02T03:04:05Z', created_by: `COPY layer${index} /` })),
        { created: '2026-01-02T03:04:05Z', created_by: 'CMD ["/bin/sh"]', empty_layer: true },
      ],
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: types.manifest,
      config: describe(types.config, config),
      layers: stored.map((layer) => describe(types.layer, layer)),
    }),
  );
  return { config, manifest, layers: stored, target: describe(types.manifest, manifest) };
}

export async function putImage(lease: StoreLease, image: MadeImage): Promise<void> {
  for (const content of [...image.layers, image.config, image.manifest]) await lease.put(content);
}

export async function storeImage(store: ImageStore, image: MadeImage, ...names: string[]): Promise<void> {
  await using lease = store.lease('test');
  await putImage(lease, image);
  await store.images.set(image.target, names);
}

export function makeIndex(images: readonly { image: MadeImage; architecture: string }[]): {
  content: Buffer;
  target: TypedDescriptor;
} {
  const content = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: types.index,
      manifests: images.map(({ image, architecture }) => ({
        ...image.target,
        platform: { os: 'linux', architecture },
      })),
    }),
  );
  return { content, target: describe(types.index, content) };
}
