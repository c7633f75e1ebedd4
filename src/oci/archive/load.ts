import { KctlError } from '../../lib/errors.ts';
import { openArchive } from '../archive-files.ts';
import { OCI_CONFIG, OCI_MANIFEST, type ParsedManifest, type TypedDescriptor } from '../store/manifest.ts';
import type { ImageRecord, ImageStore, StoreLease } from '../store/types.ts';
import { asStored } from './as-stored.ts';
import { checkLayer } from './check-layer.ts';
import { layerType } from './layer-type.ts';
import { type DockerImage, planLoad } from './plan-load.ts';

export interface LoadedImage {
  record: ImageRecord;
  /** Those that the archive gives it; the record may have more. */
  names: string[];
}

/**
 * Takes the images of an archive into the store: OCI layouts and docker archives, as a folder, a tar or a compressed
 * tar. Digests are kept: blobs are stored as they are. All of it is checked before anything has a name; nothing is
 * left where it fails.
 * @param names for the one image of an archive, in place of those it has
 * @throws KctlError `input` in one line for what is missing, damaged, hostile or not an image
 */
export async function loadArchive(store: ImageStore, path: string, names?: readonly string[]): Promise<LoadedImage[]> {
  const files = await openArchive(path);
  const plan = await planLoad(files, path);
  const count = plan.layout.length + plan.docker.length;
  if (names && count > 1) {
    throw new KctlError('input', `${path} holds ${count} images, which cannot have one name`);
  }
  const lease = store.lease(`load ${path}`);
  try {
    const digests = new Map<string, string>();
    const wanted = new Map(plan.wanted.map((file) => [file.file, file]));
    await files
      .visit(new Set(wanted.keys()), async (found, content) => {
        const { digest, size } = wanted.get(found[0]!)!;
        const isThere = digest !== undefined && (await lease.hold(digest)) && (await store.blob(digest))?.size === size;
        // Layers of older docker archives have no digest of their own, so they may come in any form.
        const bytes = digest === undefined ? asStored(content, found[0]!) : content;
        const stored = isThere ? digest : (await lease.write(bytes, { digest, size })).digest;
        for (const name of found) digests.set(name, stored);
      })
      .catch((error) => {
        throw error instanceof KctlError
          ? new KctlError(error.code, `${path}: ${bare(error.message, path)}`, {
              cause: error,
              ...(error.hint ? { hint: error.hint } : {}),
            })
          : error;
      });
    const lost = plan.wanted.find(({ file }) => !digests.has(file));
    if (lost) throw new KctlError('input', `${path} lacks ${lost.file}, which its manifest names`);
    const targets: { target: TypedDescriptor; names: string[] }[] = [];
    for (const image of plan.layout) {
      for (const manifest of image.manifests) await checkImage(store, manifest);
      targets.push(image);
    }
    for (const image of plan.docker) targets.push(await writeManifest(store, lease, image, digests));
    const loaded: LoadedImage[] = [];
    for (const { target, names: own } of targets) {
      const given = [...(names ?? own)];
      loaded.push({ record: await store.images.set(target, given), names: given });
    }
    lease.release();
    return loaded;
  } catch (error) {
    await lease.discard();
    throw error;
  }
}

const bare = (message: string, path: string): string =>
  message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;

/** Layers of images are checked against the config; artifacts of other kinds have no such layers. */
async function checkImage(store: ImageStore, { config, layers }: ParsedManifest): Promise<void> {
  if (!/image.*config|container\.image/.test(config.mediaType)) return;
  const parsed = JSON.parse((await store.document(config.digest)).toString('utf8')) as {
    rootfs?: { diff_ids?: string[] };
  } | null;
  const diffIds = parsed?.rootfs?.diff_ids;
  const tars = layers.filter(({ mediaType }) => /tar/.test(mediaType));
  if (!Array.isArray(diffIds) || tars.length !== layers.length) return;
  if (diffIds.length !== layers.length) {
    throw new KctlError(
      'input',
      `the config ${config.digest} names ${diffIds.length} layers, the image has ${layers.length}`,
    );
  }
  for (const [index, layer] of layers.entries()) {
    if (await store.blob(layer.digest)) await checkLayer(store, layer.digest, diffIds[index]);
  }
}

/** A docker archive has no manifest with digests: ours is made of what it has, the same each time. */
async function writeManifest(
  store: ImageStore,
  lease: StoreLease,
  { names, config, layerFiles, diffIds }: DockerImage,
  digests: ReadonlyMap<string, string>,
): Promise<{ target: TypedDescriptor; names: string[] }> {
  const layers: TypedDescriptor[] = [];
  for (const [index, file] of layerFiles.entries()) {
    const digest = digests.get(file)!;
    await checkLayer(store, digest, diffIds[index]);
    layers.push({ mediaType: await layerType(store, digest), digest, size: (await store.blob(digest))!.size });
  }
  const { digest, size } = await lease.put(config);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: { mediaType: OCI_CONFIG, digest, size },
      layers,
    }),
  );
  const target = await lease.put(manifest);
  return { target: { mediaType: OCI_MANIFEST, ...target }, names };
}
