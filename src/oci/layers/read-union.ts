import { LayerUnion } from '../layer-union.ts';
import type { LayerEntry } from '../read-layer.ts';
import type { ImageSource } from './image-source.ts';
import { readSourceLayer } from './read-source-layer.ts';

/**
 * The file system of an image, or of one of its layers alone (then with whiteouts as the files that they are).
 * @param layer its number, the lowest is 0
 * @throws KctlError `input` for damaged layers
 */
export async function readUnion(source: ImageSource, layer?: number): Promise<LayerUnion> {
  const entries = new Map<number, LayerEntry[]>();
  const wanted = layer === undefined ? [...source.layers.keys()] : [layer];
  await source.visit(async (numbers, stored) => {
    const contents = await readSourceLayer(source, numbers, stored);
    for (const number of numbers) entries.set(number, contents.entries);
  }, wanted);
  const union = new LayerUnion({ keepWhiteouts: layer !== undefined });
  for (const number of wanted) union.add(entries.get(number)!);
  return union;
}
