import type { TreeFile } from '../../../oci/layers/layer-tree.ts';
import type { LookRow } from '../../../oci/layers/tree-look.ts';

/**
 * The change that follows the cursor, or the one before it, also where folders hide it.
 * @param changes in the order of the tree with all folders open
 * @param rows what is shown of it @param at the cursor's row
 */
export function nextChange(
  changes: readonly TreeFile[],
  rows: readonly LookRow[],
  at: number,
  step: 1 | -1,
): TreeFile | undefined {
  const from = changes.indexOf(rows[at]!.file);
  if (from >= 0) return changes[from + step];
  const shown = new Map(rows.map(({ file }, index) => [file, index]));
  // What is folded away stands behind its folder.
  const place = (file: TreeFile): number => {
    for (let one: TreeFile | undefined = file; one; one = one.parent) {
      const index = shown.get(one);
      if (index !== undefined) return one === file ? index : index + 0.5;
    }
    return -1;
  };
  return step > 0 ? changes.find((file) => place(file) > at) : changes.findLast((file) => place(file) < at);
}
