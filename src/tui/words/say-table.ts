import { padText, textWidth } from '../../lib/text-width.ts';
import { printedTable } from './printed-table.ts';
import { sayAssembled } from './say.ts';

const gap = '   ';

/** What a cell says, each of several things by itself. */
const sayCell = (cell: string): string => cell.split('; ').map(sayAssembled).join('; ');

/**
 * Lines that a command has printed, in the user's language: sentences by their words, tables cell by cell and laid out
 * anew, because a word is as long as it is in each language. Names of columns stay.
 */
export function sayLines(lines: readonly string[]): string[] {
  const found = printedTable(lines);
  if (!found) return lines.map(sayAssembled);
  const { at, end } = found;
  const rows = found.rows.map((cells, index) => (index === 0 ? cells : cells.map(sayCell)));
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => textWidth(row[column]!))));
  const table = rows.map((row) =>
    row
      .map((cell, column) => padText(cell, widths[column]!))
      .join(gap)
      .trimEnd(),
  );
  return [...lines.slice(0, at).map(sayAssembled), ...table, ...sayLines(lines.slice(end))];
}
