import { posix } from 'node:path';
import { KctlError } from '../../../lib/errors.ts';

/** A pattern for paths, as `.dockerignore`, `COPY --exclude` and the sources of `COPY` have them. */
export interface PathPattern {
  /** Cleaned: without `./`, a leading `/` and a `/` at the end. */
  text: string;
  /** `!`: takes back what patterns before it have matched. */
  isException: boolean;
  matches(path: string): boolean;
}

/**
 * One line of patterns: `*` and `?` stay within a part of the path, `[a-z]` is one of some letters, `**` any number of
 * parts, and `\` takes a letter's meaning away (Go's filepath.Match, and `**` as docker adds it).
 * @throws KctlError `input` for one that is malformed
 */
export function pathPattern(line: string): PathPattern | undefined {
  const trimmed = line.trim();
  const isException = trimmed.startsWith('!');
  const written = isException ? trimmed.slice(1).trim() : trimmed;
  if (written === '') {
    if (isException) throw new KctlError('input', 'illegal exclusion pattern: "!"');
    return undefined;
  }
  const text = posix
    .normalize(written)
    .replace(/^\/+(?=.)/, '')
    .replace(/(?<=.)\/$/, '');
  if (text === '.') return undefined;
  return { text, isException, matches: wholePath(text, true) };
}

/** Whether something in it stands for other letters: not `\*`. */
export const hasWildcard = (text: string): boolean => /^(?:[^\\*?[]|\\.?)*[*?[]/s.test(text);

/**
 * What matches a pattern from its beginning to its end.
 * @param hasDeep whether `**` stands for any number of parts, or is a `*` like others
 * @throws KctlError `input` for one that is malformed
 */
export function wholePath(text: string, hasDeep: boolean): (path: string) => boolean {
  const expression = new RegExp(`^${patternSource(text, hasDeep)}$`, 'su');
  return (path) => expression.test(path);
}

function patternSource(text: string, hasDeep: boolean): string {
  let source = '';
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    if (hasDeep && letter === '*' && text[at + 1] === '*') {
      while (text[at + 1] === '*') at++;
      // `**/` is also no part at all; `**` at the end is all that is there.
      if (text[at + 1] === '/') {
        at++;
        source += '(?:.*/)?';
      } else source += '.*';
    } else if (letter === '*') source += '[^/]*';
    else if (letter === '?') source += '[^/]';
    else if (letter === '[') {
      const end = classEnd(text, at);
      source += classSource(text.slice(at + 1, end));
      at = end;
    } else if (letter === '\\') {
      at++;
      if (at >= text.length) throw malformed(text);
      source += literal(text[at]!);
    } else source += literal(letter);
  }
  return source;
}

const malformed = (text: string) => new KctlError('input', `syntax error in pattern ${JSON.stringify(text)}`);

function classEnd(text: string, begin: number): number {
  for (let at = begin + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === ']' && at > begin + (text[begin + 1] === '^' ? 2 : 1)) return at;
  }
  throw malformed(text);
}

function classSource(inside: string): string {
  const isNot = inside.startsWith('^');
  const letters = (isNot ? inside.slice(1) : inside).replace(/\\(.)|([[\]^&~|])/gsu, (_, kept, special) =>
    kept === undefined ? `\\${special}` : literal(kept) === kept ? kept : `\\${kept}`,
  );
  return `(?!/)[${isNot ? '^' : ''}${letters}]`;
}

const literal = (letter: string): string => (/[\\^$.*+?()[\]{}|/]/.test(letter) ? `\\${letter}` : letter);

/** Patterns in order: of those that match a path, or a folder above it, the last one decides. */
export class PathFilter {
  readonly #patterns: readonly PathPattern[];
  readonly #hasExceptions: boolean;

  /** @throws KctlError `input` for one that is malformed */
  constructor(lines: readonly string[]) {
    this.#patterns = lines.map(pathPattern).filter((pattern) => pattern !== undefined);
    this.#hasExceptions = this.#patterns.some(({ isException }) => isException);
  }

  /** @param path relative, with `/` */
  matches(path: string): boolean {
    let found = false;
    for (const pattern of this.#patterns) {
      if (pattern.isException === found && matchesAbove(pattern, path)) found = !pattern.isException;
    }
    return found;
  }

  /** True for a folder of which nothing can be taken back: it need not be looked into. */
  matchesAllBelow(folder: string): boolean {
    if (!this.matches(folder)) return false;
    return (
      !this.#hasExceptions || !this.#patterns.some(({ isException, text }) => isException && mayBeBelow(text, folder))
    );
  }
}

function matchesAbove({ matches }: PathPattern, path: string): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (matches(path.slice(0, end))) return true;
  }
  return false;
}

function mayBeBelow(text: string, folder: string): boolean {
  const special = text.search(/[*?[\\]/);
  const plain = special < 0 ? text : text.slice(0, special);
  return `${folder}/`.startsWith(plain) || plain.startsWith(`${folder}/`);
}
