/**
 * Cuts a line at its blanks, as a shell does; quotes and escapes stay in the words.
 * @param escaper the character that takes the next one's meaning away
 */
export function splitWords(text: string, escaper: string): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    if (letter === escaper && quote !== "'" && at + 1 < text.length) {
      word += letter + text[++at];
    } else if (quote !== '') {
      word += letter;
      if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word += letter;
    } else if (/\s/.test(letter)) {
      if (word !== '') words.push(word);
      word = '';
    } else word += letter;
  }
  if (word !== '') words.push(word);
  return words;
}

/** A JSON list of something else than texts. */
export class NotTexts extends Error {}

/**
 * A JSON list of texts; undefined where the text is none, which then is a command line for the shell.
 * @throws NotTexts
 */
export function jsonWords(text: string): string[] | undefined {
  if (!/^\s*\[/.test(text)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (Array.isArray(parsed) && parsed.every((item) => typeof item === 'string')) return parsed;
  throw new NotTexts('when using JSON array syntax, arrays must be comprised of strings only');
}

/** A variable that has to be set and is not (`${name:?message}`). */
class UnsetVariable extends Error {}

/**
 * Asked for each name that stands in a text; undefined where it is not set.
 * @param isBare whether the text says nothing for the case that it is not set, as `${name:-default}` does
 */
export type Lookup = (name: string, isBare: boolean) => string | undefined;

/**
 * Puts variables into one word and takes quotes and escapes away: `$name`, `${name}`, and with `:-` `-` `:+` `+` `:?`
 * `?` `#` `##` `%` `%%` `/` `//` as the reference of Dockerfiles has them.
 * @throws UnsetVariable; Error where a brace or a quote is not closed
 */
export function expandWord(text: string, escaper: string, lookup: Lookup): string {
  return new Expansion(text, escaper, lookup).until('');
}

/** As `expandWord`, but quotes and escapes stay: for heredocs. */
export function expandText(text: string, escaper: string, lookup: Lookup): string {
  return new Expansion(text, escaper, lookup, true).until('');
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]/y;

class Expansion {
  readonly #text: string;
  readonly #escape: string;
  readonly #lookup: Lookup;
  readonly #keepsQuotes: boolean;
  #at = 0;

  constructor(text: string, escaper: string, lookup: Lookup, keepsQuotes = false) {
    this.#text = text;
    this.#escape = escaper;
    this.#lookup = lookup;
    this.#keepsQuotes = keepsQuotes;
  }

  /** Up to one of the letters of `ends`, which is not taken; '' is up to the end. */
  until(ends: string): string {
    let found = '';
    while (this.#at < this.#text.length) {
      const letter = this.#text[this.#at]!;
      if (ends.includes(letter)) return found;
      found += this.#next(letter);
    }
    if (ends !== '') throw new Error(`syntax error: missing '${ends}'`);
    return found;
  }

  #next(letter: string): string {
    if (letter === '$') return this.#variable();
    if (letter === this.#escape) return this.#escaped();
    this.#at++;
    if (this.#keepsQuotes) return letter;
    if (letter === "'") return this.#single();
    return letter === '"' ? this.#double() : letter;
  }

  #escaped(): string {
    const next = this.#text[this.#at + 1];
    this.#at += 2;
    if (next === undefined) return this.#escape;
    return this.#keepsQuotes && next !== '$' ? `${this.#escape}${next}` : next;
  }

  #single(): string {
    const end = this.#text.indexOf("'", this.#at);
    if (end < 0) throw new Error('unexpected end of statement while looking for matching single-quote');
    const inside = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return inside;
  }

  #double(): string {
    let found = '';
    for (;;) {
      const letter = this.#text[this.#at];
      if (letter === undefined) throw new Error('unexpected end of statement while looking for matching double-quote');
      if (letter === '"') {
        this.#at++;
        return found;
      }
      if (letter === '$') found += this.#variable();
      else if (letter === this.#escape && /["$\\`]/.test(this.#text[this.#at + 1] ?? '')) {
        found += this.#text[this.#at + 1];
        this.#at += 2;
      } else {
        found += letter;
        this.#at++;
      }
    }
  }

  #variable(): string {
    this.#at++;
    if (this.#text[this.#at] === '{') {
      this.#at++;
      return this.#braced();
    }
    const name = this.#name();
    return name === '' ? '$' : (this.#lookup(name, true) ?? '');
  }

  #name(): string {
    NAME.lastIndex = this.#at;
    const [name = ''] = NAME.exec(this.#text) ?? [];
    this.#at += name.length;
    return name;
  }

  #braced(): string {
    const name = this.#name();
    if (name === '') throw new Error('syntax error: bad substitution');
    const value = this.#lookup(name, this.#text[this.#at] === '}');
    const colon = this.#text[this.#at] === ':';
    if (colon) this.#at++;
    const sign = this.#text[this.#at];
    if (sign === '}' && !colon) {
      this.#at++;
      return value ?? '';
    }
    const isSet = value !== undefined && !(colon && value === '');
    if (sign !== undefined && '-+?'.includes(sign)) {
      this.#at++;
      const word = this.until('}');
      this.#at++;
      if (sign === '-') return isSet ? value : word;
      if (sign === '+') return isSet ? word : '';
      if (isSet) return value;
      throw new UnsetVariable(`${name}: ${word || 'not allowed to be unset'}`);
    }
    if (sign !== undefined && '#%/'.includes(sign) && !colon) return this.#cut(sign, value ?? '');
    throw new Error(sign === undefined ? "syntax error: missing '}'" : 'unsupported modifier in substitution');
  }

  /** `#` and `%` take a pattern off the beginning or the end, `/` puts a text in its place; doubled: the longest, or all. */
  #cut(sign: string, value: string): string {
    this.#at++;
    const doubled = this.#text[this.#at] === sign;
    if (doubled) this.#at++;
    if (sign !== '/') {
      const pattern = this.until('}');
      this.#at++;
      return sign === '#' ? cutStart(value, pattern, doubled) : cutEnd(value, pattern, doubled);
    }
    const pattern = this.until('/}');
    const hasText = this.#text[this.#at] === '/';
    this.#at++;
    const text = hasText ? this.until('}') : '';
    if (hasText) this.#at++;
    return value.replace(new RegExp(globSource(pattern, true), doubled ? 'gs' : 's'), () => text);
  }
}

function cutStart(value: string, pattern: string, longest: boolean): string {
  return value.replace(new RegExp(`^(?:${globSource(pattern, longest)})`, 's'), '');
}

function cutEnd(value: string, pattern: string, longest: boolean): string {
  const whole = new RegExp(`^(?:${globSource(pattern, true)})$`, 's');
  const starts = [...value].map((_, index) => index);
  const start = (longest ? starts : starts.reverse()).find((index) => whole.test(value.slice(index)));
  return start === undefined ? value : value.slice(0, start);
}

function globSource(pattern: string, greedy: boolean): string {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at]!;
    if (letter === '*') source += greedy ? '.*' : '.*?';
    else if (letter === '?') source += '.';
    else if (letter === '\\' && at + 1 < pattern.length) source += quoted(pattern[++at]!);
    else source += quoted(letter);
  }
  return source;
}

const quoted = (letter: string): string => letter.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
