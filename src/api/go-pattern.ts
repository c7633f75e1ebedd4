const known = new Map<string, RegExp | SyntaxError>();

/**
 * A regular expression as Go writes it (RE2), for JavaScript, which spells anchors, named groups and flags
 * in the middle otherwise. Undefined where only JavaScript does not know it, so that it cannot be held
 * against anything.
 * @throws SyntaxError where it is broken in either language
 */
export function goPattern(text: string): RegExp | undefined {
  let found = known.get(text);
  if (!found) {
    found = compiled(text);
    known.set(text, found);
  }
  if (found instanceof RegExp) return found;
  if (BROKEN.test(found.message)) throw found;
  return undefined;
}

/** What V8 says of patterns that no language would take. */
const BROKEN = /Unterminated|Unmatched|Nothing to repeat|at end of pattern|out of order/;

function compiled(text: string): RegExp | SyntaxError {
  const source = translated(text);
  let problem: unknown;
  // Go allows escapes that JavaScript refuses in its strict mode; without modifiers, flags hold for all of it.
  for (const [pattern, flags] of [
    [source, 'u'],
    [source, ''],
    [text.replace(FLAG, ''), FLAG.exec(text)?.[1] ?? ''],
  ] as const) {
    try {
      return new RegExp(pattern, flags);
    } catch (error) {
      problem = error;
    }
  }
  return problem as SyntaxError;
}

const FLAG = /\(\?([ims]+)\)/;
const TOKEN = /\\A|\\z|\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|\(\?P<|\(\?([ims]+)\)|\(|\)|[^\\[()]+|[\s\S]/g;

const POSIX: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: '0-9a-zA-Z',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  word: '\\w',
  xdigit: '0-9a-fA-F',
};

/** A class may begin with its own end, and name sets. */
function classOf(token: string): string {
  const named = token.replace(/\[:(\w+):\]/g, (whole, name: string) => POSIX[name] ?? whole);
  return named.replace(/^(\[\^?)\]/, '$1\\]');
}

/** `(?i)` holds to the end of its group in Go; JavaScript has `(?i:...)` for that. */
function translated(text: string): string {
  /** For each open group, how many groups of flags are to be closed with it. */
  const open = [0];
  let result = '';
  for (const [token, flags] of text.matchAll(TOKEN)) {
    if (token === '\\A') result += '^';
    else if (token === '\\z') result += '$';
    else if (flags) {
      result += `(?${flags}:`;
      open[open.length - 1]!++;
    } else if (token === ')') {
      result += `${')'.repeat(open.pop() ?? 0)})`;
      if (open.length === 0) open.push(0);
    } else if (token.startsWith('[') && token.length > 1) result += classOf(token);
    else {
      if (token.startsWith('(')) open.push(0);
      result += token === '(?P<' ? '(?<' : token;
    }
  }
  return result + ')'.repeat(open[0] ?? 0);
}
