/** How panes share the room: `columns` lie side by side, `rows` one below the other. */
export type PaneTree =
  | { readonly pane: number }
  | { readonly split: 'columns' | 'rows'; readonly parts: readonly PaneTree[] };

/** With a new pane `added` behind `at`, side by side or below. */
export function splitTree(tree: PaneTree, at: number, split: 'columns' | 'rows', added: number): PaneTree {
  if ('pane' in tree) return tree.pane === at ? { split, parts: [tree, { pane: added }] } : tree;
  const own = tree.parts.findIndex((part) => 'pane' in part && part.pane === at);
  if (own >= 0 && tree.split === split) {
    return { split, parts: [...tree.parts.slice(0, own + 1), { pane: added }, ...tree.parts.slice(own + 1)] };
  }
  return { ...tree, parts: tree.parts.map((part) => splitTree(part, at, split, added)) };
}

/** Without pane `id`; undefined where nothing is left. */
export function withoutPane(tree: PaneTree, id: number): PaneTree | undefined {
  if ('pane' in tree) return tree.pane === id ? undefined : tree;
  const parts = tree.parts.flatMap((part) => withoutPane(part, id) ?? []);
  return parts.length > 1 ? { ...tree, parts } : parts[0];
}

/** Ids of the panes as they are read: from left to right, from top to bottom. */
export function paneOrder(tree: PaneTree): number[] {
  return 'pane' in tree ? [tree.pane] : tree.parts.flatMap(paneOrder);
}

/** The same tree with other ids. */
export function renumbered(tree: PaneTree, ids: ReadonlyMap<number, number>): PaneTree {
  if ('pane' in tree) return { pane: ids.get(tree.pane)! };
  return { ...tree, parts: tree.parts.map((part) => renumbered(part, ids)) };
}
