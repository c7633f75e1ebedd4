import { KctlError, type KctlErrorOptions } from '../../lib/errors.ts';
import type { SourceRange } from './dockerfile/source-error.ts';

/** What a step failed with: what docker shows after `failed to solve: `, and the lines of the Dockerfile that it is about. */
export class BuildFailure extends KctlError {
  readonly range: SourceRange | undefined;

  constructor(message: string, range: SourceRange | undefined, options: KctlErrorOptions = {}) {
    super('input', message, options);
    this.range = range;
  }
}

/** Any failure as that of a step; those that already say their lines are kept. */
export function failureAt(error: unknown, range: SourceRange): unknown {
  if (!(error instanceof KctlError) || error instanceof BuildFailure) return error;
  return new BuildFailure(error.message, range, { ...(error.hint ? { hint: error.hint } : {}), cause: error });
}
