import { UsageFailure } from '../options.ts';

type TokenKind = 'number' | 'string' | 'regex' | 'name' | 'call' | 'builtin' | 'keyword' | 'op' | 'newline' | 'end';

export interface Token {
  kind: TokenKind;
  text: string;
  line: number;
}

const KEYWORDS: ReadonlySet<string> = new Set(
  [
    'BEGIN',
    'END',
    'function',
    'func',
    'if',
    'else',
    'while',
    'for',
    'do',
    'break',
    'continue',
    'next',
    'nextfile',
    'exit',
    'return',
    'delete',
    'in',
    'getline',
    'print',
    'printf',
  ], // prettier-ignore
);

const OPERATORS = [
  '**=',
  '&&',
  '||',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '^=',
  '**',
  '==',
  '<=',
  '>=',
  '!=',
  '!~',
  '>>',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ';',
  ',',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '!',
  '<',
  '>',
  '|',
  '?',
  ':',
  '~',
  '$',
  '=',
]; // prettier-ignore

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  '"': '"',
  '/': '/',
};

/** What `\` means in a string; before what has no meaning it stays, for a regular expression to read. */
export const withoutEscapes = (text: string): string =>
  text.replace(/\\([0-7]{1,3}|[\s\S])/g, (whole, what: string) =>
    /^[0-7]/.test(what)
      ? String.fromCharCode(Number.parseInt(what, 8) & 255)
      : (ESCAPES[what] ?? (what === '\n' ? '' : whole)),
  );

/** True where a `/` divides: after what is a value. */
const isValue = (token: Token | undefined): boolean =>
  token !== undefined &&
  (token.kind === 'number' ||
    token.kind === 'string' ||
    token.kind === 'name' ||
    token.kind === 'builtin' ||
    [')', ']', '$', '++', '--'].includes(token.text));

/**
 * The tokens of an awk program (POSIX awk, "Lexical Conventions").
 * @throws UsageFailure
 */
export function tokenize(source: string, isBuiltin: (name: string) => boolean): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  const add = (kind: TokenKind, text: string, length: number) => {
    tokens.push({ kind, text, line });
    at += length;
  };
  while (at < source.length) {
    const rest = source.slice(at, at + 400);
    const char = source[at]!;
    const blank = /^(?:[ \t\r]|\\\r?\n|#[^\n]*)+/.exec(source.slice(at));
    if (blank) {
      line += blank[0].split('\n').length - 1;
      at += blank[0].length;
      continue;
    }
    if (char === '\n') {
      add('newline', '\n', 1);
      line++;
      continue;
    }
    const number = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(rest);
    if (number) {
      add('number', number[0], number[0].length);
      continue;
    }
    const name = /^[A-Za-z_]\w*/.exec(rest)?.[0];
    if (name !== undefined) {
      const kind = KEYWORDS.has(name)
        ? 'keyword'
        : isBuiltin(name)
          ? 'builtin'
          : source[at + name.length] === '('
            ? 'call'
            : 'name';
      add(kind, name, name.length);
      continue;
    }
    if (char === '"' || (char === '/' && !isValue(tokens.at(-1)))) {
      const body = quoted(source, at, char, line);
      if (char === '"') add('string', withoutEscapes(body), body.length + 2);
      else add('regex', body.replaceAll('\\/', '/'), body.length + 2);
      continue;
    }
    const op = OPERATORS.find((one) => rest.startsWith(one));
    if (!op) throw new UsageFailure(`syntax error at source line ${line}: unexpected character '${char}'`, 2);
    add('op', op === '**' ? '^' : op === '**=' ? '^=' : op, op.length);
  }
  tokens.push({ kind: 'newline', text: '\n', line }, { kind: 'end', text: '', line });
  return tokens;
}

/** What stands between two quotes or slashes, its escapes as they are. */
function quoted(source: string, start: number, mark: string, line: number): string {
  let isSet = false;
  for (let at = start + 1; at < source.length; at++) {
    const char = source[at]!;
    if (char === '\\') at++;
    else if (char === '\n') break;
    else if (mark === '/' && char === '[' && !isSet) {
      isSet = true;
      if (source[at + 1] === '^') at++;
      if (source[at + 1] === ']') at++;
    } else if (isSet && char === ']') isSet = false;
    else if (char === mark && !isSet) return source.slice(start + 1, at);
  }
  throw new UsageFailure(`syntax error at source line ${line}: unterminated ${mark === '"' ? 'string' : 'regexp'}`, 2);
}
