import { LayerUnion } from '../layer-union.ts';
import type { LayerEntry } from '../read-layer.ts';
import { atOnce } from './in-slices.ts';

/** A path that stands in several layers. */
interface WastefulFile {
  path: string;
  /** Layers that have it, whiteouts counted. */
  count: number;
  /** Bytes in all of them together. */
  bytes: number;
}

/** How much of an image's layers is seen in the end, by the formulas of dive 0.13 and in its terms. */
export interface Efficiency {
  /** Sum of the smallest size of each path / sum of all its sizes: 1 where no path stands in two layers. */
  score: number;
  /** Bytes of all paths that stand in more than one layer, the last time included. */
  wastedBytes: number;
  /** `wastedBytes` / bytes of all layers but the lowest; 0 where there is only one. */
  userWastedShare: number;
  /** Most bytes first. */
  files: WastefulFile[];
}

interface PathSizes {
  smallest: number;
  sum: number;
  count: number;
}

/**
 * @param layers entries of each layer, lowest first
 *
 * Counted are files, links and empty folders. A whiteout counts as the folder that it removes, and as nothing where
 * it removes a file; opaque whiteouts count not at all.
 */
export function efficiencyOf(layers: readonly (readonly LayerEntry[])[]): Efficiency {
  return atOnce(efficiencySteps(layers));
}

/** The same in steps, for `inSlices`. */
export function* efficiencySteps(layers: readonly (readonly LayerEntry[])[]): Generator<void, Efficiency> {
  const paths = new Map<string, PathSizes>();
  const union = new LayerUnion();
  for (const entries of layers) {
    for (const { path, size } of yield* leavesOf(entries, union)) {
      yield;
      const known = paths.get(path);
      if (!known) paths.set(path, { smallest: size, sum: size, count: 1 });
      else {
        known.smallest = Math.min(known.smallest, size);
        known.sum += size;
        known.count++;
      }
    }
    yield* union.adding(entries);
  }
  let smallest = 0;
  let all = 0;
  let wastedBytes = 0;
  const files: WastefulFile[] = [];
  for (const [path, { smallest: least, sum, count }] of paths) {
    yield;
    smallest += least;
    all += sum;
    if (count < 2) continue;
    wastedBytes += sum;
    files.push({ path, count, bytes: sum });
  }
  files.sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
  const userBytes = layers.slice(1).reduce((sum, entries) => sum + bytesOf(entries), 0);
  return {
    score: all === 0 ? 1 : smallest / all,
    wastedBytes,
    userWastedShare: userBytes === 0 ? 0 : wastedBytes / userBytes,
    files,
  };
}

export const bytesOf = (entries: readonly LayerEntry[]): number => entries.reduce((sum, { size }) => sum + size, 0);

const WHITEOUT = '.wh.';

interface Leaf {
  /** Of what a whiteout removes: that path. */
  path: string;
  size: number;
}

/** What of one layer has nothing below it there. */
function* leavesOf(entries: readonly LayerEntry[], lower: LayerUnion): Generator<void, Iterable<Leaf>> {
  // By the name in the layer: a whiteout and what comes in its place are two.
  const leaves = new Map<string, Leaf>();
  const folders = new Set<string>();
  for (const { path, size } of entries) {
    yield;
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    if (name.startsWith('.wh..wh.')) continue;
    for (let end = slash; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
    if (!name.startsWith(WHITEOUT)) leaves.set(path, { path, size });
    else {
      const removed = `${path.slice(0, slash + 1)}${name.slice(WHITEOUT.length)}`;
      const isFolder = lower.at(removed)?.entry.kind === 'directory';
      leaves.set(path, { path: removed, size: isFolder ? lower.sizeOf(removed) : 0 });
    }
  }
  for (const folder of folders) leaves.delete(folder);
  return leaves.values();
}
