import { padText, textWidth } from '../../lib/text-width.ts';
import { wrapWords } from '../views/error-lines.ts';
import { wrapText } from '../views/text-slice.ts';
import { printedTable } from '../words/printed-table.ts';

const gap = 2;
/** Columns are not made narrower than this: what is left could not be read. */
const narrowestColumn = 12;

/**
 * Lines that a command has printed, within `room` cells: sentences go on under their own beginning, tables that are too
 * wide are wrapped cell by cell, so that each column stays one. Nothing is cut away.
 */
export function wrapLines(lines: readonly string[], room: number): string[] {
  const found = printedTable(lines);
  if (!found) return lines.flatMap((line) => wrapSentence(line, room));
  const { at, end, rows } = found;
  const table = lines.slice(at, end);
  return [
    ...lines.slice(0, at).flatMap((line) => wrapSentence(line, room)),
    ...(table.every((line) => textWidth(line) <= room) ? table : wrapTable(rows, room)),
    ...wrapLines(lines.slice(end), room),
  ];
}

/** Breaks at spaces, and goes on under the line's own beginning. */
function wrapSentence(line: string, room: number): string[] {
  if (textWidth(line) <= room) return [line];
  const indent = /^ {0,12}/.exec(line)![0];
  return wrapCell(line.slice(indent.length), room - indent.length).map((text) => indent + text);
}

/** Breaks at spaces; hard where a name alone is too long, because it is no word among words. */
function wrapCell(text: string, room: number): string[] {
  return longestWord(text) > room ? wrapText(text, room) : wrapWords(text, room);
}

const longestWord = (text: string): number => Math.max(...text.split(' ').map(textWidth));

function wrapTable(rows: readonly (readonly string[])[], room: number): string[] {
  const widths = columnWidths(rows, room - gap * (rows[0]!.length - 1));
  if (!widths) return asRecords(rows, room);
  return rows.flatMap((row) => {
    const cells = row.map((cell, column) => wrapCell(cell, widths[column]!));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) =>
      cells
        .map((cell, column) => padText(cell[line] ?? '', widths[column]!))
        .join(' '.repeat(gap))
        .trimEnd(),
    );
  });
}

/** The widest columns give first: sentences down to their longest word, then names. Undefined where that is not enough. */
function columnWidths(rows: readonly (readonly string[])[], room: number): number[] | undefined {
  const columns = rows[0]!.map((_, column) => rows.map((row) => row[column]!));
  const widths = columns.map((cells) => Math.max(...cells.map(textWidth)));
  const words = columns.map((cells) => Math.max(...cells.map(longestWord)));
  const least = columns.map(([name = '']) => Math.max(narrowestColumn, textWidth(name)));
  for (const floors of [words.map((width, column) => Math.max(width, least[column]!)), least]) {
    for (let over = sum(widths) - room; over > 0; over--) {
      const widest = widths.reduce(
        (best, width, column) => (width > floors[column]! && width > (widths[best] ?? 0) ? column : best),
        -1,
      );
      if (widest < 0) break;
      widths[widest]!--;
    }
  }
  return sum(widths) <= room ? widths : undefined;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Each row as lines of its own, a cell behind the name of its column. */
function asRecords([names = [], ...rows]: readonly (readonly string[])[], room: number): string[] {
  const lead = Math.max(...names.map(textWidth)) + gap;
  return rows.flatMap((row, index) => [
    ...(index > 0 ? [''] : []),
    ...row.flatMap((cell, column) =>
      wrapCell(cell, Math.max(narrowestColumn, room - lead)).map(
        (text, line) => padText(line === 0 ? names[column]! : '', lead) + text,
      ),
    ),
  ]);
}
