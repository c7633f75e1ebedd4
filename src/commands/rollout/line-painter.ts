import type { TerminalWritable } from '../../lib/io.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import { truncateText } from '../../lib/text-width.ts';

/**
 * Redraws a block of lines in place on a terminal. Lines are cut to the width, and a block that is
 * higher than the terminal loses its middle, so that nothing wraps or scrolls away from the cursor.
 */
export class LinePainter {
  readonly #out: TerminalWritable;
  #painted: readonly string[] = [];

  constructor(out: TerminalWritable) {
    this.#out = rawTerminal(out);
  }

  /** Lines hold printable text only; colour is `style`'s, applied after cutting. */
  paint(lines: readonly string[], style: (line: string) => string = (line) => line): void {
    // Some pseudo terminals have no size.
    const [columns, rows] = [this.#out.columns || 80, this.#out.rows || 24];
    const next = fitHeight(lines, Math.max(3, rows - 1)).map((line) => style(truncateText(line, columns - 1)));
    if (next.length === this.#painted.length && next.every((line, index) => line === this.#painted[index])) return;
    const up = this.#painted.length > 0 ? `\x1b[${this.#painted.length}A` : '';
    // One synchronised update: terminals that know it show the whole block at once.
    this.#out.write(`\x1b[?2026h${up}\r\x1b[J${next.join('\n')}\n\x1b[?2026l`);
    this.#painted = next;
  }
}

export function fitHeight(lines: readonly string[], height: number): readonly string[] {
  if (lines.length <= height) return lines;
  const tail = Math.min(2, height - 2);
  const head = height - tail - 1;
  return [...lines.slice(0, head), `… ${lines.length - head - tail} more lines`, ...lines.slice(lines.length - tail)];
}
