/** Tables for documents and spreadsheets, from the cells that `createTablePrinter` would have laid out. */

/**
 * Writes lines of cells, the first of which are the headers where `hasHeader`. Called again with what comes
 * later, without headers.
 */
export type TableText = (lines: readonly (readonly string[])[], hasHeader: boolean) => string;

/** What Markdown would read as more than text (CommonMark 0.31, 2.4 and 6; GitHub's tables). `_` inside of words is text. */
const MARKS = /[\\|*[\]<>`~]|&(?=#?\w+;)|(?<!\w)_|_(?!\w)/g;

/** A table of GitHub's Markdown. */
export const markdownTable: TableText = (lines, hasHeader) => {
  const rows = lines.map((cells) => `| ${cells.map(markdownCell).join(' | ')} |\n`);
  if (hasHeader) rows.splice(1, 0, `|${' --- |'.repeat(lines[0]!.length)}\n`);
  return rows.join('');
};

const markdownCell = (cell: string): string => cell.trimEnd().replace(MARKS, '\\$&');

/** Comma separated values with line feeds (RFC 4180 has CRLF; every reader takes both, and so do pipes). */
export const csvTable: TableText = (lines) => lines.map((cells) => `${cells.map(csvCell).join(',')}\n`).join('');

/**
 * What a spreadsheet would reckon with is text from strangers: an event's message may begin with `=`. An apostrophe in
 * front makes it text (OWASP, CSV injection); numbers stay numbers.
 */
function csvCell(padded: string): string {
  const cell = padded.trimEnd();
  const isFormula = /^[=+\-@\t\r]/.test(cell) && !/^[+-]?\d+(\.\d+)?$/.test(cell);
  const text = isFormula ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) || /^\s/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const tableTexts: Readonly<Record<string, TableText>> = { md: markdownTable, csv: csvTable };
