import { DockerfileError } from './source-error.ts';

/** What the first comment lines say to the parser. */
export interface Directives {
  /** Ends a line that goes on, and takes a character's meaning away. */
  escape: '\\' | '`';
  /** The frontend that the file asks for; this one reads all that docker/dockerfile:1 does. */
  syntax: string | undefined;
  /** `skip=all;error=true`: which checks are made. */
  check: string | undefined;
}

const known = new Set(['escape', 'syntax', 'check']);

/**
 * Reads `# name=value` lines at the top: the first line that is none ends them. Of values but the escape, what stands
 * behind a blank does not count. Below a first line that names a program (`#!`), comments are directives, too, but for
 * the escape, and stay comments (BuildKit, frontend/dockerfile/parser/directives.go).
 * @throws DockerfileError for one that stands twice, or an escape that is none
 */
export function readDirectives(lines: readonly string[]): Directives & { directiveCount: number } {
  const isProgram = lines[0]?.startsWith('#!') === true;
  const found = new Map<string, string>();
  for (let at = isProgram ? 1 : 0; at < lines.length; at++) {
    const [, name, value] = /^\s*#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(lines[at]!) ?? [];
    const key = name?.toLowerCase();
    if (key === undefined || value === undefined || !known.has(key)) break;
    if (isProgram && found.has(key)) break;
    const range = { first: at + 1, last: at + 1 };
    if (found.has(key)) throw new DockerfileError(`only one ${key} parser directive can be used`, range);
    if (!isProgram && key === 'escape' && value !== '\\' && value !== '`') {
      throw new DockerfileError(`invalid escape token '${value}' does not match \` or \\`, range);
    }
    found.set(key, value);
  }
  const word = (name: string) => found.get(name)?.split(' ')[0];
  return {
    escape: !isProgram && found.get('escape') === '`' ? '`' : '\\',
    syntax: word('syntax'),
    check: word('check'),
    directiveCount: isProgram ? 0 : found.size,
  };
}
