import { instructionsOf } from '../instructions.ts';
import type { LayerChanges, LayerUnion } from '../layer-union.ts';
import type { LayerContents } from '../read-layer.ts';
import { bytesOf, type Efficiency, summarySteps } from './efficiency.ts';
import type { ImageSource } from './image-source.ts';
import { atOnce } from './in-slices.ts';
import { readSourceLayer } from './read-source-layer.ts';
import { type Waste, wasteOf } from './waste.ts';

/** One layer and what it does to those below it. */
export interface LayerReport extends LayerChanges {
  digest: string;
  diffId: string;
  /** As stored: compressed where it is. */
  sizeBytes: number;
  /** Of all files in it. */
  fileBytes: number;
  /** From the image's history; '' where that does not say. */
  instruction: string;
}

export interface ImageAnalysis {
  reference: string;
  /** Of the manifest; '' in archives without one. */
  digest: string;
  platform: string;
  /** Of all layers as stored. */
  sizeBytes: number;
  /** Lowest first. */
  layers: LayerReport[];
  efficiency: Efficiency;
  /** Most bytes first. */
  waste: Waste[];
  /** What is seen in the end. */
  files: LayerUnion;
}

/**
 * Reads every layer once; digests and diff ids are checked, contents are not kept: about 300 bytes a path.
 * @throws KctlError `input` in one line for what is missing, damaged or not an image
 */
export async function analyseImage(source: ImageSource): Promise<ImageAnalysis> {
  const contents = new Map<number, LayerContents>();
  await source.visit(async (numbers, stored) => {
    const layer = await readSourceLayer(source, numbers, stored);
    for (const number of numbers) contents.set(number, layer);
  });
  const read = source.layers.map((_, number) => contents.get(number)!);
  const instructions = instructionsOf(source.config, read.length);
  const { efficiency, changes, files } = atOnce(summarySteps(read.map(({ entries }) => entries)));
  const layers = read.map(({ digest, diffId, sizeBytes, entries }, number) => ({
    ...{ digest, diffId, sizeBytes, fileBytes: bytesOf(entries), instruction: instructions[number] ?? '' },
    ...changes[number]!,
  }));
  const { reference, digest, platform } = source;
  return {
    ...{ reference, digest, platform, layers, files },
    sizeBytes: layers.reduce((sum, layer) => sum + layer.sizeBytes, 0),
    efficiency,
    waste: wasteOf(layers),
  };
}
