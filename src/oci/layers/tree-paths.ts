import { type LayerTree, pathOf, seenAt, type TreeChange, type TreeFile } from './layer-tree.ts';

/** A file with all that layers have done to it. */
export interface PathFacts {
  /** Below the root: `usr/bin/env`. */
  path: string;
  /** Bytes of the largest that any layer has of it. */
  size: number;
  /** Bytes in layers that a later one hides. */
  wasted: number;
  /** Lowest layer first; what lies in a folder that was removed was removed with it. */
  signs: readonly { change: TreeChange; layer: number }[];
}

export type PathOrder = 'size' | 'wasted' | 'layers' | 'path';

const compare: Readonly<Record<PathOrder, (a: PathFacts, b: PathFacts) => number>> = {
  size: (a, b) => b.size - a.size,
  wasted: (a, b) => b.wasted - a.wasted,
  layers: (a, b) => b.signs.length - a.signs.length,
  path: () => 0,
};

/** All that was ever a file in these layers, in steps for `inSlices`; equal ones by their paths. */
export function* pathsOf({ root }: LayerTree, order: PathOrder): Generator<void, PathFacts[]> {
  const found: PathFacts[] = [];
  const visit = function* (file: TreeFile): Generator<void> {
    yield;
    const facts = factsOf(file);
    if (facts) found.push(facts);
    for (const child of file.children?.values() ?? []) yield* visit(child);
  };
  yield* visit(root);
  found.sort((a, b) => compare[order](a, b) || (a.path < b.path ? -1 : 1));
  return found;
}

/** Undefined for what was a folder in all layers. */
function factsOf(file: TreeFile): PathFacts | undefined {
  const sizes: number[] = [];
  const signs: PathFacts['signs'][number][] = [];
  let isFile = false;
  let wasted = 0;
  for (const { layer, entry } of file.versions) {
    const { change } = seenAt(file, layer, layer - 1) ?? {};
    if (change !== undefined && change !== 'unmodified') signs.push({ change, layer });
    if (sizes.length > 0) wasted += sizes.at(-1)!;
    if (typeof entry === 'object' && entry.kind !== 'directory') isFile = true;
    sizes.push(typeof entry === 'object' ? entry.size : 0);
  }
  // Where layers below are not read, a whiteout is all that is known.
  isFile ||= file.versions.every(({ entry }) => entry === 'gone') && file.versions.length > 0;
  return isFile ? { path: pathOf(file), size: Math.max(...sizes), wasted, signs } : undefined;
}
