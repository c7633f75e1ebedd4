import { sliceText } from '../views/text-slice.ts';

/** `NODE   POD   FATE`: names of columns in capitals, with room between them. */
const heading = /^[A-Z][A-Z-]*(?: {2,}[A-Z][A-Z-]*)+ *$/;

/** A table among lines that a command has printed. */
interface PrintedTable {
  /** Index of its heading, and of the first line that is not its own any more. */
  at: number;
  end: number;
  /** Its cells without the room around them, the heading's first. */
  rows: readonly (readonly string[])[];
}

/** The first table among `lines`: a heading, and the lines whose cells stand under it; undefined where there is none. */
export function printedTable(lines: readonly string[]): PrintedTable | undefined {
  const at = lines.findIndex((line) => heading.test(line));
  if (at < 0) return undefined;
  const starts = [...lines[at]!.matchAll(/\S+/g)].map(({ index }) => index);
  const isRow = (line: string) => starts.slice(1).every((start) => [' ', ''].includes(sliceText(line, start - 1, 1)));
  let end = at + 1;
  while (end < lines.length && /^\S/.test(lines[end]!) && / {2}/.test(lines[end]!) && isRow(lines[end]!)) end++;
  const cellsOf = (line: string) =>
    starts.map((start, index) =>
      sliceText(line, start, (starts[index + 1] ?? Number.POSITIVE_INFINITY) - start).trim(),
    );
  return { at, end, rows: lines.slice(at, end).map(cellsOf) };
}
