/** What comes next in a JSON text, in the words in which Go misses it. */
const VALUE = 'looking for beginning of value';
const KEY = 'looking for beginning of object key string';

const NUMBER = /-?(?:0|[1-9]\d*)?(?:\.\d*)?(?:[eE][+-]?\d*)?/y;
const BLANK = /[ \t\r\n]*/y;

/** Go's %q of one character, in single quotes. */
function quotedChar(char: string): string {
  if (char === "'") return `'\\''`;
  if (char === '"') return `'"'`;
  return `'${JSON.stringify(char).slice(1, -1)}'`;
}

/**
 * What Go's encoding/json says of a text that is not JSON: the place is where its scanner gives up.
 * Of a text that is JSON, undefined.
 */
export function goJsonError(text: string): string | undefined {
  let at = 0;
  const skip = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const [found = ''] = pattern.exec(text) ?? [];
    at += found.length;
    return found;
  };
  const problem = (place: string): string => {
    const char = text.codePointAt(at);
    return char === undefined
      ? 'unexpected end of JSON input'
      : `invalid character ${quotedChar(String.fromCodePoint(char))} ${place}`;
  };

  function literal(word: string): string | undefined {
    for (const char of word) {
      if (text[at] !== char && at < text.length) return problem(`in literal ${word} (expecting '${char}')`);
      if (at >= text.length) return problem('');
      at++;
    }
    return undefined;
  }

  function string(): string | undefined {
    for (at++; text[at] !== '"'; at++) {
      if (at >= text.length || text.charCodeAt(at) < 0x20) return problem('in string literal');
      if (text[at] !== '\\') continue;
      at++;
      if (text[at] === 'u') {
        for (let digits = 0; digits < 4; digits++) {
          at++;
          if (!/[0-9a-fA-F]/.test(text[at] ?? '')) return problem('in \\u hexadecimal character escape');
        }
      } else if (!/["\\/bfnrt]/.test(text[at] ?? '')) return problem('in string escape code');
    }
    at++;
    return undefined;
  }

  function number(): string | undefined {
    const found = skip(NUMBER);
    if (/^-?$/.test(found)) return problem('in numeric literal');
    if (found.endsWith('.')) return problem('after decimal point in numeric literal');
    return /[eE][+-]?$/.test(found) ? problem('in exponent of numeric literal') : undefined;
  }

  /** What is open: the bracket of each list or object that has not ended. */
  const open: string[] = [];
  for (;;) {
    skip(BLANK);
    const char = text[at] ?? '';
    if (char === '{' || char === '[') {
      open.push(char);
      at++;
      skip(BLANK);
      if (text[at] !== (char === '{' ? '}' : ']')) {
        const wrong = char === '{' ? key() : undefined;
        if (wrong) return wrong;
        continue;
      }
    } else {
      const wrong =
        char === '"'
          ? string()
          : /[-0-9]/.test(char)
            ? number()
            : char === 't' || char === 'f' || char === 'n'
              ? literal({ t: 'true', f: 'false', n: 'null' }[char])
              : problem(VALUE);
      if (wrong) return wrong;
    }
    const after = ended();
    if (after !== 'more') return after;
  }

  function key(): string | undefined {
    skip(BLANK);
    if (text[at] !== '"') return problem(KEY);
    const wrong = string();
    if (wrong) return wrong;
    skip(BLANK);
    if (text[at] !== ':') return problem('after object key');
    at++;
    return undefined;
  }

  /** Closes what ends here; `more` where another value follows. */
  function ended(): string | undefined {
    for (;;) {
      skip(BLANK);
      const inside = open.at(-1);
      if (text[at] === (inside === '{' ? '}' : inside === '[' ? ']' : undefined) && inside) {
        open.pop();
        at++;
        continue;
      }
      if (!inside) return at < text.length ? problem('after top-level value') : undefined;
      if (text[at] !== ',') return problem(inside === '{' ? 'after object key:value pair' : 'after array element');
      at++;
      return (inside === '{' ? key() : undefined) ?? 'more';
    }
  }
}
