import { parseLabelSelector } from '../../lib/label-selector.ts';
import type { CompactRow } from '../../store/compact-row.ts';
import type { RowFilter } from '../../store/table-store.ts';
import { type TermTable, typedTerm } from './typed-terms.ts';

export interface ParsedFilter {
  /** Undefined shows every row. */
  matches: RowFilter | undefined;
  /** Why the text is not used as it stands (a selector that does not parse). */
  error?: string;
}

/**
 * The filter grammar: words that must all match somewhere in the row, each a regular expression
 * without regard to case (`web run`), `!word` for rows that do not match, `-l selector` for labels,
 * `-f letters` for names that hold the letters in this order. A word that is no valid expression is
 * taken as it stands.
 * A word that compares a column (`status=Running`, `restarts>5`) holds for that column alone.
 * @param shown indices of the cells that a table shows, so that nothing matches what nobody sees
 * @param table what columns there are; without it no word compares one
 */
export function parseFilter(text: string, shown?: () => readonly number[], table?: TermTable): ParsedFilter {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '!') return { matches: undefined };
  const flagged = /^-([lf])\s*(.*)$/.exec(trimmed);
  if (flagged?.[1] === 'l') return labelFilter(flagged[2]!);
  if (flagged?.[1] === 'f') return { matches: fuzzyFilter(flagged[2]!) };
  const terms = trimmed
    .split(/\s+/)
    .filter((word) => word !== '!')
    .map((word) => (table && typedTerm(word, table)) ?? termOf(word));
  const typed = terms.filter((term) => typeof term === 'function');
  const words = terms.filter((term) => typeof term !== 'function');
  return {
    matches(row) {
      if (!typed.every((holds) => holds(row))) return false;
      if (words.length === 0) return true;
      const line = searchText(row, shown?.());
      return words.every((term) => term.expression.test(line) !== term.inverse);
    },
  };
}

/** A regular expression from what a user typed: invalid syntax is taken literally. */
export function searchExpression(word: string, flags = 'iu'): RegExp {
  try {
    return new RegExp(word, flags);
  } catch {
    return new RegExp(word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), flags);
  }
}

function termOf(word: string): { inverse: boolean; expression: RegExp } {
  const inverse = word.startsWith('!');
  return { inverse, expression: searchExpression(inverse ? word.slice(1) : word, rowFlags) };
}

/** Cells are lines to an expression: `^` and `$` are the ends of a cell, and `.` goes over them. */
const rowFlags = 'imsu';

/** What a row says on the screen; all of its cells where nobody knows which are shown. */
function searchText(row: CompactRow, shown: readonly number[] | undefined): string {
  let line = `${row.namespace}\n${row.name}`;
  for (const cell of shown ? shown.map((index) => row.cells[index]) : row.cells) {
    if (cell !== null && cell !== undefined) line += `\n${cell}`;
  }
  return line;
}

function labelFilter(selectorText: string): ParsedFilter {
  if (selectorText === '') return { matches: undefined };
  try {
    const selector = parseLabelSelector(selectorText);
    return { matches: (row) => selector.matches(row.labels) };
  } catch (error) {
    return { matches: () => false, error: (error as Error).message };
  }
}

function fuzzyFilter(letters: string): RowFilter | undefined {
  const wanted = [...letters.toLowerCase().replace(/\s+/g, '')];
  if (wanted.length === 0) return undefined;
  return (row) => {
    let from = 0;
    const name = row.name.toLowerCase();
    for (const letter of wanted) {
      const at = name.indexOf(letter, from);
      if (at < 0) return false;
      from = at + letter.length;
    }
    return true;
  };
}
