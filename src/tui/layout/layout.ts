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
  /** Wanted size of an open dialog, frame included. */
  dialog?: { width: number; height: number } | undefined;
}

export interface Layout {
  header: Rect;
  title: Rect;
  body: Rect;
  /** Trail and messages; the prompt's suggestions while it is open. */
  status: Rect;
  /** Key hints; the prompt while it is open. */
  footer: Rect;
  dialog: Rect | undefined;
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
  const title = take(1);
  const statusHeight = rows < 12 && !mode.prompt ? 0 : 1;
  const body = take(rows - y - statusHeight - 1);
  const status = take(statusHeight);
  const footer = take(1);
  return { header, title, body, status, footer, dialog: mode.dialog && centred(mode.dialog, columns, rows) };
}

function centred(size: { width: number; height: number }, columns: number, rows: number): Rect {
  const width = Math.min(size.width, columns - 2);
  const height = Math.min(size.height, rows - 2);
  return { x: Math.floor((columns - width) / 2), y: Math.max(1, Math.floor((rows - height) / 3)), width, height };
}
