import { type LayerTree, seenAt, type TreeChange, type TreeFile } from './layer-tree.ts';

/** A file with all that layers have done to it. Small: an image may have a hundred thousand of them. */
export interface PathFacts {
  file: TreeFile;
  /** Bytes of the largest that any layer has of it. */
  size: number;
  /** Bytes in layers that a later one hides. */
  wasted: number;
}

export type PathOrder = 'size' | 'wasted' | 'layers' | 'path';

const compare: Readonly<Record<PathOrder, (a: PathFacts, b: PathFacts) => number>> = {
  size: (a, b) => b.size - a.size,
  wasted: (a, b) => b.wasted - a.wasted || b.size - a.size,
  layers: (a, b) => b.file.versions.length - a.file.versions.length,
  path: () => 0,
};

/** All that was ever a file in these layers, in steps for `inSlices`; equal ones by their names. */
export function* pathsOf({ root }: LayerTree, order: PathOrder): Generator<void, PathFacts[]> {
  const found: PathFacts[] = [];
  const visit = function* (file: TreeFile): Generator<void> {
    yield;
    const facts = factsOf(file);
    if (facts) found.push(facts);
    const children = [...(file.children?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const child of children) yield* visit(child);
  };
  yield* visit(root);
  return found.sort(compare[order]);
}

/** Undefined for what was a folder in all layers. */
function factsOf(file: TreeFile): PathFacts | undefined {
  let isFile = false;
  let size = 0;
  let last = 0;
  let wasted = 0;
  for (const { entry } of file.versions) {
    wasted += last;
    last = typeof entry === 'object' ? entry.size : 0;
    size = Math.max(size, last);
    if (typeof entry === 'object' && entry.kind !== 'directory') isFile = true;
  }
  // Where layers below are not read, a whiteout is all that is known.
  isFile ||= file.versions.length > 0 && file.versions.every(({ entry }) => entry === 'gone');
  return isFile ? { file, size, wasted } : undefined;
}

/** What layers have done to a path, lowest first; what lies in a folder that was removed was removed with it. */
export function signsOf(file: TreeFile): { change: TreeChange; layer: number }[] {
  return file.versions.flatMap(({ layer }) => {
    const { change } = seenAt(file, layer, layer - 1) ?? {};
    return change === undefined || change === 'unmodified' ? [] : [{ change, layer }];
  });
}
