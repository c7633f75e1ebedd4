import { parseFieldSelector } from '../../lib/field-selector.ts';
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
  /** Selectors in it, which the server can be asked by. */
  labels?: string;
  fields?: string;
}

/**
 * The filter grammar: words that must all match somewhere in the row, each a regular expression
 * without regard to case (`web run`), `!word` for rows that do not match, `-l selector` for labels,
 * `-F selector` for fields, `-f letters` for names that hold the letters in this order. A word that is no
 * valid expression is taken as it stands.
 * A word that compares a column (`status=Running`, `restarts>5`) holds for that column alone.
 * @param shown indices of the cells that a table shows, so that nothing matches what nobody sees
 * @param table what columns there are; without it no word compares one
 */
export function parseFilter(text: string, shown?: () => readonly number[], table?: TermTable): ParsedFilter {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '!') return { matches: undefined };
  const parts = flaggedParts(trimmed);
  const found = parts.map((part) => partFilters[part.flag](part.text, shown, table));
  const tests = found.flatMap(({ matches }) => matches ?? []);
  const joined = (what: 'labels' | 'fields') => found.flatMap((one) => one[what] ?? []).join(',');
  const [labels, fields] = [joined('labels'), joined('fields')];
  const error = found.find((one) => one.error)?.error;
  return {
    matches: tests.length < 2 ? tests[0] : (row) => tests.every((holds) => holds(row)),
    ...(labels && { labels }),
    ...(fields && { fields }),
    ...(error !== undefined && { error }),
  };
}

type Flag = keyof typeof partFilters;

interface FilterPart {
  flag: Flag;
  text: string;
}

/** `-l app=web restarts>5` is two parts: a selector, and words. */
function flaggedParts(text: string): FilterPart[] {
  return text.split(/(?:^|\s+)(?=-[lfF](?:\s|$))/).flatMap((piece): FilterPart[] => {
    const flag = /^-([lfF])(?:\s|$)/.exec(piece)?.[1] as Flag | undefined;
    if (!flag) return piece.trim() === '' ? [] : [{ flag: 'words', text: piece }];
    const rest = piece.slice(2).trim();
    if (flag === 'f') return [{ flag, text: rest }];
    const own = flag === 'l' ? selectorPart(rest) : (rest.split(/\s+/)[0] ?? '');
    const words = rest.slice(own.length).trim();
    return [{ flag, text: own }, ...(words === '' ? [] : [{ flag: 'words' as const, text: words }])];
  });
}

/** As much of `text` as is a label selector, in which there may be spaces (`tier in (a, b)`); all where nothing is. */
function selectorPart(text: string): string {
  for (let end = text.length; end > 0; end = text.lastIndexOf(' ', end - 1)) {
    const part = text.slice(0, end).trimEnd();
    // `tier in (a` is not finished: it is no word after a selector.
    if (isSelector(part) && !/^\s*(?:in|notin)\b/.test(text.slice(end))) return part;
  }
  return text;
}

function isSelector(text: string): boolean {
  try {
    parseLabelSelector(text);
    return true;
  } catch {
    return false;
  }
}

const partFilters = {
  words: wordsFilter,
  l: labelFilter,
  f: (letters: string): ParsedFilter => ({ matches: fuzzyFilter(letters) }),
  F: fieldFilter,
};

function wordsFilter(text: string, shown?: () => readonly number[], table?: TermTable): ParsedFilter {
  const terms = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '!')
    .map((word) => (table && typedTerm(word, table)) ?? wordFilter(word, shown));
  return { matches: terms.length === 1 ? terms[0] : (row) => terms.every((holds) => holds(row)) };
}

function labelFilter(selectorText: string): ParsedFilter {
  if (selectorText === '') return { matches: undefined };
  try {
    const selector = parseLabelSelector(selectorText);
    return { matches: (row) => selector.matches(row.labels), labels: selectorText };
  } catch (error) {
    return { matches: () => false, error: (error as Error).message };
  }
}

/** Rows do not tell their objects' fields: which pass is the server's to say. */
function fieldFilter(selectorText: string): ParsedFilter {
  if (selectorText === '') return { matches: undefined };
  try {
    parseFieldSelector(selectorText);
    return { matches: undefined, fields: selectorText };
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
