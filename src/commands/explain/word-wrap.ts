/**
 * Text in lines of `limit` characters at most, broken at spaces; line feeds and longer words stay. The
 * algorithm of github.com/mitchellh/go-wordwrap 1.0.1, which kubectl wraps with.
 */
export function wrapWords(text: string, limit: number): string {
  let out = '';
  let column = 0;
  let word = '';
  let spaces = '';
  const length = (part: string) => [...part].length;
  for (const char of text) {
    if (char === '\n') {
      if (word !== '') out += spaces + word;
      else if (column + length(spaces) <= limit) out += spaces;
      [word, spaces, column] = ['', '', 0];
      out += char;
    } else if (char !== '\u00a0' && /\s/.test(char)) {
      if (spaces === '' || word !== '') {
        column += length(spaces) + length(word);
        out += spaces + word;
        [word, spaces] = ['', ''];
      }
      spaces += char;
    } else {
      word += char;
      if (column + length(word) + length(spaces) > limit && length(word) < limit) {
        out += '\n';
        [spaces, column] = ['', 0];
      }
    }
  }
  if (word !== '') return out + spaces + word;
  return column + length(spaces) <= limit ? out + spaces : out;
}

/** Every line, the empty ones too, behind `amount` spaces. */
export function indent(text: string, amount: number): string {
  const pad = ' '.repeat(amount);
  return pad + text.replaceAll('\n', `\n${pad}`);
}
