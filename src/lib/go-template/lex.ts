import { goCharacter, goQuoted } from '../go-value.ts';

type TokenType =
  | 'error'
  | 'bool'
  | 'char'
  | 'rune'
  | 'assign'
  | 'declare'
  | 'end of text'
  | 'field'
  | 'identifier'
  | 'open'
  | '('
  | 'number'
  | '|'
  | 'raw string'
  | 'close'
  | ')'
  | 'space'
  | 'string'
  | 'text'
  | 'variable'
  | 'dot'
  | 'keyword';

export interface Token {
  type: TokenType;
  /** What stands in the template; of an error its message. */
  text: string;
  /** Offset in the template. */
  at: number;
}

const KEYWORDS = new Set([
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'range',
  'nil',
  'template',
  'with',
]);
const SPACE = /[ \t\r\n]/;
const ALPHANUMERIC = /[\p{L}\p{Nd}_]/u;
const WORD = /[\p{L}\p{Nd}_]*/uy;
const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;
const LONGEST_SHOWN = 10;

/** A token as messages name it. */
export function shownToken({ type, text }: Token): string {
  if (type === 'end of text') return 'EOF';
  if (type === 'error') return text;
  if (type === 'keyword' || type === 'dot') return `<${text}>`;
  if (Buffer.byteLength(text) > LONGEST_SHOWN) return `${goQuoted([...text].slice(0, LONGEST_SHOWN).join(''))}...`;
  return goQuoted(text);
}

