import { type LayerTree, pathOf, type TreeFile } from '../../../oci/layers/layer-tree.ts';
import type { LookRow } from '../../../oci/layers/tree-look.ts';

/** Which folders somebody has folded or unfolded, by their paths: they are so at every layer. */
export class Folds {
  readonly #paths = new Map<string, boolean>();

  set(file: TreeFile, isFolded: boolean): void {
    this.#paths.set(pathOf(file), isFolded);
  }

  in(tree: LayerTree): ReadonlyMap<TreeFile, boolean> {
    const folds = new Map<TreeFile, boolean>();
    for (const [path, isFolded] of this.#paths) {
      const file = tree.find(path);
      if (file) folds.set(file, isFolded);
    }
    return folds;
  }

  /** Folds every folder that is shown; where all are folded, unfolds them with all that is in them. */
  turnAll(rows: readonly LookRow[]): void {
    const folders = rows.filter(({ isFolder }) => isFolder);
    const isFolded = folders.every((row) => row.isFolded);
    if (isFolded) this.#paths.clear();
    for (const { file } of folders) {
      if (isFolded) this.#unfold(file);
      else this.set(file, true);
    }
  }

  #unfold(file: TreeFile): void {
    if (!file.children) return;
    this.set(file, false);
    for (const child of file.children.values()) this.#unfold(child);
  }

  /** Unfolds what leads to a path. */
  leadTo(file: TreeFile): void {
    for (let above = file.parent; above?.parent; above = above.parent) this.set(above, false);
  }
}
