import { escapePattern, hasWildcard } from './pattern.ts';

/** One word while it is put together: its text, and the pattern in which what was quoted is escaped. */
export interface Field {
  text: string;
  pattern: string;
  hasGlob: boolean;
  /** Also an empty word is one when something quoted was in it. */
  isPresent: boolean;
}

const newField = (): Field => ({ text: '', pattern: '', hasGlob: false, isPresent: false });

/** Collects what a word expands to, and splits it where expansions say so (POSIX XCU 2.6.5). */
export class FieldBuilder {
  readonly #done: Field[] = [];
  #now = newField();
  readonly #space: string;
  readonly #marks: string;
  readonly splits: boolean;

  /** @param ifs characters at which expansions are split; undefined: they are not */
  constructor(ifs: string | undefined) {
    this.splits = ifs !== undefined;
    this.#space = [...(ifs ?? '')].filter((char) => ' \t\n'.includes(char)).join('');
    this.#marks = [...(ifs ?? '')].filter((char) => !' \t\n'.includes(char)).join('');
  }

  literal(text: string): void {
    this.#now.text += text;
    this.#now.pattern += escapePattern(text);
    this.#now.isPresent = true;
  }

  /** Not quoted, but no expansion either: `*` counts, blanks do not split. */
  raw(text: string): void {
    this.#now.text += text;
    this.#now.pattern += text;
    this.#now.hasGlob ||= hasWildcard(text);
    this.#now.isPresent = true;
  }

  quoted(): void {
    this.#now.isPresent = true;
  }

  /** What an unquoted expansion gave. */
  expansion(text: string): void {
    if (!this.splits) {
      if (text) this.#plain(text);
      return;
    }
    let at = 0;
    while (at < text.length) {
      const char = text[at]!;
      if (this.#space.includes(char)) {
        while (at < text.length && this.#space.includes(text[at]!)) at++;
        if (at < text.length && this.#marks.includes(text[at]!)) {
          at = this.#skipSpace(text, at + 1);
          this.breakHere(true);
        } else this.breakHere(false);
      } else if (this.#marks.includes(char)) {
        at = this.#skipSpace(text, at + 1);
        this.breakHere(true);
      } else {
        const start = at;
        while (at < text.length && !this.#space.includes(text[at]!) && !this.#marks.includes(text[at]!)) at++;
        this.#plain(text.slice(start, at));
      }
    }
  }

  #plain(text: string): void {
    this.#now.text += text;
    this.#now.pattern += text.replaceAll('\\', '\\\\');
    this.#now.hasGlob ||= /[*?[]/.test(text);
    this.#now.isPresent = true;
  }

  #skipSpace(text: string, from: number): number {
    let at = from;
    while (at < text.length && this.#space.includes(text[at]!)) at++;
    return at;
  }

  /** Ends a word; an empty one only counts with `isForced`. */
  breakHere(isForced: boolean): void {
    if (this.#now.isPresent || isForced) this.#done.push({ ...this.#now, isPresent: true });
    this.#now = newField();
  }

  fields(): Field[] {
    this.breakHere(false);
    return this.#done;
  }

  /** Everything as one, where nothing was to be split. */
  single(): Field {
    return this.#now;
  }
}
