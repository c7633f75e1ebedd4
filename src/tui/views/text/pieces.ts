import { escapeTerminal } from '../../../lib/escape.ts';
import { textWidth, truncateText } from '../../../lib/text-width.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';

/** Text and what it looks like. */
export type Piece = readonly [token: ThemeToken | undefined, text: string];

/** Pieces of a line as plain text, safe for a terminal. */
export function piecesText(pieces: readonly Piece[]): string {
  return pieces.map(([, text]) => escapeTerminal(text)).join('');
}

/** Pieces painted one after the other, cut at `width`. */
export function paintPieces(pieces: readonly Piece[], width: number, theme: Theme): string {
  let line = '';
  let left = width;
  for (const [token, raw] of pieces) {
    if (left <= 0) break;
    const text = truncateText(escapeTerminal(raw), left);
    line += token ? theme.paint(token, text) : text;
    left -= textWidth(text);
  }
  return line;
}
