import { escapeTerminal } from '../../../lib/escape.ts';
import { textWidth, truncateText } from '../../../lib/text-width.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { Move } from '../view-model.ts';
import type { PieceLine } from './head-lines.ts';

/** Draws one line of pieces; what does not fit is cut. Texts are escaped here. */
export function pieceLine(pieces: PieceLine, width: number, theme: Theme): string {
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

/** Lines without a cursor that can be scrolled. */
export class ScrollLines {
  #lines: readonly PieceLine[] = [];
  #top = 0;
  #height = 4;

  set(lines: readonly PieceLine[]): void {
    this.#lines = lines;
  }

  get wanted(): number {
    return this.#lines.length;
  }

  get spoken(): string[] {
    return this.#lines.map((pieces) => escapeTerminal(pieces.map(([, text]) => text).join('')).trim());
  }

  move(move: Move, steps: number): void {
    const page = Math.max(1, this.#height - 1) * steps;
    const by: Partial<Record<Move, number>> = { up: -steps, down: steps, 'page-up': -page, 'page-down': page };
    this.#go(move === 'top' ? 0 : move === 'bottom' ? this.#lines.length : this.#top + (by[move] ?? 0));
  }

  #go(top: number): void {
    this.#top = Math.max(0, Math.min(top, this.#lines.length - this.#height));
  }

  lines(width: number, height: number, theme: Theme): string[] {
    this.#height = height;
    this.#go(this.#top);
    return this.#lines.slice(this.#top, this.#top + height).map((pieces) => pieceLine(pieces, width, theme));
  }
}
