import { KctlError } from '../../lib/errors.ts';

/** What kept pods on a node: one sentence or several, which kubectl then puts in brackets. */
export class DrainError extends KctlError {
  readonly sentences: readonly string[];

  constructor(sentences: readonly string[]) {
    const distinct = [...new Set(sentences)];
    super('api', distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`, { prefix: '' });
    this.name = 'DrainError';
    this.sentences = sentences;
  }
}

/** Failures in the words that kubectl puts behind `due to error:`. */
export function asDrainError(error: KctlError): DrainError {
  return error instanceof DrainError ? error : new DrainError([error.message]);
}
