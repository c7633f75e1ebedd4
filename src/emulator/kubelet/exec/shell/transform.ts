/** As one word that bash reads back. */
function quoted(text: string): string {
  if (!/[\n\t\r\x07\b\x1b\f\v]/.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`;
  const escapes: Readonly<Record<string, string>> = {
    '\n': '\\n',
    '\t': '\\t',
    '\r': '\\r',
    '\x07': '\\a',
    '\b': '\\b',
  };
  return `$'${text.replace(/[\\']/g, '\\$&').replace(/[\n\t\r\x07\b]/g, (char) => escapes[char]!)}'`;
}

/** In double quotes, as `declare -p` shows values. */
export const doubleQuoted = (text: string): string =>
  /[\n\t\r\x07\b\x1b\f\v]/.test(text) ? quoted(text) : `"${text.replace(/["\\$`]/g, '\\$&')}"`;

/** `printf %q` */
export const escaped = (text: string): string =>
  text === '' ? "''" : /[\n\t\r\x07\b\x1b\f\v]/.test(text) ? quoted(text) : text.replace(/[^\w@%+=:,./-]/gu, '\\$&');

/** `${name@Q}` and its like, by the letter. */
export const transforms: Readonly<Record<string, (text: string) => string>> = {
  Q: quoted,
  U: (text) => text.toUpperCase(),
  L: (text) => text.toLowerCase(),
  u: (text) => text.slice(0, 1).toUpperCase() + text.slice(1),
  E: (text) => text.replace(/\\n/g, '\n').replace(/\\t/g, '\t'),
};
