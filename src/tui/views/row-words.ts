import type { CompactRow } from '../../store/compact-row.ts';
import type { RowFilter } from '../../store/table-store.ts';

/** Cells are lines to an expression: `^` and `$` are the ends of a cell, and `.` goes over them. */
const rowFlags = 'imsu';
/** Plain letters need no Unicode case rules, without which an expression is much faster. */
const plainFlags = 'ims';
/** Answers kept for each word: statuses and nodes come again and again, names do not. */
const mostKnown = 2000;

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** A regular expression from what a user typed: invalid syntax is taken literally. */
export function searchExpression(word: string, flags = 'iu'): RegExp {
  try {
    return new RegExp(word, flags);
  } catch {
    return new RegExp(literal(word), flags);
  }
}

/** `test`, asked once for each text as long as there are not too many of them. */
export function rememberedTest(test: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const answer = test(text);
    if (known.size < mostKnown) known.set(text, answer);
    return answer;
  };
}

/** Parts of an expression that can match a line's end, and so go from one cell into the next. */
const crossesCells = /(?<!\\)(?:\\\\)*(?:\.|\[\^|\\[sWDnrfvxucpP0])/;

/**
 * A word of a filter, as a test of rows: an expression without regard to case that matches somewhere in
 * what the row shows; with `!` in front nowhere. Cell by cell where that says the same: most cells have been
 * seen before, which makes it a hundred times faster than a text of the whole row.
 * @param shown indices of the cells to look at, asked with every row
 */
export function wordFilter(typed: string, shown: (() => readonly number[]) | undefined): RowFilter {
  const inverse = typed.startsWith('!');
  const word = inverse ? typed.slice(1) : typed;
  const plain = plainTest(word);
  if (plain) {
    const inCells = cellsFilter(plain, shown);
    return (row) => inCells(row) !== inverse;
  }
  const expression = searchExpression(
    word,
    /^[\x20-\x7e]*$/.test(word) && !/\\[pPu]/.test(word) ? plainFlags : rowFlags,
  );
  const matches = (text: string) => expression.test(text);
  if (!crossesCells.test(expression.source)) {
    const inCells = cellsFilter(matches, shown);
    return (row) => inCells(row) !== inverse;
  }
  // `web.*back`: what has not both words somewhere needs no closer look.
  const pieces = /^[A-Za-z0-9-]+(?:\.[*+][A-Za-z0-9-]+)+$/.test(word) ? word.split(/\.[*+]/) : [];
  const needed = pieces.map((piece) => cellsFilter(plainTest(piece)!, shown));
  return (row) => (needed.every((has) => has(row)) && matches(rowText(row, shown))) !== inverse;
}

/** A word of letters, digits and hyphens alone is looked for without an expression; undefined for any other. */
function plainTest(word: string): ((text: string) => boolean) | undefined {
  if (!/^[A-Za-z0-9-]+$/.test(word)) return undefined;
  const lower = word.toLowerCase();
  // Nearly all that is in a cluster is written in small letters.
  return (text) => text.includes(lower) || (capitals.test(text) && text.toLowerCase().includes(lower));
}

const capitals = /[A-Z]/;

function cellsFilter(matches: (text: string) => boolean, shown: (() => readonly number[]) | undefined): RowFilter {
  const known = rememberedTest(matches);
  return (row) => {
    if (matches(row.name) || known(row.namespace)) return true;
    const { cells } = row;
    const indices = shown?.();
    const count = indices ? indices.length : cells.length;
    for (let at = 0; at < count; at++) {
      const cell = cells[indices ? indices[at]! : at];
      if (cell === null || cell === undefined) continue;
      const text = typeof cell === 'string' ? cell : String(cell);
      // Nearly every table repeats the name in a cell.
      if (text !== row.name && known(text)) return true;
    }
    return false;
  };
}

/** What a row says on the screen; all of its cells where nobody knows which are shown. */
function rowText(row: CompactRow, shown: (() => readonly number[]) | undefined): string {
  let line = `${row.namespace}\n${row.name}`;
  for (const cell of shown ? shown().map((index) => row.cells[index]) : row.cells) {
    if (cell !== null && cell !== undefined) line += `\n${cell}`;
  }
  return line;
}
