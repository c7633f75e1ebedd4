import type { ThemeToken } from '../../../theme/tokens.ts';
import type { ObjectRef } from '../view.ts';

/** One thing in a tree. Texts are as the cluster has them: they are escaped where they are drawn. */
export interface TreeNode {
  /** Tells it from all others of the tree, also after the tree was made anew. */
  key: string;
  label: string;
  /** A quiet word before the label: the kind. */
  lead?: string;
  /** Stands before the label, one cell wide, so that colour is never the only carrier. */
  sign?: string;
  token?: ThemeToken;
  /** What is said of it behind the label. */
  note?: string;
  noteToken?: ThemeToken;
  ref?: ObjectRef;
  /** Folded until somebody unfolds it. */
  folded?: boolean;
  children?: readonly TreeNode[];
}

/** A node that is on the screen or would be, were the screen high enough. */
export interface TreeRow {
  node: TreeNode;
  /** The lines that lead to it: `│  ├─ `. */
  branch: string;
  depth: number;
  isFolded: boolean;
  hasChildren: boolean;
}

/** Text of a node that a filter looks at. */
const textOf = ({ lead = '', label, note = '' }: TreeNode): string => `${lead} ${label} ${note}`;

export interface TreeLook {
  /** Whether a node is folded, where the user said so. */
  folds: ReadonlyMap<string, boolean>;
  /** Words that must all be found, in a node or in what leads to it; undefined shows all. */
  matches?: ((text: string) => boolean) | undefined;
}

/**
 * The rows of a tree in the order in which they stand on the screen. With a filter, what matches is shown
 * with all that it hangs on and all that hangs on it, folded or not.
 */
export function treeRows(roots: readonly TreeNode[], { folds, matches }: TreeLook): TreeRow[] {
  const rows: TreeRow[] = [];
  const passing = matches ? passingNodes(roots, matches) : undefined;
  const add = (nodes: readonly TreeNode[], prefix: string, depth: number, isShown: boolean) => {
    const shown = passing && !isShown ? nodes.filter((node) => passing.has(node)) : nodes;
    shown.forEach((node, index) => {
      const isLast = index === shown.length - 1;
      const branch = depth === 0 ? '' : `${prefix}${isLast ? '└─ ' : '├─ '}`;
      const children = node.children ?? [];
      const isFolded = children.length > 0 && (folds.get(node.key) ?? (passing ? false : (node.folded ?? false)));
      rows.push({ node, branch, depth, isFolded, hasChildren: children.length > 0 });
      if (isFolded) return;
      const next = depth === 0 ? '' : `${prefix}${isLast ? '   ' : '│  '}`;
      add(children, next, depth + 1, isShown || matches?.(textOf(node)) === true);
    });
  };
  add(roots, '', 0, false);
  return rows;
}

/** Nodes that match, or lead to one that does. */
function passingNodes(roots: readonly TreeNode[], matches: (text: string) => boolean): ReadonlySet<TreeNode> {
  const passing = new Set<TreeNode>();
  const visit = (node: TreeNode): boolean => {
    let passes = matches(textOf(node));
    for (const child of node.children ?? []) if (visit(child)) passes = true;
    if (passes) passing.add(node);
    return passes;
  };
  for (const root of roots) visit(root);
  return passing;
}

/** How many nodes a tree has. */
export function countNodes(roots: readonly TreeNode[]): number {
  return roots.reduce((sum, { children }) => sum + 1 + countNodes(children ?? []), 0);
}

/** A test for text by words as filters of tables have them: all of them, `!word` for none. */
export function wordTest(filter: string): ((text: string) => boolean) | undefined {
  const words = filter
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '!');
  if (words.length === 0) return undefined;
  return (text) => {
    const low = text.toLowerCase();
    return words.every((word) => (word.startsWith('!') ? !low.includes(word.slice(1)) : low.includes(word)));
  };
}
