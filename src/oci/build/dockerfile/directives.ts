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
 * Reads `# name=value` lines at the top: the first line that is none ends them.
 * @throws DockerfileError for one that stands twice, or an escape that is none
 */
export function readDirectives(lines: readonly string[]): Directives & { directiveCount: number } {
  const found = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    const [, name, value] = /^\s*#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(line) ?? [];
    const key = name?.toLowerCase();
    if (key === undefined || value === undefined || !known.has(key)) break;
    const range = { first: index + 1, last: index + 1 };
    if (found.has(key)) throw new DockerfileError(`only one ${key} parser directive can be used`, range);
    if (key === 'escape' && value !== '\\' && value !== '`') {
      throw new DockerfileError(`invalid escape token '${value}' does not match \` or \\`, range);
    }
    found.set(key, value);
  }
  return {
    escape: found.get('escape') === '`' ? '`' : '\\',
    syntax: found.get('syntax'),
    check: found.get('check'),
    directiveCount: found.size,
  };
}
