import { padText, textWidth } from '../../lib/text-width.ts';
import { sayAssembled } from './say.ts';

/** `NODE   POD   FATE`: names of columns in capitals, with room between them. */
const heading = /^[A-Z][A-Z-]*(?: {2,}[A-Z][A-Z-]*)+ *$/;
const gap = '   ';

/** Where each column of a heading begins. */
const startsOf = (line: string): number[] => [...line.matchAll(/\S+/g)].map(({ index }) => index);

const cellsOf = (line: string, starts: readonly number[]): string[] =>
  starts.map((start, index) => line.slice(start, starts[index + 1]).trim());

/** What a cell says, each of several things by itself. */
const sayCell = (cell: string): string => cell.split('; ').map(sayAssembled).join('; ');

/**
 * Lines that a command has printed, in the user's language: sentences by their words, tables cell by cell and laid out
 * anew, because a word is as long as it is in each language. Names of columns stay.
 */
export function sayLines(lines: readonly string[]): string[] {
  const at = lines.findIndex((line) => heading.test(line));
  if (at < 0) return lines.map(sayAssembled);
  const starts = startsOf(lines[at]!);
  const isRow = (line: string) => starts.slice(1).every((start) => line.length <= start || line[start - 1] === ' ');
  let end = at + 1;
  while (end < lines.length && /^\S/.test(lines[end]!) && / {2}/.test(lines[end]!) && isRow(lines[end]!)) end++;
  const rows = [
    cellsOf(lines[at]!, starts),
    ...lines.slice(at + 1, end).map((line) => cellsOf(line, starts).map(sayCell)),
  ];
  const widths = starts.map((_, column) => Math.max(...rows.map((row) => textWidth(row[column]!))));
  const table = rows.map((row) =>
    row
      .map((cell, column) => padText(cell, widths[column]!))
      .join(gap)
      .trimEnd(),
  );
  return [...lines.slice(0, at).map(sayAssembled), ...table, ...sayLines(lines.slice(end))];
}
