/** What stands after the backslash, as strconv.UnquoteChar reads it: `n`, `x41`, `u00e4`, `U0001F600`, `101`. */
const ESCAPE = /\\(?:([abfnrtv\\])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(['"])|)/y;
const LETTERS: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};
const HIGHEST = 0x10ffff;

/**
 * The text between two quotes of that sort, its escapes read as Go reads them. A byte that is written by its
 * number (`\xe4`, `\344`) stands for the character of that number: JavaScript's texts have no bytes.
 * @returns undefined where Go says `invalid syntax`
 */
export function unquoteGo(inner: string, quote: string): string | undefined {
  if (inner.includes(quote) === false && !inner.includes('\\')) return inner;
  let text = '';
  for (let at = 0; at < inner.length; ) {
    const char = inner[at] as string;
    if (char === quote) return undefined;
    if (char !== '\\') {
      text += char;
      at++;
      continue;
    }
    ESCAPE.lastIndex = at;
    const [all = '', letter, x, u, long, octal, mark] = ESCAPE.exec(inner) ?? [];
    if (all.length < 2 || (mark !== undefined && mark !== quote)) return undefined;
    const code = Number.parseInt(x ?? u ?? long ?? octal ?? '0', octal === undefined ? 16 : 8);
    const isSurrogate = (u !== undefined || long !== undefined) && code >= 0xd800 && code < 0xe000;
    if (code > HIGHEST || isSurrogate || (octal !== undefined && code > 0xff)) return undefined;
    text += letter === undefined ? (mark ?? String.fromCodePoint(code)) : LETTERS[letter];
    at += all.length;
  }
  return text;
}
