import { RE2JS } from 're2js';

/** What is wrong with a regular expression, in the words of regcomp(3). */
export class RegexFailure extends Error {}

interface RegexMatch {
  start: number;
  end: number;
  /** By number; undefined for those that took no part. 0 is the whole. */
  groups: (string | undefined)[];
}

export interface Regex {
  test(text: string): boolean;
  /** The first match at or after `from`. */
  exec(text: string, from?: number): RegexMatch | undefined;
}

interface RegexOptions {
  extended?: boolean;
  fixed?: boolean;
  ignoreCase?: boolean;
  wholeLine?: boolean;
  wholeWord?: boolean;
}

/** Ours, as RE2 writes them: matched in time proportional to the text, whoever wrote the expression. */
function translate(pattern: string, extended: boolean): string {
  let out = '';
  let at = 0;
  let atStart = true;
  while (at < pattern.length) {
    const char = pattern[at]!;
    if (char === '[') {
      const end = endOfSet(pattern, at);
      if (end < 0) throw new RegexFailure('Unmatched [, [^, [:, [., or [=');
      out += translateSet(pattern.slice(at + 1, end));
      at = end + 1;
      atStart = false;
      continue;
    }
    if (char === '\\') {
      const next = pattern[at + 1];
      if (next === undefined) throw new RegexFailure('Trailing backslash');
      if (/[1-9]/.test(next)) throw new RegexFailure('back-references are not supported in this simulated container');
      at += 2;
      if (!extended && '(){}|+?'.includes(next)) {
        out += next;
        atStart = next === '(' || next === '|';
        continue;
      }
      if (next === '<' || next === '>') out += '\\b';
      else if (next === '`') out += '\\A';
      else if (next === "'") out += '\\z';
      else if (/[wWsSbBnt]/.test(next)) out += `\\${next}`;
      else out += RE2JS.quote(next);
      atStart = false;
      continue;
    }
    at++;
    if (char === '*' && atStart) out += extended ? '' : '\\*';
    else if (!extended && '(){}|+?'.includes(char)) out += `\\${char}`;
    else if (!extended && char === '^' && !atStart) out += '\\^';
    else if (!extended && char === '$' && at < pattern.length && !/^\\[)|]/.test(pattern.slice(at))) out += '\\$';
    else if (extended && char === '{' && !/^\d+(,\d*)?\}/.test(pattern.slice(at))) out += '\\{';
    else out += char;
    atStart = (extended && (char === '(' || char === '|')) || (char === '^' && atStart);
  }
  return out;
}

function endOfSet(pattern: string, start: number): number {
  let at = start + 1;
  if (pattern[at] === '^') at++;
  if (pattern[at] === ']') at++;
  while (at < pattern.length) {
    const named = /^\[([:.=]).*?\1\]/.exec(pattern.slice(at));
    if (named) at += named[0].length;
    else if (pattern[at] === ']') return at;
    else at++;
  }
  return -1;
}

function translateSet(inside: string): string {
  const isNegated = inside.startsWith('^');
  const rest = isNegated ? inside.slice(1) : inside;
  let out = '';
  for (let at = 0; at < rest.length; at++) {
    const named = /^\[:\w+:\]/.exec(rest.slice(at));
    if (named) {
      out += named[0];
      at += named[0].length - 1;
    } else if (rest[at] === '\\' && /[nt]/.test(rest[at + 1] ?? '')) out += `\\${rest[++at]}`;
    else if ('\\[]^'.includes(rest[at]!)) out += `\\${rest[at]}`;
    else out += rest[at];
  }
  return `[${isNegated ? '^' : ''}${out}]`;
}

/** @throws RegexFailure */
export function compileRegex(pattern: string, options: RegexOptions = {}): Regex {
  let source = options.fixed ? RE2JS.quote(pattern) : translate(pattern, options.extended ?? false);
  if (options.wholeWord) source = `\\b(?:${source})\\b`;
  if (options.wholeLine) source = `^(?:${source})$`;
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source, RE2JS.LONGEST_MATCH | (options.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0));
  } catch (error) {
    const text = (error as Error).message;
    if (/missing closing \)|parenthes/i.test(text)) throw new RegexFailure('Unmatched ( or \\(');
    if (/unexpected \)/.test(text)) throw new RegexFailure('Unmatched ) or \\)');
    throw new RegexFailure('Invalid regular expression');
  }
  return {
    test: (text) => compiled.matcher(text).find(),
    exec(text, from = 0) {
      const found = compiled.matcher(text);
      if (!found.find(from)) return undefined;
      const groups = Array.from({ length: found.groupCount() + 1 }, (_, index) => found.group(index) ?? undefined);
      return { start: found.start(), end: found.end(), groups };
    },
  };
}
