import { escapeTerminal } from '../../../lib/escape.ts';
import type { IoStreams } from '../../../lib/io.ts';
import { textWidth } from '../../../lib/text-width.ts';
import type { Language, Words } from './story.ts';

/** Lines of at most `width` columns, broken at spaces; a word that is wider stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(last) + 1 + textWidth(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Wider lines are hard to read, however wide the terminal is. */
const WIDEST = 88;

/** Puts a story on the screen: sentences wrapped, command lines bold on a terminal that has it. */
export class Telling {
  readonly #out: IoStreams['stdout'];
  readonly #language: Language;
  readonly #bold: (text: string) => string;

  constructor({ stdout, env }: Pick<IoStreams, 'stdout' | 'env'>, language: Language) {
    this.#out = stdout;
    this.#language = language;
    const plain = !stdout.isTTY || env.NO_COLOR || env.TERM === 'dumb';
    this.#bold = plain ? (text) => text : (text) => `\x1b[1m${text}\x1b[22m`;
  }

  words(words: Words): string {
    return words[this.#language];
  }

  heading(words: Words): void {
    this.#out.write(`${this.#bold(this.words(words))}\n`);
  }

  /** A paragraph, with an empty line before it. */
  say(words: Words): void {
    const width = Math.min(this.#out.columns ?? 80, WIDEST);
    this.#out.write(`\n${wrap(this.words(words), width).join('\n')}\n`);
  }

  /** A command line as it would be typed. */
  command(line: string): void {
    this.#out.write(`\n${this.#bold(`$ ${line}`)}\n`);
  }

  /** What a command printed; it is the cluster's text. */
  output(text: string): void {
    if (text === '') return;
    const safe = text.split('\n').map(escapeTerminal).join('\n');
    this.#out.write(safe.endsWith('\n') ? safe : `${safe}\n`);
  }
}
