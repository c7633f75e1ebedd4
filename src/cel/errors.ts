/**
 * An expression that is none. The message is what an API server shows after `compilation failed: `:
 * `ERROR: <input>:1:5: undefined field 'x'`, the line and a caret, one block per problem.
 */
export class CelCompileError extends Error {
  override readonly name = 'CelCompileError';
}

/** An expression of a type that it may not have. */
export class CelResultTypeError extends CelCompileError {}

/** An expression that failed for these values; the message is cel-go's (`no such key: x`). */
export class CelEvaluationError extends Error {
  override readonly name = 'CelEvaluationError';
}

/** An expression that cost more than it may; `operation cancelled: actual cost limit exceeded`. */
export class CelCostError extends CelEvaluationError {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}
