import { KctlError } from '../../lib/errors.ts';
import { nearestName } from '../../lib/nearest-name.ts';
import { textWidth } from '../../lib/text-width.ts';
import type { Problem } from '../syntax.ts';

/** What a condition could have been made of. */
export interface Known {
  /** Who is asked: `pods`. */
  subject: string;
  names: readonly string[];
  functions: readonly string[];
}

const kinds: Readonly<Record<string, string>> = {
  int: 'a number',
  uint: 'a number',
  double: 'a number',
  string: 'a text',
  bool: 'true or false',
  duration: 'a length of time',
  timestamp: 'a moment',
};

const kindOf = (type: string): string =>
  kinds[type] ?? (type.startsWith('list') ? 'a list' : type.startsWith('map') ? 'a map' : type);

interface Rule {
  pattern: RegExp;
  say(match: RegExpExecArray, source: string, problem: Problem, known: Known): string;
}

/** What other languages write. */
const words: Readonly<Record<string, string>> = { and: '&&', or: '||', AND: '&&', OR: '||' };

/** The parser and the checker speak as an API server does; people at a prompt are told what to do. */
const rules: readonly Rule[] = [
  {
    pattern: /^undeclared reference to '(.*?)'/,
    say([, name = ''], source, { pos }, { subject, names, functions }) {
      if (words[name]) return `"${name}" is written ${words[name]}`;
      const isCall = source[pos] === '(';
      const nearest = nearestName(name, isCall ? functions : names);
      const what = isCall ? `there is no function "${name}"` : `${subject} have no field or word "${name}"`;
      if (nearest) return `${what}; did you mean "${nearest}"?`;
      return isCall ? what : `${what}; a text stands in quotes: "${name}"`;
    },
  },
  {
    pattern: /^found no matching overload for '_(.*)_' applied to '\((.*), (.*)\)'$/,
    say: ([, operator, left = '', right = '']) =>
      `${operator} cannot be used with ${kindOf(left)} and ${kindOf(right)}`,
  },
  {
    pattern: /^found no matching overload for '(.*)' applied to '(?:(.*)\.)?\((.*)\)'$/,
    say: ([, name, receiver]) =>
      receiver ? `${kindOf(receiver)} has no ${name}() of that form` : `${name}() does not take that`,
  },
  {
    pattern: /^expected type 'bool' but found '(.*)'$/,
    say: ([, type = '']) => `this is ${kindOf(type)}, where something that is true or false is wanted`,
  },
  {
    pattern: /^type '(.*)' does not support field selection$/,
    say: ([, type = '']) => `this is ${kindOf(type)} and has no fields`,
  },
  { pattern: /^invalid matches argument$/, say: () => 'this is no regular expression' },
  {
    pattern: /^Syntax error: token recognition error at: '(.)/s,
    say: ([, sign = '']) =>
      sign === '='
        ? 'equality is written =='
        : sign === '&' || sign === '|'
          ? `"${sign}" is written ${sign}${sign}`
          : sign === '"' || sign === "'"
            ? 'the quote is not closed'
            : `"${sign}" means nothing here`,
  },
  {
    pattern:
      /^Syntax error: (?:mismatched|extraneous|missing .* at|no viable alternative at)(?: input)? '(.*?)'(?: |$)/,
    say([, found = ''], source, { pos }) {
      const word = /^\w+/.exec(source.slice(pos))?.[0] ?? '';
      const before = /(\w+)\s*$/.exec(source.slice(0, pos))?.[1] ?? '';
      if (before.toLowerCase() === 'not') return `"${before}" is written !`;
      if (words[word]) return `"${word}" is written ${words[word]}`;
      if (found === '<EOF>' || found === '.') return 'the condition ends too early';
      return `"${found}" does not fit here`;
    },
  },
];

/** @returns the first problem: what is wrong, the line, a caret. The others often follow from it. */
export function complaint(source: string, problems: readonly Problem[], known: Known): KctlError {
  const problem = [...problems].sort((a, b) => a.pos - b.pos)[0]!;
  let text = problem.message;
  for (const { pattern, say } of rules) {
    const match = pattern.exec(problem.message);
    if (!match) continue;
    text = say(match, source, problem, known);
    break;
  }
  const hint = isUnknown(text) ? `Words and fields of ${known.subject}: ${known.names.join(', ')}` : undefined;
  return new KctlError('usage', `--where: ${text}\n${marked(source, problem.pos)}`, { ...(hint && { hint }) });
}

/** A name that is like none that there is. */
const isUnknown = (text: string): boolean => text.includes(' have no field or word ') && !text.includes('did you mean');

function marked(source: string, pos: number): string {
  const start = source.lastIndexOf('\n', pos - 1) + 1;
  const end = source.indexOf('\n', pos);
  const line = source.slice(start, end < 0 ? undefined : end);
  return `  ${line.replaceAll('\t', ' ')}\n  ${' '.repeat(textWidth(line.slice(0, pos - start)))}^`;
}
