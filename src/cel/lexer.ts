import { type LiteralValue, type Problem, Uint } from './syntax.ts';

export interface Token {
  kind: 'ident' | 'literal' | 'symbol' | 'end';
  text: string;
  pos: number;
  value?: LiteralValue;
}

const SYMBOLS = ['&&', '||', '==', '!=', '<=', '>=', ...'()[]{}.,:?+-*/%<>!'];
const IDENT = /[A-Za-z_]\w*/y;
const NUMBER = /0x[0-9a-fA-F]+[uU]?|(?:\d+\.\d+|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+[uU]?/y;
const STRING_START = /([bB][rR]?|[rR][bB]?)?("""|'''|"|')/y;
const SPACE = /(?:[ \t\r\n\f]|\/\/[^\n]*)+/y;

const at = (pattern: RegExp, text: string, pos: number): string | undefined => {
  pattern.lastIndex = pos;
  return pattern.exec(text)?.[0];
};

/** Splits an expression; what is no token is a problem, and the rest is looked at all the same. */
export function tokenize(source: string, problems: Problem[]): Token[] {
  const tokens: Token[] = [];
  let pos = 0;
  while (pos < source.length) {
    const space = at(SPACE, source, pos);
    if (space) {
      pos += space.length;
      continue;
    }
    const token = readToken(source, pos, problems);
    if (token) tokens.push(token);
    pos += token?.text.length ?? skipped(source, pos, problems);
  }
  tokens.push({ kind: 'end', text: '<EOF>', pos: source.length });
  return tokens;
}

function skipped(source: string, pos: number, problems: Problem[]): number {
  const quote = /^["']/.exec(source.slice(pos))?.[0];
  const line = source.slice(pos).split('\n', 1)[0]!;
  const first = String.fromCodePoint(source.codePointAt(pos)!);
  // A lone sign of two is reported with what stands where its second half should be.
  const text = quote ? line : /[=&|]/.test(first) ? source.slice(pos, pos + 2) : first;
  problems.push({ pos, message: `Syntax error: token recognition error at: '${text}'` });
  return text.length;
}

function readToken(source: string, pos: number, problems: Problem[]): Token | undefined {
  const string = readString(source, pos, problems);
  if (string) return string;
  const ident = at(IDENT, source, pos);
  if (ident !== undefined) return { kind: 'ident', text: ident, pos };
  const number = at(NUMBER, source, pos);
  if (number !== undefined) return readNumber(number, pos, problems);
  const symbol = SYMBOLS.find((one) => source.startsWith(one, pos));
  return symbol === undefined ? undefined : { kind: 'symbol', text: symbol, pos };
}

const MAX_UINT = 2n ** 64n - 1n;

function readNumber(text: string, pos: number, problems: Problem[]): Token {
  const token: Token = { kind: 'literal', text, pos };
  if (/[uU]$/.test(text)) {
    const value = BigInt(text.slice(0, -1));
    if (value > MAX_UINT) problems.push({ pos, message: 'invalid uint literal' });
    return { ...token, value: new Uint(value) };
  }
  if (/^0x/.test(text) || /^\d+$/.test(text)) return { ...token, value: BigInt(text) };
  const value = Number(text);
  if (!Number.isFinite(value)) problems.push({ pos, message: 'invalid double literal' });
  return { ...token, value };
}

function readString(source: string, pos: number, problems: Problem[]): Token | undefined {
  STRING_START.lastIndex = pos;
  const start = STRING_START.exec(source);
  if (!start) return undefined;
  const prefix = (start[1] ?? '').toLowerCase();
  const quote = start[2]!;
  const isRaw = prefix.includes('r');
  let end = pos + start[0].length;
  while (!source.startsWith(quote, end)) {
    if (end >= source.length || (quote.length === 1 && /[\r\n]/.test(source[end]!))) return undefined;
    end += source[end] === '\\' && !isRaw ? 2 : 1;
  }
  const inner = source.slice(pos + start[0].length, end);
  const text = source.slice(pos, end + quote.length);
  const isBytes = prefix.includes('b');
  const decoded = isRaw ? toCodes(inner, isBytes) : unescaped(inner, isBytes);
  if (decoded === undefined) {
    problems.push({ pos, message: `invalid ${isBytes ? 'bytes' : 'string'} literal: unable to unescape string` });
  }
  return { kind: 'literal', text, pos, value: decoded ?? '' };
}

const toCodes = (text: string, isBytes: boolean): string | Uint8Array =>
  isBytes ? new TextEncoder().encode(text) : text;

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
};

/** Escapes of strings are code points, of bytes octets (cel-spec, doc/langdef.md#string-and-bytes-values). */
function unescaped(text: string, isBytes: boolean): string | Uint8Array | undefined {
  const octets: number[] = [];
  let out = '';
  const put = (piece: string, code?: number): void => {
    if (!isBytes) out += piece;
    else if (code === undefined) octets.push(...new TextEncoder().encode(piece));
    else octets.push(code);
  };
  const piece =
    /\\(?:([abfnrtv\\'"`?])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))|([^\\]+)/y;
  for (let pos = 0; pos < text.length; pos = piece.lastIndex) {
    piece.lastIndex = pos;
    const match = piece.exec(text);
    if (!match) return undefined;
    const [, simple, hex, short, long, octal, plain] = match;
    const unicode = short ?? long;
    if (plain !== undefined) put(plain);
    else if (simple !== undefined) put(SIMPLE[simple]!);
    else if (unicode !== undefined) {
      const code = Number.parseInt(unicode, 16);
      if (isBytes || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
      put(String.fromCodePoint(code));
    } else {
      const code = hex === undefined ? Number.parseInt(octal!, 8) : Number.parseInt(hex, 16);
      put(String.fromCodePoint(code), code);
    }
  }
  return isBytes ? Uint8Array.from(octets) : out;
}
