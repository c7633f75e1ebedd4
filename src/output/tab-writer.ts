import { textWidth } from '../lib/text-width.ts';

/** Columns are padded with spaces to their widest cell plus `padding`, and are at least `minWidth` wide. */
export interface TabLayout {
  minWidth: number;
  padding: number;
}

/** What kubectl's describe uses: tabwriter.NewWriter(out, 0, 8, 2, ' ', 0). */
export const describeLayout: TabLayout = { minWidth: 0, padding: 2 };

/** What kubectl's lists use. */
export const listLayout: TabLayout = { minWidth: 6, padding: 3 };

/**
 * Go's text/tabwriter: cells end at tabs, and a column is the cells of neighbouring lines that have one
 * there, so that a line without a tab ends all columns above it.
 */
export function alignTabs(text: string, layout: TabLayout): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const out: string[] = [];
  format(lines, 0, lines.length, [], layout, out);
  return out.join('\n');
}

function format(lines: string[][], from: number, to: number, widths: number[], layout: TabLayout, out: string[]): void {
  const column = widths.length;
  let printed = from;
  for (let at = from; at < to; at++) {
    if (column >= (lines[at]?.length ?? 0) - 1) continue;
    print(lines, printed, at, widths, out);
    const start = at;
    let width = layout.minWidth;
    for (; at < to && column < (lines[at]?.length ?? 0) - 1; at++) {
      width = Math.max(width, textWidth(lines[at]?.[column] ?? '') + layout.padding);
    }
    format(lines, start, at, [...widths, width], layout, out);
    printed = at;
    at--;
  }
  print(lines, printed, to, widths, out);
}

function print(lines: string[][], from: number, to: number, widths: readonly number[], out: string[]): void {
  for (let at = from; at < to; at++) {
    const cells = lines[at] ?? [];
    let line = '';
    for (const [index, cell] of cells.entries()) {
      const width = widths[index];
      line += width === undefined ? cell : cell + ' '.repeat(Math.max(0, width - textWidth(cell)));
    }
    out.push(line);
  }
}
