import { KctlError } from '../lib/errors.ts';
import { openArchive } from './archive-files.ts';
import { type FoundImage, findImage, type ImageChoice } from './find-image.ts';
import { instructionsOf } from './instructions.ts';
import { LayerUnion } from './layer-union.ts';
import { platformText } from './media-types.ts';
import { type LayerContents, readLayer } from './read-layer.ts';

/** One layer and what it does to those below it. */
export interface LayerReport {
  digest: string;
  diffId: string;
  /** As stored: compressed where it is. */
  sizeBytes: number;
  /** From the image's history; '' where that does not say. */
  instruction: string;
  added: string[];
  changed: string[];
  removed: string[];
}

export interface ImageReport {
  reference: string;
  /** Of the manifest; '' in archives without one. */
  digest: string;
  platform: string;
  sizeBytes: number;
  /** Lowest first. */
  layers: LayerReport[];
}

/**
 * Reads an image from a docker archive (`docker save`) or an OCI layout, as a tar, a gzipped tar or a
 * folder. Layers are streamed; digests and diff ids are checked.
 * @throws KctlError `input` in one line for what is missing, damaged or not an image
 */
export async function readImageArchive(path: string, choice: ImageChoice = {}): Promise<ImageReport> {
  const files = await openArchive(path);
  const image = await findImage(files, path, choice);
  const contents = new Map<string, LayerContents>();
  await files.visit(new Set(image.layers.map((layer) => layer.file)), async (names, stream) => {
    const layer = await readLayer(stream, `${path}: layer ${names[0]}`);
    for (const name of names) contents.set(name, layer);
  });
  const layers = report(image, contents, path);
  return {
    reference: image.reference,
    digest: image.digest,
    platform: platformText(image.config),
    sizeBytes: layers.reduce((sum, layer) => sum + layer.sizeBytes, 0),
    layers,
  };
}

function report(image: FoundImage, contents: ReadonlyMap<string, LayerContents>, path: string): LayerReport[] {
  const instructions = instructionsOf(image.config, image.layers.length);
  const union = new LayerUnion();
  return image.layers.map(({ file, digest: stated }, index) => {
    const layer = contents.get(file);
    if (!layer) throw new KctlError('input', `${path} lacks ${file}, which its manifest names`);
    const { digest, diffId, sizeBytes, entries } = layer;
    // Digests other than sha256 are rare and checked through the diff id below.
    const broken = stated?.startsWith('sha256:') && stated !== digest;
    const wantedDiffId = image.config.rootfs?.diff_ids?.[index];
    if (broken || (wantedDiffId !== undefined && wantedDiffId !== diffId)) {
      throw new KctlError(
        'input',
        `${path}: layer ${index + 1} (${file}) does not have the digest that the image says`,
      );
    }
    return { digest, diffId, sizeBytes, instruction: instructions[index] ?? '', ...union.add(entries) };
  });
}
