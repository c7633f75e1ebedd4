import type { CelCompileOptions, CelEnvironment, CelProgram } from './contract.ts';
import { CelCompileError } from './errors.ts';

export type * from './contract.ts';
export { CelCompileError, CelCostError, CelEvaluationError } from './errors.ts';
export * from './types.ts';

/**
 * Compiles `expression`: parsed, its types checked against what `environment` declares.
 * @throws {CelCompileError} with everything that is wrong with it
 */
export function compileCel(expression: string, _environment: CelEnvironment, _options?: CelCompileOptions): CelProgram {
  throw new CelCompileError(`CEL is not served: ${expression}`);
}
