import { KctlError } from '../../../lib/errors.ts';

/** Where something stands in a Dockerfile; lines count from 1, both ends included. */
export interface SourceRange {
  first: number;
  last: number;
}

/** A mistake in a Dockerfile, with its lines as docker shows them. */
export class DockerfileError extends KctlError {
  readonly range: SourceRange;

  constructor(message: string, range: SourceRange) {
    super('input', `dockerfile parse error on line ${range.first}: ${message}`);
    this.range = range;
  }
}

/** How many lines around a mistake are shown. */
const AROUND = 2;

/** The lines around a mistake, with `>>>` at those that are meant. */
export function excerpt(text: string, name: string, { first, last }: SourceRange): string {
  const lines = text.split(/\r?\n/);
  const from = Math.max(1, first - AROUND);
  const to = Math.min(lines.length, last + AROUND);
  const rule = '-'.repeat(20);
  const shown = lines.slice(from - 1, to).map((line, index) => {
    const number = from + index;
    const mark = number >= first && number <= last ? '>>>' : '   ';
    return `${String(number).padStart(4)} | ${mark} ${line}`.trimEnd();
  });
  return [`${name}:${first}`, rule, ...shown, rule].join('\n');
}
