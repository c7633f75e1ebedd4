import { parseLabelSelector } from '../../lib/label-selector.ts';
import type { RowFilter } from '../../store/table-store.ts';
import { wordFilter } from './row-words.ts';
import { type TermTable, typedTerm } from './typed-terms.ts';

export { searchExpression } from './row-words.ts';

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
    .map((word) => (table && typedTerm(word, table)) ?? wordFilter(word, shown));
  return { matches: terms.length === 1 ? terms[0] : (row) => terms.every((holds) => holds(row)) };
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
