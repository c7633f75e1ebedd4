import type { IoStreams } from '../../lib/io.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import { truncateText } from '../../lib/text-width.ts';
import { fitHeight } from '../rollout/line-painter.ts';

/** No more often than this, in ms. */
const PAINT_EVERY = 100;

/**
 * A block of lines at the end of the terminal that is painted over as things change, and lines that stay above it.
 * Where standard output is no terminal there is no block, and every line goes where it belongs.
 */
export class LiveStatus {
  readonly #io: IoStreams;
  readonly #lines: (width: number) => readonly string[];
  readonly #isLive: boolean;
  #painted: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isShown = false;

  /** @param lines printable text only, for a terminal of `width` columns */
  constructor(io: IoStreams, lines: (width: number) => readonly string[]) {
    this.#io = io;
    this.#lines = lines;
    this.#isLive = io.stdout.isTTY === true;
  }

  /** From now on the block is there. */
  show(): void {
    this.#isShown = true;
    this.changed();
  }

  changed(): void {
    if (!this.#isLive || !this.#isShown) return;
    this.#timer ??= setTimeout(() => this.#paint(), PAINT_EVERY);
  }

  /** A line that stays. */
  say(line: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    if (this.#painted.length > 0) {
      rawTerminal(this.#io.stdout).write(this.#erased());
      this.#painted = [];
    }
    this.#io[stream].write(`${line}\n`);
    this.changed();
  }

  /** The block as it is at the end stays on the screen. */
  end(): void {
    if (this.#isLive && this.#isShown) this.#paint();
    this.#isShown = false;
    clearTimeout(this.#timer);
  }

  #erased(): string {
    return this.#painted.length > 0 ? `\x1b[${this.#painted.length}A\r\x1b[J` : '';
  }

  #paint(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const out = rawTerminal(this.#io.stdout);
    // Some pseudo terminals have no size.
    const width = (out.columns || 80) - 1;
    const next = fitHeight(this.#lines(width), Math.max(3, (out.rows || 24) - 1)).map((line) =>
      truncateText(line, width),
    );
    if (next.length === this.#painted.length && next.every((line, at) => line === this.#painted[at])) return;
    out.write(`\x1b[?2026h${this.#erased()}${next.join('\n')}\n\x1b[?2026l`);
    this.#painted = next;
  }
}
