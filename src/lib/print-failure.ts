import { KctlError } from './errors.ts';

/** A printer that failed in the middle. kubectl prints what there was by then, and what may help. */
export class PrintFailure extends KctlError {
  /** What belongs on standard output. */
  readonly printed: string;

  constructor(message: string, printed: string, cause: unknown) {
    super('usage', message, { cause });
    this.name = 'PrintFailure';
    this.printed = printed;
  }
}
