import { type LayerChanges, LayerUnion } from '../layer-union.ts';
import type { LayerEntry } from '../read-layer.ts';

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

interface LayersSummary {
  efficiency: Efficiency;
  /** Of each layer, lowest first. */
  changes: LayerChanges[];
  /** What is seen in the end. */
  files: LayerUnion;
}

/**
 * Lays layers on one another and counts, in steps for `inSlices`.
 * @param layers entries of each layer, lowest first
 *
 * Counted are files, links and empty folders. A whiteout counts as the folder that it removes, and as nothing where
 * it removes a file; an opaque whiteout as the empty folder in which it stands.
 */
export function* summarySteps(layers: readonly (readonly LayerEntry[])[]): Generator<void, LayersSummary> {
  // Of a path that stands in one layer only its size: most do.
  const paths = new Map<string, number | PathSizes>();
  const files = new LayerUnion();
  const changes: LayerChanges[] = [];
  for (const entries of layers) {
    for (const [name, leaf] of yield* leavesOf(entries, files)) {
      yield;
      const [path, size] = typeof leaf === 'number' ? [name, leaf] : [leaf.path, leaf.size];
      const known = paths.get(path);
      if (known === undefined) paths.set(path, size);
      else if (typeof known === 'number') {
        paths.set(path, { smallest: Math.min(known, size), sum: known + size, count: 2 });
      } else {
        known.smallest = Math.min(known.smallest, size);
        known.sum += size;
        known.count++;
      }
    }
    changes.push(yield* files.adding(entries));
  }
  return { efficiency: yield* efficiencyFrom(paths, layers), changes, files };
}

function* efficiencyFrom(
  paths: ReadonlyMap<string, number | PathSizes>,
  layers: readonly (readonly LayerEntry[])[],
): Generator<void, Efficiency> {
  let smallest = 0;
  let all = 0;
  let wastedBytes = 0;
  const files: WastefulFile[] = [];
  for (const [path, sizes] of paths) {
    yield;
    if (typeof sizes === 'number') {
      smallest += sizes;
      all += sizes;
      continue;
    }
    const { smallest: least, sum, count } = sizes;
    smallest += least;
    all += sum;
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

/** What a whiteout counts as. */
interface Leaf {
  /** That it removes. */
  path: string;
  size: number;
}

/** A mark of a folder, as the one that makes it opaque, stands for the folder. */
function withoutMark(path: string): string {
  const slash = path.lastIndexOf('/');
  return path.startsWith('.wh..wh.', slash + 1) ? path.slice(0, Math.max(0, slash)) : path;
}

/** What of one layer has nothing below it there: its size, or what a whiteout stands for. */
function* leavesOf(
  entries: readonly LayerEntry[],
  lower: LayerUnion,
): Generator<void, ReadonlyMap<string, number | Leaf>> {
  // By the name in the layer: a whiteout and what comes in its place are two.
  const leaves = new Map<string, number | Leaf>();
  const folders = new Set<string>();
  let last = '';
  for (const entry of entries) {
    yield;
    const path = withoutMark(entry.path);
    if (path === '') continue;
    const { size } = entry;
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    // Files of a folder come one after the other: those above it are known then.
    const isSameFolder = slash === last.length && path.startsWith(last);
    if (!isSameFolder) last = path.slice(0, Math.max(0, slash));
    for (let end = isSameFolder ? 0 : slash; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
    if (!name.startsWith(WHITEOUT)) leaves.set(path, path === entry.path ? size : 0);
    else {
      const removed = `${path.slice(0, slash + 1)}${name.slice(WHITEOUT.length)}`;
      const isFolder = lower.at(removed)?.entry.kind === 'directory';
      leaves.set(path, { path: removed, size: isFolder ? lower.sizeOf(removed) : 0 });
    }
  }
  for (const folder of folders) leaves.delete(folder);
  return leaves;
}
