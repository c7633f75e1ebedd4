export { compileCel } from './compile.ts';
export type * from './contract.ts';
export { CelCompileError, CelCostError, CelEvaluationError, CelResultTypeError } from './errors.ts';
export { AUTHORIZER, authorizerValue, RESOURCE_CHECK, requestResourceValue } from './libraries/authorizers.ts';
export * from './types.ts';