/** Takes a template apart, one token at a time; behind an error there is only the end. */
export class Lexer {
  readonly #text: string;
  #at = 0;
  #isInAction = false;
  #depth = 0;
  #hasFailed = false;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    if (this.#hasFailed) return { type: 'end of text', text: 'EOF', at: this.#text.length };
    const token = this.#isInAction ? this.#inAction() : this.#inText();
    if (token.type === 'error') this.#hasFailed = true;
    return token;
  }

  #inText(): Token {
    for (;;) {
      const start = this.#at;
      const open = this.#text.indexOf('{{', start);
      if (open < 0) {
        this.#at = this.#text.length;
        if (start < this.#at) return { type: 'text', text: this.#text.slice(start), at: start };
        return { type: 'end of text', text: 'EOF', at: start };
      }
      const trims = this.#text[open + 2] === '-' && SPACE.test(this.#text[open + 3] ?? '');
      const text = this.#text.slice(start, open);
      const kept = trims ? text.replace(/[ \t\r\n]+$/, '') : text;
      this.#at = open;
      if (kept !== '') return { type: 'text', text: kept, at: start };
      const after = open + (trims ? 4 : 2);
      if (!this.#text.startsWith('/*', after)) {
        this.#at = after;
        this.#isInAction = true;
        this.#depth = 0;
        return { type: 'open', text: '{{', at: open };
      }
      const problem = this.#comment(after);
      if (problem !== undefined) return { type: 'error', text: problem, at: after };
    }
  }

  #comment(at: number): string | undefined {
    const end = this.#text.indexOf('*/', at + 2);
    if (end < 0) return 'unclosed comment';
    this.#at = end + 2;
    if (!this.#close()) return 'comment ends before closing delimiter';
    return undefined;
  }

  /** Takes the end of an action, and the blanks behind it where it says so. @returns where `}}` stands */
  #close(): number | undefined {
    const trims = SPACE.test(this.#text[this.#at] ?? '') && this.#text.startsWith('-}}', this.#at + 1);
    if (!trims && !this.#text.startsWith('}}', this.#at)) return undefined;
    const place = this.#at + (trims ? 2 : 0);
    this.#at = place + 2;
    while (trims && SPACE.test(this.#text[this.#at] ?? '')) this.#at++;
    return place;
  }

  #inAction(): Token {
    const start = this.#at;
    const error = (text: string): Token => ({ type: 'error', text, at: start });
    const closesHere = this.#text.startsWith('}}', start) || this.#atTrimmedClose(start);
    if (closesHere) {
      if (this.#depth > 0) return error('unclosed left paren');
      const place = this.#close() ?? start;
      this.#isInAction = false;
      return { type: 'close', text: '}}', at: place };
    }
    const code = this.#text.codePointAt(start);
    if (code === undefined) return error('unclosed action');
    const char = String.fromCodePoint(code);
    if (SPACE.test(char)) return this.#space(start);
    this.#at += char.length;
    const make = (type: TokenType): Token => ({ type, text: this.#text.slice(start, this.#at), at: start });
    switch (char) {
      case '=':
        return make('assign');
      case ':':
        if (this.#text[this.#at] !== '=') return error('expected :=');
        this.#at++;
        return make('declare');
      case '|':
        return make('|');
      case '"':
        return this.#quoted('"') ? make('string') : error('unterminated quoted string');
      case "'":
        return this.#quoted("'") ? make('rune') : error('unterminated character constant');
      case '`': {
        const end = this.#text.indexOf('`', this.#at);
        this.#at = end + 1;
        return end < 0 ? error('unterminated raw quoted string') : make('raw string');
      }
      case '$':
        return this.#name(start, 'variable');
      case '(':
        this.#depth++;
        return make('(');
      case ')':
        return --this.#depth < 0 ? error('unexpected right paren') : make(')');
    }
    if (char === '.' && this.#at < this.#text.length && !/[0-9]/.test(this.#text[this.#at] ?? '')) {
      return this.#name(start, 'field');
    }
    if (/[-+.0-9]/.test(char)) return this.#number(start);
    if (ALPHANUMERIC.test(char)) return this.#word(start);
    if (code < 0x7f && code >= 0x20) return make('char');
    return error(`unrecognized character in action: ${goCharacter(char)}`);
  }

  #atTrimmedClose(at: number): boolean {
    return SPACE.test(this.#text[at] ?? '') && this.#text.startsWith('-}}', at + 1);
  }

  /** The last blank before ` -}}` belongs to that. */
  #space(start: number): Token {
    while (SPACE.test(this.#text[this.#at] ?? '') && !this.#atTrimmedClose(this.#at)) this.#at++;
    return { type: 'space', text: this.#text.slice(start, this.#at), at: start };
  }

  #quoted(quote: string): boolean {
    for (;;) {
      const char = this.#text[this.#at++];
      if (char === quote) return true;
      if (char === undefined || char === '\n') return false;
      if (char === '\\') {
        const escaped = this.#text[this.#at++];
        if (escaped === undefined || escaped === '\n') return false;
      }
    }
  }

  #takeWord(): void {
    WORD.lastIndex = this.#at;
    WORD.exec(this.#text);
    this.#at = WORD.lastIndex;
  }

  #isTerminated(): boolean {
    const char = this.#text[this.#at];
    return char === undefined || /[ \t\r\n.,|:()]/.test(char) || this.#text.startsWith('}}', this.#at);
  }

  #badCharacter(start: number): Token {
    const code = this.#text.codePointAt(this.#at) ?? 0;
    return { type: 'error', text: `bad character ${goCharacter(String.fromCodePoint(code))}`, at: start };
  }

  #name(start: number, type: 'field' | 'variable'): Token {
    if (this.#isTerminated()) {
      const text = this.#text.slice(start, this.#at);
      return type === 'variable' ? { type, text, at: start } : { type: 'dot', text, at: start };
    }
    this.#takeWord();
    if (!this.#isTerminated()) return this.#badCharacter(start);
    return { type, text: this.#text.slice(start, this.#at), at: start };
  }

  #word(start: number): Token {
    this.#takeWord();
    if (!this.#isTerminated()) return this.#badCharacter(start);
    const text = this.#text.slice(start, this.#at);
    if (KEYWORDS.has(text)) return { type: 'keyword', text, at: start };
    return { type: text === 'true' || text === 'false' ? 'bool' : 'identifier', text, at: start };
  }

  #number(start: number): Token {
    NUMBER.lastIndex = start;
    NUMBER.exec(this.#text);
    this.#at = NUMBER.lastIndex;
    const code = this.#text.codePointAt(this.#at);
    const following = code === undefined ? '' : String.fromCodePoint(code);
    const isBad = following !== '' && (ALPHANUMERIC.test(following) || following === '+' || following === '-');
    // Complex numbers are not for templates of objects: what begins like one is refused.
    if (isBad) this.#at += following.length;
    const text = this.#text.slice(start, this.#at);
    if (isBad) return { type: 'error', text: `bad number syntax: ${goQuoted(text)}`, at: start };
    return { type: 'number', text, at: start };
  }
}
