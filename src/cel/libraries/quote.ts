const QUOTED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** A text as a literal of Go shows it. */
export const quote = (text: string): string =>
  `"${text.replace(/[\x07\b\f\n\r\t\v\\"]/g, (char) => QUOTED[char]!).replace(/\p{Surrogate}/gu, '\ufffd')}"`;
