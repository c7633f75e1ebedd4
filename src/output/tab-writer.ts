import { textWidth } from '../lib/text-width.ts';

/** Columns are padded with spaces to their widest cell plus `padding`, and are at least `minWidth` wide. */
export interface TabLayout {
  minWidth: number;
  padding: number;
  /** How wide a cell is; terminal columns where nothing is said. */
  width?: (cell: string) => number;
}

/** What kubectl's describe uses: tabwriter.NewWriter(out, 0, 8, 2, ' ', 0), which counts characters. */
export const describeLayout: TabLayout = { minWidth: 0, padding: 2, width: characters };

/** What kubectl's lists use. */
export const listLayout: TabLayout = { minWidth: 6, padding: 3 };

const ASCII = /^[\x00-\x7f]*$/;

function characters(text: string): number {
  if (ASCII.test(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** The width that cells of neighbouring lines share. */
interface Column {
  width: number;
}

/**
 * Go's text/tabwriter: cells end at tabs, and a column is the cells of neighbouring lines that have one
 * there, so that a line without a tab ends all columns above it. As many cells as a line may have: texts
 * come from strangers.
 * @param remembered the widths of columns so far, which later ones do not fall below; kept up to date
 */
export function alignTabs(
  text: string,
  { minWidth, padding, width = textWidth }: TabLayout,
  remembered?: number[],
): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const columns: Column[][] = [];
  let open: Column[] = [];
  for (const cells of lines) {
    const count = cells.length - 1;
    if (open.length > count) open = open.slice(0, count);
    while (open.length < count) open.push({ width: Math.max(minWidth, remembered?.[open.length] ?? 0) });
    for (let at = 0; at < count; at++) {
      const column = open[at] as Column;
      column.width = Math.max(column.width, width(cells[at] as string) + padding);
    }
    if (remembered) {
      for (const [at, { width: now }] of open.entries()) remembered[at] = Math.max(remembered[at] ?? 0, now);
    }
    columns.push(count === 0 ? [] : [...open]);
  }
  return lines.map((cells, at) => padded(cells, columns[at] as Column[], width)).join('\n');
}

function padded(cells: readonly string[], columns: readonly Column[], width: (cell: string) => number): string {
  let line = '';
  for (const [at, cell] of cells.entries()) {
    const column = columns[at];
    line += column === undefined ? cell : cell + ' '.repeat(column.width - width(cell));
  }
  return line;
}
