import { searchExpression } from '../row-filter.ts';

/** Where a search has found something: a line, and characters of it. */
export interface Match {
  line: number;
  from: number;
  to: number;
}

/** More than anybody steps through; the rest is counted by nobody. */
const mostMatches = 50_000;

/** Every match of `text` in `lines`, from above. */
export function findMatches(lines: readonly string[], text: string): Match[] {
  if (text === '') return [];
  const expression = searchExpression(text, 'giu');
  const found: Match[] = [];
  for (const [line, content] of lines.entries()) {
    for (const match of content.matchAll(expression)) {
      if (match[0] === '') continue;
      found.push({ line, from: match.index, to: match.index + match[0].length });
      if (found.length >= mostMatches) return found;
    }
  }
  return found;
}

/** Index of the first match in `line` or below it; the first of all where there is none; -1 without any. */
export function matchFrom(matches: readonly Match[], line: number): number {
  let low = 0;
  let high = matches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (matches[middle]!.line < line) low = middle + 1;
    else high = middle;
  }
  return matches.length === 0 ? -1 : low % matches.length;
}

/** Matches of one line, in order. */
export function matchesIn(matches: readonly Match[], line: number): readonly Match[] {
  const from = matchFrom(matches, line);
  const found: Match[] = [];
  for (let at = from; at >= 0 && matches[at]?.line === line; at++) found.push(matches[at]!);
  return found;
}

/** `/word 3/17`, as titles tell it. */
export function searchTitle(text: string, matches: readonly Match[], at: number): string {
  if (text === '') return '';
  const count = `${matches.length}${matches.length >= mostMatches ? '+' : ''}`;
  return `/${text} (${at >= 0 ? `${at + 1}/` : ''}${count})`;
}
