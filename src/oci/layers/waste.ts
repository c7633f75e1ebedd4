import type { LayerChanges } from '../layer-union.ts';

/** What one layer hides of another one: bytes that every pull carries and nobody sees. */
export interface Waste {
  /** Number of the layer that put the files away or wrote them again; the lowest is 0. */
  by: number;
  /** Number of the layer in which they stand. */
  in: number;
  bytes: number;
  files: number;
  /** Of those, files that stand in `by` again as they were. */
  repeated: number;
  /** Files of `by` that removed them, rather than to write them again. */
  removed: number;
}

/** Which instruction is to blame for what: one entry for each pair of layers, most bytes first. */
export function wasteOf(layers: readonly LayerChanges[]): Waste[] {
  const found: Waste[] = [];
  for (const [by, { hidden, removed, same }] of layers.entries()) {
    const isRemoved = new Set(removed);
    const isSame = new Set(same);
    const pairs = new Map<number, Waste>();
    for (const { path, size, layer } of hidden) {
      let pair = pairs.get(layer);
      if (!pair) {
        pair = { by, in: layer, bytes: 0, files: 0, repeated: 0, removed: 0 };
        pairs.set(layer, pair);
      }
      pair.bytes += size;
      pair.files++;
      if (isRemoved.has(path)) pair.removed++;
      else if (isSame.has(path)) pair.repeated++;
    }
    found.push(...pairs.values());
  }
  return found.filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes || a.by - b.by || a.in - b.in);
}
