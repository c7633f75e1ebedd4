/** A word, and the quotes and backslashes in it as a POSIX shell takes them. */
const piece = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y;

/**
 * The words of a command line as a shell would make them, without variables and patterns.
 * @returns undefined where a quote is not closed
 * Source: POSIX.1-2017, Shell Command Language, 2.2 Quoting.
 */
export function shellWords(line: string): string[] | undefined {
  const words: string[] = [];
  let at = 0;
  let open = false;
  while (at < line.length) {
    const space = /\s+/y;
    space.lastIndex = at;
    if (space.test(line)) {
      at = space.lastIndex;
      open = false;
      continue;
    }
    piece.lastIndex = at;
    const match = piece.exec(line);
    if (!match) return undefined;
    at = piece.lastIndex;
    const [, single, double, escaped, bare] = match;
    const text = single ?? double?.replace(/\\([$`"\\])/g, '$1') ?? escaped ?? bare ?? '';
    if (open) words[words.length - 1] += text;
    else words.push(text);
    open = true;
  }
  return words;
}
