import { matchesIn } from '../../../lib/text-matches.ts';
import { textWidth } from '../../../lib/text-width.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import { sliceText, wrapText } from '../text-slice.ts';

/** A piece of a line in one look; its text is safe for a terminal and in one line. */
export type Span = readonly [token: ThemeToken | undefined, text: string];

export const spansWidth = (spans: readonly Span[]): number => spans.reduce((sum, [, text]) => sum + textWidth(text), 0);

/** The columns from `left` on, at most `width` of them. */
export function sliceSpans(spans: readonly Span[], left: number, width: number): Span[] {
  const cut: Span[] = [];
  let column = 0;
  let room = width;
  for (const [token, text] of spans) {
    if (room <= 0) break;
    const cells = textWidth(text);
    if (column + cells > left) {
      const part = sliceText(text, Math.max(0, left - column), room);
      cut.push([token, part]);
      room -= textWidth(part);
      // A wide character that does not fit ends the row.
      if (textWidth(part) < cells - Math.max(0, left - column)) break;
    }
    column += cells;
  }
  return cut;
}

/** Breaks spans hard into rows of at most `width` columns; at least one row. */
export function wrapSpans(spans: readonly Span[], width: number): Span[][] {
  if (width < 2 || spansWidth(spans) <= width) return [[...spans]];
  const text = spans.map(([, part]) => part).join('');
  const rows: Span[][] = [];
  let at = 0;
  let inside = 0;
  for (const line of wrapText(text, width)) {
    const row: Span[] = [];
    for (let left = line.length; left > 0; ) {
      const [token, part] = spans[at]!;
      const piece = part.slice(inside, inside + left);
      if (piece !== '') row.push([token, piece]);
      left -= piece.length;
      inside += piece.length;
      if (inside >= part.length) {
        at++;
        inside = 0;
      }
    }
    rows.push(row);
  }
  return rows;
}

/** The same text with everything that an expression (with the flag `g`) finds in the look of a match. */
export function markSpans(spans: readonly Span[], expressions: readonly RegExp[]): readonly Span[] {
  if (expressions.length === 0) return spans;
  const text = spans.map(([, part]) => part).join('');
  const found = matchesIn(text, expressions);
  if (found.length === 0) return spans;
  const marked: Span[] = [];
  let start = 0;
  for (const [token, part] of spans) {
    let at = start;
    const end = start + part.length;
    for (const [from, to] of found) {
      if (to <= at || from >= end) continue;
      if (from > at) marked.push([token, text.slice(at, from)]);
      const stop = Math.min(to, end);
      marked.push(['search.match', text.slice(Math.max(from, at), stop)]);
      at = stop;
    }
    if (at < end) marked.push([token, text.slice(at, end)]);
    start = end;
  }
  return marked;
}

export function paintSpans(spans: readonly Span[], theme: Theme): string {
  return spans.map(([token, text]) => (token ? theme.paint(token, text) : text)).join('');
}
