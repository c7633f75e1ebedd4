import type { PaneTree } from './pane-tree.ts';

/** A part of the screen in cells, from the upper left corner. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface LayoutMode {
  /** False hides the header (ctrl-e). */
  header: boolean;
  /** The command or filter line is open. */
  prompt: boolean;
  /** A line that lists the tabs. */
  tabs?: boolean;
  /** Panes and how they lie; absent is one. */
  panes?: { tree: PaneTree; focus: number } | undefined;
  /** Wanted size of an open dialog or list, frame included. */
  overlay?: { width: number; height: number } | undefined;
}

/** The place of one view: its title over its body. */
export interface PaneRect {
  id: number;
  title: Rect;
  body: Rect;
}

export interface Layout {
  header: Rect;
  tabs: Rect;
  /** All that the panes share. */
  main: Rect;
  /** The panes on the screen, in reading order. */
  panes: readonly PaneRect[];
  /** Title and body of the pane with the focus. */
  title: Rect;
  body: Rect;
  /** Trail and messages; the prompt's suggestions while it is open. */
  status: Rect;
  /** Key hints; the prompt while it is open. */
  footer: Rect;
  overlay: Rect | undefined;
}

export const minimumSize = { columns: 40, rows: 10 };

/** Header lines by the rows of the screen: what is left for the body decides. */
function headerLines(rows: number): number {
  if (rows < 16) return 1;
  return rows < 32 ? 2 : 4;
}

/**
 * Where everything goes on a screen of `columns` × `rows`; undefined when the screen is smaller than
 * `minimumSize`. The parts lie under each other without gaps and cover the screen.
 */
export function computeLayout(columns: number, rows: number, mode: LayoutMode): Layout | undefined {
  if (columns < minimumSize.columns || rows < minimumSize.rows) return undefined;
  let y = 0;
  const take = (height: number): Rect => {
    const rect = { x: 0, y, width: columns, height };
    y += height;
    return rect;
  };
  const header = take(mode.header ? headerLines(rows) : 0);
  const tabs = take(mode.tabs ? 1 : 0);
  const statusHeight = rows < 12 && !mode.prompt ? 0 : 1;
  const main = take(rows - y - statusHeight - 1);
  const status = take(statusHeight);
  const footer = take(1);
  const panes = paneRects(mode.panes, main);
  const { title, body } = panes.find((pane) => pane.id === mode.panes?.focus) ?? panes[0]!;
  return {
    header,
    tabs,
    main,
    panes,
    title,
    body,
    status,
    footer,
    overlay: mode.overlay && centred(mode.overlay, columns, rows),
  };
}

const onlyPane = 0;
/** Smaller than this, nothing can be read in a pane: then the one with the focus is alone. */
const smallestPane = { width: 24, height: 4 };

function paneRects(panes: LayoutMode['panes'], main: Rect): PaneRect[] {
  if (!panes) return [paneRect(onlyPane, main)];
  const rects = splitRects(panes.tree, main);
  const fits = rects.every(({ title, body }) => {
    return title.width >= smallestPane.width && 1 + body.height >= smallestPane.height;
  });
  return fits ? rects : [paneRect(panes.focus, main)];
}

function paneRect(id: number, rect: Rect): PaneRect {
  const title = { ...rect, height: Math.min(1, rect.height) };
  return { id, title, body: { ...rect, y: rect.y + 1, height: Math.max(0, rect.height - 1) } };
}

/** Equal parts; between those side by side lies a column for a line, between those over each other the title is enough. */
function splitRects(tree: PaneTree, rect: Rect): PaneRect[] {
  if ('pane' in tree) return [paneRect(tree.pane, rect)];
  const count = tree.parts.length;
  const sideBySide = tree.split === 'columns';
  const room = sideBySide ? rect.width - (count - 1) : rect.height;
  return tree.parts.flatMap((part, index) => {
    const from = Math.floor((room * index) / count);
    const size = Math.floor((room * (index + 1)) / count) - from;
    return splitRects(
      part,
      sideBySide ? { ...rect, x: rect.x + from + index, width: size } : { ...rect, y: rect.y + from, height: size },
    );
  });
}

function centred(size: { width: number; height: number }, columns: number, rows: number): Rect {
  const width = Math.min(size.width, columns - 2);
  const height = Math.min(size.height, rows - 2);
  return { x: Math.floor((columns - width) / 2), y: Math.max(1, Math.floor((rows - height) / 3)), width, height };
}
