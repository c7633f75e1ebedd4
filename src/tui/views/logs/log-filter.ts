import { parseGoDuration } from '../../../lib/duration.ts';
import { wildcard } from '../../../lib/name-patterns.ts';
import { type LogLevel, levelNamed, logLevels } from '../../../store/logs/level.ts';
import type { LogEntry } from '../../../store/logs/log-entry.ts';
import { fieldAt, structuredLine, valueText } from '../../../store/logs/structured.ts';
import { searchExpression } from '../row-filter.ts';

/** What a filter line means. */
export interface LogFilter {
  /** Which lines are shown; undefined: all of them. */
  shows: ((entry: LogEntry) => boolean) | undefined;
  /** What is looked for without hiding the rest; undefined: nothing. */
  finds: ((entry: LogEntry) => boolean) | undefined;
  /** What is shown in colour, each with the flag `g`. */
  marks: readonly RegExp[];
}

type Test = (entry: LogEntry) => boolean;

/** Stands before what is searched for, behind the filter. */
const searchSign = '//';

const colours = /\u001b\[[\d;:]*m/g;

/** What a line says, without the colours that its program gave it. */
export const plainText = (text: string): string => (text.includes('\u001b') ? text.replace(colours, '') : text);

/** A filter line in its two parts: `error //timeout`. */
export function splitFilter(text: string): { filter: string; search: string } {
  const at = text.startsWith(searchSign) ? 0 : text.indexOf(` ${searchSign}`);
  if (at < 0) return { filter: text.trim(), search: '' };
  return {
    filter: text.slice(0, at).trim(),
    search: text.slice(text.indexOf(searchSign, at) + searchSign.length).trim(),
  };
}

export function joinFilter({ filter, search }: { filter: string; search: string }): string {
  return [filter, search === '' ? '' : searchSign + search].filter((part) => part !== '').join(' ');
}

/**
 * The grammar of the filter line of logs: words that must all match, each a regular expression without regard to
 * case; `"two words"`; `!word` for lines that do not match; `-f letters` for letters in this order; `level>=warn`;
 * `pod=api*`, `container=`, `namespace=`, `context=`; fields of JSON and logfmt (`status>=500`, `user.id=7`,
 * `path~^/api`), which in other lines are words. Behind `//` stands what is searched for and hides nothing.
 */
export function parseLogFilter(text: string): LogFilter {
  const { filter, search } = splitFilter(text);
  const marks: RegExp[] = [];
  const tests = testsOf(filter, marks);
  const found = testsOf(search, marks);
  return {
    shows: tests.length === 0 ? undefined : (entry) => tests.every((test) => test(entry)),
    finds: found.length === 0 ? undefined : (entry) => !entry.note && found.every((test) => test(entry)),
    marks,
  };
}

function testsOf(text: string, marks: RegExp[]): Test[] {
  const fuzzy = /^-f\s+(.*)$/.exec(text);
  if (fuzzy) return [fuzzyTest(fuzzy[1]!)];
  return wordsOf(text).flatMap((word) => {
    const isInverse = word.startsWith('!') && word.length > 1;
    const test = termTest(isInverse ? word.slice(1) : word, isInverse ? [] : marks);
    return word === '!' ? [] : [isInverse ? (entry: LogEntry) => !test(entry) : test];
  });
}

/** Words at spaces, with what stands in quotes in one piece. */
export function wordsOf(text: string): string[] {
  return text.match(/(?:"(?:[^"\\]|\\.)*"|\S)+/g) ?? [];
}

const comparison = /^([A-Za-z_@][\w.@/-]*)(!=|>=|<=|=|>|<|~)(.+)$/;

function termTest(word: string, marks: RegExp[]): Test {
  const match = comparison.exec(word);
  if (match) return comparedTest(match[1]!, match[2]!, unquoted(match[3]!), word, marks);
  return textTest(unquoted(word), marks);
}

const unquoted = (word: string): string => (/^".*"$/s.test(word) && word.length > 1 ? word.slice(1, -1) : word);

/** Unicode's rules for cases cost, so only text that needs them asks for them. */
const flagsFor = (text: string): string => (/^[\x20-\x7e]*$/.test(text) ? 'i' : 'iu');

function textTest(text: string, marks: RegExp[]): Test {
  const flags = flagsFor(text);
  const expression = searchExpression(text, flags);
  marks.push(searchExpression(text, `${flags}g`));
  return (entry) => expression.test(plainText(entry.text));
}

function fuzzyTest(letters: string): Test {
  const wanted = [...letters.toLowerCase().replace(/\s+/g, '')];
  return (entry) => {
    const text = plainText(entry.text).toLowerCase();
    let from = 0;
    return wanted.every((letter) => {
      const at = text.indexOf(letter, from);
      from = at + letter.length;
      return at >= 0;
    });
  };
}

const aboutSource: Readonly<Record<string, (entry: LogEntry) => string>> = {
  pod: ({ source }) => source?.of.pod ?? '',
  container: ({ source }) => source?.of.container ?? '',
  namespace: ({ source }) => source?.of.namespace ?? '',
  context: ({ source }) => source?.of.context ?? '',
};

function comparedTest(name: string, sign: string, value: string, word: string, marks: RegExp[]): Test {
  const level = name.toLowerCase() === 'level' ? levelNamed(value) : undefined;
  if (level) return levelTest(sign, level);
  const compare = comparer(sign, value);
  const about = aboutSource[name];
  if (about) return (entry) => compare(about(entry));
  const asText = /[=~]/.test(sign) && sign !== '>=' && sign !== '<=' ? textTest(word, marks) : () => false;
  const needle = name.split('.').at(-1)!;
  // Many programs write a sentence and put pairs behind it.
  const pair = new RegExp(`(?:^|\\s)${name.replace(/[.$]/g, '\\$&')}=(?:"([^"]*)"|(\\S*))`);
  return (entry) => {
    const text = plainText(entry.text);
    // Reading data costs: a line without the name has no such field.
    if (!text.includes(needle)) return sign === '!=' && !entry.note;
    const data = structuredLine(text);
    const field = data
      ? fieldAt(data.root, name)
      : pair
          .exec(text)
          ?.slice(1)
          .find((part) => part !== undefined);
    if (field === undefined) return sign === '!=' || (!data && asText(entry));
    return compare(valueText(field));
  };
}

function levelTest(sign: string, wanted: LogLevel): Test {
  const rank = logLevels.indexOf(wanted);
  const holds: Readonly<Record<string, (level: number) => boolean>> = {
    '=': (level) => level === rank,
    '~': (level) => level === rank,
    '!=': (level) => level !== rank,
    '>=': (level) => level >= rank,
    '<=': (level) => level <= rank,
    '>': (level) => level > rank,
    '<': (level) => level < rank,
  };
  const test = holds[sign]!;
  return ({ level, note }) => note !== undefined || test(level);
}

function comparer(sign: string, value: string): (text: string) => boolean {
  if (sign === '~') {
    const expression = searchExpression(value, flagsFor(value));
    return (text) => expression.test(text);
  }
  if (sign === '=' || sign === '!=') {
    const pattern = wildcard(value.toLowerCase());
    return (text) => pattern.test(text.toLowerCase()) === (sign === '=');
  }
  const wanted = sizeOf(value);
  const holds = (a: number, b: number) =>
    sign === '>' ? a > b : sign === '<' ? a < b : sign === '>=' ? a >= b : a <= b;
  return (text) => {
    const size = sizeOf(text);
    return size === undefined || wanted === undefined ? false : holds(size, wanted);
  };
}

/** A number, or a duration (`1.5s`) in ms. */
function sizeOf(text: string): number | undefined {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isNaN(number)) return number;
  if (!/^-?[\d.]+(ns|us|µs|ms|s|m|h)/.test(text)) return undefined;
  try {
    return parseGoDuration(text);
  } catch {
    return undefined;
  }
}

const levelWord = /(^|\s)level>=\S+/;

/** The filter line with another least level; undefined: any. */
export function withLevel(text: string, level: LogLevel | undefined): string {
  const { filter, search } = splitFilter(text);
  const rest = filter.replace(levelWord, ' ').trim();
  return joinFilter({ filter: [level ? `level>=${level}` : '', rest].filter((part) => part !== '').join(' '), search });
}

/** The least level that a filter line asks for. */
export function levelOfFilter(text: string): LogLevel | undefined {
  const match = levelWord.exec(splitFilter(text).filter);
  return match ? levelNamed(match[0].trim().slice('level>='.length)) : undefined;
}
