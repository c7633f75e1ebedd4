import { KctlError } from '../../lib/errors.ts';

/** What is done with the Dockerfile: `--call`. */
export interface Call {
  method: 'build' | 'check' | 'outline' | 'targets';
  format: 'text' | 'json';
}

const METHODS: readonly string[] = ['build', 'check', 'outline', 'targets'] satisfies Call['method'][];

/**
 * `check`, `outline,format=json`.
 * @throws KctlError `usage`
 */
export function readCall(text: string): Call {
  const [given = '', ...fields] = text.split(',');
  // BuildKit's own names of what it is asked for.
  const method = given === 'lint' ? 'check' : given.replace(/^frontend\./, '').replace(/^lint$/, 'check');
  if (!METHODS.includes(method)) {
    throw new KctlError('usage', `there is no call "${given}"`, { hint: `There are: ${METHODS.join(', ')}` });
  }
  let format: Call['format'] = 'text';
  for (const field of fields) {
    const [, value] = /^format=(text|json)$/.exec(field) ?? [];
    if (value === undefined && !/^ignorestatus=(true|false)$/.test(field)) {
      throw new KctlError('usage', `invalid --call field ${JSON.stringify(field)}`, {
        hint: 'There are: format=json.',
      });
    }
    if (value !== undefined) format = value as Call['format'];
  }
  return { method: method as Call['method'], format };
}

/** As BuildKit gives places: lines count from 1. */
export const locationOf = ({ first, last }: { first: number; last: number }): object => ({
  ranges: [{ start: { line: first }, end: { line: last } }],
});

/** Columns with two blanks between, the last one as long as it is. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** What a comment above something says of it: `# NAME what it is`. */
export function descriptionOf(comments: readonly string[], name: string): string {
  const found = comments.find((comment) => comment.startsWith(`${name} `));
  return found === undefined ? '' : found.slice(name.length + 1).trim();
}
