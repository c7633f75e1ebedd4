import { escapeTerminal } from '../../../lib/escape.ts';
import type { IoStreams } from '../../../lib/io.ts';
import { rawTerminal } from '../../../lib/terminal-guard.ts';
import { textWidth, wrapWords } from '../../../lib/text-width.ts';
import type { Language, Words } from './story.ts';

/** Wider lines are hard to read, however wide the terminal is. */
const WIDEST = 88;

/** What the question to go on takes of a screen: an empty line, itself, and the line that Enter begins. */
const QUESTION_ROWS = 3;

/** Asks the reader to go on; false when they have read enough. */
export type GoOn = () => Promise<boolean>;

/**
 * Puts a story on the screen: sentences wrapped, command lines bold on a terminal that has it, and never more at
 * once than the screen holds, so that nothing is gone before it was read.
 */
export class Telling {
  readonly #stdout: IoStreams['stdout'];
  readonly #language: Language;
  /** Gone once the reader has left: what is said then is said at once. */
  #goOn: GoOn | undefined;
  readonly #bold: (text: string) => string;
  /** Rows that were written since the reader last said to go on. */
  #rows = 0;

  /** @param goOn undefined where nobody waits */
  constructor({ stdout, env }: Pick<IoStreams, 'stdout' | 'env'>, language: Language, goOn?: GoOn) {
    this.#stdout = stdout;
    this.#language = language;
    this.#goOn = goOn;
    const plain = !stdout.isTTY || env.NO_COLOR || env.TERM === 'dumb';
    this.#bold = plain ? (text) => text : (text) => `\x1b[1m${text}\x1b[22m`;
  }

  words(words: Words): string {
    return words[this.#language];
  }

  heading(words: Words): Promise<boolean> {
    return this.#tell([this.words(words)], this.#bold);
  }

  /** A paragraph, with an empty line before it. False when the reader leaves. */
  say(words: Words): Promise<boolean> {
    const width = Math.min(this.#width, WIDEST);
    return this.#tell(['', ...wrapWords(this.words(words), width)]);
  }

  /** A command line as it would be typed, and what it printed, which is the cluster's text. */
  async command(line: string, output = ''): Promise<boolean> {
    const printed = output === '' ? [] : output.replace(/\n$/, '').split('\n').map(escapeTerminal);
    // A command stands with all that it printed, or where no screen has room for that, with its beginning.
    const head = ['', `$ ${line}`];
    const whole = this.#rowsOf([...head, ...printed]);
    const together = whole <= this.#screen ? whole : this.#rowsOf([...head, ...printed.slice(0, 8)]);
    if (!(await this.#room(together))) return false;
    this.#write(head, this.#bold);
    for (const text of printed) if (!(await this.#tell([text]))) return false;
    return true;
  }

  /** Waits for the reader, where one does; false when they leave. */
  async pause(): Promise<boolean> {
    this.#rows = 0;
    const goesOn = (await this.#goOn?.()) ?? true;
    if (!goesOn) this.#goOn = undefined;
    return goesOn;
  }

  get #width(): number {
    return this.#stdout.columns ?? 80;
  }

  /** Rows that can be read at once. */
  get #screen(): number {
    return (this.#stdout.rows ?? Number.POSITIVE_INFINITY) - QUESTION_ROWS;
  }

  #rowsOf(lines: readonly string[]): number {
    return lines.reduce((rows, line) => rows + Math.max(Math.ceil(textWidth(line) / this.#width), 1), 0);
  }

  /** Has so many rows free, after a pause where they are not. */
  async #room(rows: number): Promise<boolean> {
    if (this.#rows === 0 || this.#rows + rows <= this.#screen) return true;
    return this.pause();
  }

  async #tell(lines: readonly string[], style?: (text: string) => string): Promise<boolean> {
    if (!(await this.#room(this.#rowsOf(lines)))) return false;
    this.#write(lines, style);
    return true;
  }

  #write(lines: readonly string[], style: (text: string) => string = (text) => text): void {
    this.#rows += this.#rowsOf(lines);
    rawTerminal(this.#stdout).write(`${lines.map((line) => (line === '' ? '' : style(line))).join('\n')}\n`);
  }
}
