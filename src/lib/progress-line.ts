import { fstatSync } from 'node:fs';
import { escapeTerminal } from './escape.ts';
import type { IoStreams, TerminalWritable } from './io.ts';
import { textWidth, truncateText } from './text-width.ts';

const frames = { braille: [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'], plain: [...'|/-\\'] };
const dim = (text: string): string => `\u001b[2m${text}\u001b[22m`;

/** The line that says what is waited for: `⠙ waiting for 10.0.0.1:6443: pods … 1.2 s`, on a terminal at the start of a line. */
export class ProgressLine {
  readonly #terminal: TerminalWritable;
  readonly #write: (text: string) => void;
  readonly #frames: readonly string[];
  readonly #style: (text: string) => string;
  readonly #isAllowed: boolean;
  #frame = 0;
  #isShown = false;

  /** @param write writes to `stderr`, which is a terminal */
  constructor({ stdout, stderr, env }: Pick<IoStreams, 'stdout' | 'stderr' | 'env'>, write: (text: string) => void) {
    this.#terminal = stderr;
    this.#write = write;
    this.#frames = isUnicode(env) ? frames.braille : frames.plain;
    this.#style = env['NO_COLOR'] ? (text) => text : dim;
    // A program at the other end of a pipe may draw on this terminal, as pagers do.
    this.#isAllowed = stdout.isTTY === true || !isPipe(stdout);
  }

  /** @param elapsed in ms */
  draw(what: string, elapsed: number): void {
    const columns = this.#terminal.columns ?? 80;
    if (!this.#isAllowed || columns < 8) return;
    const text = fitted(escapeTerminal(what), seconds(elapsed), columns - 3);
    const frame = this.#frames[this.#frame++ % this.#frames.length];
    // The cursor rests at the line's beginning: a terminal that becomes narrower and breaks the line leaves it there.
    this.#write(`\r${frame} ${this.#style(text)}\u001b[J\r`);
    if (!this.#isShown) process.on('exit', this.#atExit);
    this.#isShown = true;
  }

  erase(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    process.off('exit', this.#atExit);
    this.#write('\r\u001b[J');
  }

  readonly #atExit = (): void => this.erase();
}

function seconds(elapsed: number): string {
  if (elapsed < 60_000) return `${(elapsed / 1000).toFixed(1)} s`;
  const whole = Math.floor(elapsed / 1000);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** The time stays; what is waited for is cut. */
function fitted(what: string, time: string, columns: number): string {
  const whole = `${what} … ${time}`;
  return textWidth(whole) <= columns ? whole : `${truncateText(what, columns - textWidth(time) - 1)} ${time}`;
}

function isUnicode(env: IoStreams['env']): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return /utf-?8/i.test(locale) || (process.platform === 'win32' && Boolean(env['WT_SESSION']));
}

function isPipe(stream: TerminalWritable): boolean {
  const { fd } = stream as { fd?: number };
  if (fd === undefined) return true;
  try {
    const kind = fstatSync(fd);
    return kind.isFIFO() || kind.isSocket();
  } catch {
    return true;
  }
}
