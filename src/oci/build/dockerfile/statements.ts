import { type Directives, readDirectives } from './directives.ts';
import { DockerfileError, type SourceRange } from './source-error.ts';
import { splitWords } from './words.ts';

/** A text that stands below an instruction, up to the line with its end. */
export interface Heredoc {
  /** Its name, without quotes. */
  name: string;
  /** With a newline at each line's end; without leading tabs where it asks for that (`<<-`). */
  content: string;
  /** Whether variables are put in: not where its name is in quotes. */
  expands: boolean;
  /** `<<-` */
  stripsTabs: boolean;
  /** Of the shell, as in `3<<EOF`; '' for standard input. */
  descriptor: string;
}

/** One instruction as it is written: what its words mean comes later. */
export interface Statement {
  /** As written. */
  word: string;
  /** In upper case. */
  name: string;
  /** `--name=value` before the arguments, in order; undefined where there is no `=`. */
  flags: readonly { name: string; value: string | undefined }[];
  /** What follows the flags, lines joined. */
  rest: string;
  heredocs: readonly Heredoc[];
  range: SourceRange;
  /** All of it, heredocs included, as it stands in the file. */
  original: string;
}

export interface Source {
  directives: Directives;
  statements: Statement[];
  /** The last lines of instructions that go on over an empty line. */
  emptyContinuations: number[];
  lines: readonly string[];
  /** So many lines at the top are directives. */
  directiveCount: number;
  /** A heredoc without an end, which ends all. */
  failure: DockerfileError | undefined;
}

/** Instructions that take heredocs. */
const withHeredocs = new Set(['RUN', 'COPY', 'ADD']);

/**
 * Cuts a Dockerfile into instructions: comments gone, continued lines joined, heredocs read.
 * @throws DockerfileError
 */
export function readStatements(text: string): Source {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const { directiveCount, ...directives } = readDirectives(lines);
  const continued = directives.escape === '`' ? /`[ \t]*$/ : /\\[ \t]*$/;
  const statements: Statement[] = [];
  const emptyContinuations: number[] = [];
  const found = { directives, statements, emptyContinuations };
  for (let at = 0; at < lines.length; at++) {
    const begin = lines[at]!.trimStart();
    if (begin === '' || begin.startsWith('#')) continue;
    const first = at;
    let joined = begin;
    let hasEmptyLine = false;
    while (continued.test(joined)) {
      joined = joined.replace(continued, '');
      at++;
      // Comments between are no part of it, and neither are empty lines, which it should not have.
      for (; at < lines.length && /^\s*(#.*)?$/.test(lines[at]!); at++) {
        if (lines[at]!.trim() === '' && at < lines.length - 1) hasEmptyLine = true;
      }
      if (at >= lines.length) break;
      joined += lines[at];
    }
    const end = Math.min(at, lines.length - 1);
    if (hasEmptyLine) emptyContinuations.push(end + 1);
    const range = { first: first + 1, last: end + 1 };
    const statement = readStatement(joined.trimEnd(), range, directives.escape);
    const heredocs: Heredoc[] = [];
    at = end;
    for (const opened of heredocsOf(statement, directives.escape)) {
      const body: string[] = [];
      for (;;) {
        at++;
        const line = lines[at];
        if (line === undefined) {
          return { ...found, lines, directiveCount, failure: new DockerfileError('unterminated heredoc', range) };
        }
        const cut = opened.stripsTabs ? line.replace(/^\t+/, '') : line;
        if (cut === opened.name) break;
        body.push(`${cut}\n`);
      }
      heredocs.push({ ...opened, content: body.join('') });
    }
    range.last = at + 1;
    statements.push({ ...statement, heredocs, range, original: lines.slice(first, at + 1).join('\n') });
  }
  return { ...found, lines, directiveCount, failure: undefined };
}

/** One joined line. */
export function readStatement(line: string, range: SourceRange, escaper: string): Omit<Statement, 'original'> {
  const [, word = '', tail = ''] = /^(\S+)\s*([\s\S]*)$/.exec(line) ?? [];
  const flags: { name: string; value: string | undefined }[] = [];
  let rest = tail;
  for (;;) {
    const [whole, flag] = flagAt(rest, escaper);
    if (flag === undefined) break;
    rest = rest.slice(whole.length).trimStart();
    if (flag === '--') break;
    const equals = flag.indexOf('=');
    flags.push(
      equals < 0
        ? { name: flag.slice(2), value: undefined }
        : { name: flag.slice(2, equals), value: flag.slice(equals + 1) },
    );
  }
  return { word, name: word.toUpperCase(), flags, rest, heredocs: [], range };
}

/** The word at the beginning where it is a flag: as written, and without quotes. */
function flagAt(text: string, escaper: string): [string, string | undefined] {
  if (!text.startsWith('--')) return ['', undefined];
  let quote = '';
  let value = '';
  let at = 0;
  for (; at < text.length; at++) {
    const letter = text[at]!;
    if (quote === '' && /\s/.test(letter)) break;
    if (letter === escaper && at + 1 < text.length && quote !== "'") value += text[++at];
    else if (quote === '' && (letter === '"' || letter === "'")) quote = letter;
    else if (letter === quote) quote = '';
    else value += letter;
  }
  return [text.slice(0, at), value];
}

/** What the line opens, in order. */
function heredocsOf({ name, rest, range }: Omit<Statement, 'original'>, escaper: string): Omit<Heredoc, 'content'>[] {
  if (name === 'ONBUILD') return rest === '' ? [] : heredocsOf(readStatement(rest, range, escaper), escaper);
  if (!withHeredocs.has(name) || rest.startsWith('[')) return [];
  return splitWords(rest, escaper).flatMap((word) => {
    const [, descriptor = '', dash, quoted = ''] = /^(\d*)<<(-?)([^<]+)$/.exec(word) ?? [];
    if (dash === undefined) return [];
    const plain = quoted.replace(/^(['"])(.*)\1$/, '$2');
    return [{ name: plain, descriptor, stripsTabs: dash === '-', expands: plain === quoted }];
  });
}
