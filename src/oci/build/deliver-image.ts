import { cp, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KctlError } from '../../lib/errors.ts';
import { exportTree } from '../archive/export-tree.ts';
import { type SaveFormat, saveStream, saveTo } from '../archive/save.ts';
import { writeWhole } from '../archive/write-whole.ts';
import { extractFiles } from '../layers/extract-files.ts';
import { readUnion } from '../layers/read-union.ts';
import type { ImageConfig } from '../media-types.ts';
import { readImage } from '../store/read-image.ts';
import type { FoundRecord, ImageStore } from '../store/types.ts';
import type { BuildResult } from './export-image.ts';
import type { Output } from './output.ts';
import { platformName } from './plan/platform.ts';
import type { AssembledImage } from './steps/assemble-image.ts';
import { layerSource } from './steps/layer-tree.ts';

/**
 * @param names canonical
 * @throws KctlError `input` where it cannot be written
 */
export async function deliver(
  { type, destination = '-' }: Output,
  image: BuildResult,
  names: readonly string[],
  { store, cwd, stdout }: { store: ImageStore; cwd: string; stdout: Writable },
): Promise<void> {
  if (type === 'image') {
    await store.images.set(image.target, names);
    return;
  }
  const path = resolve(cwd, destination);
  if (type === 'docker' || type === 'oci') {
    const format: SaveFormat = type === 'docker' ? 'docker-archive' : 'oci-archive';
    const records: FoundRecord[] = [...(names.length > 0 ? names : [undefined])].map((name) => ({
      ...{ target: image.target, names: [...names], storedAt: 0, name },
    }));
    if (destination === '-') await pipeline(await saveStream(store, records, { format }), stdout, { end: false });
    else await saveTo(store, records, path, { format });
    return;
  }
  if (type === 'tar') {
    const tree = exportTree(store, await readImage(store, image.platforms[0]!.image.target));
    if (destination === '-') await pipeline(tree, stdout, { end: false });
    else await writeWhole(path, tree);
    return;
  }
  if (image.platforms.length === 1) return writeFolder(store, image, path);
  for (const { platform, image: one } of image.platforms) {
    await writeFolder(store, one, join(path, platformName(platform).replaceAll('/', '_')));
  }
}

/** Into a folder that may be there: what is in it stays, but for what has the same name. */
async function writeFolder(store: ImageStore, { layers, config }: AssembledImage, path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isFile()) throw new KctlError('input', `${path} is a file`);
  const source = layerSource(
    store,
    layers.map(({ digest }) => digest),
    config as ImageConfig,
  );
  await mkdir(dirname(path), { recursive: true });
  const part = await mkdtemp(join(dirname(path), '.kctl-output-'));
  try {
    const files = join(part, 'files');
    await extractFiles(source, await readUnion(source), { path: '/', into: files, cwd: part, layer: undefined });
    await cp(files, path, { recursive: true, force: true, verbatimSymlinks: true, preserveTimestamps: true });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}
