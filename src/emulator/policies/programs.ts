import {
  BOOL,
  type CelBindings,
  type CelBudget,
  CelCompileError,
  type CelCompileOptions,
  type CelEnvironment,
  type CelProgram,
  type CelResult,
  CelResultTypeError,
  compileCel,
} from '../../cel/index.ts';

/** What all expressions of one policy and one request may cost together (apiserver, apis/cel: RuntimeCELCostBudget). */
export const POLICY_BUDGET = 10_000_000;
/** The same for the match conditions of one webhook or policy. */
export const CONDITIONS_BUDGET = 2_500_000;

/** An expression that is compiled, or what is wrong with it. */
export interface Compiled {
  expression: string;
  program?: CelProgram;
  /** As the server's messages say it. */
  fault?: string;
}

/** Never throws: an expression that does not compile fails when it is used. */
export function compiled(expression: string, environment: CelEnvironment, options?: CelCompileOptions): Compiled {
  try {
    return { expression, program: compileCel(expression, environment, options) };
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    const isOfType = error instanceof CelResultTypeError;
    return { expression, fault: isOfType ? error.message : `compilation failed: ${error.message}` };
  }
}

export const RETURNS_BOOL: CelCompileOptions = { resultTypes: [BOOL] };

/** A result, or why there is none, in the words of apiserver's cel/condition.go. */
type Evaluated = { result: CelResult; error?: undefined } | { result?: undefined; error: string };

export function evaluated(
  { expression, program, fault }: Compiled,
  bindings: CelBindings,
  budget: CelBudget,
): Evaluated {
  if (!program) return { error: `compilation error: ${fault}` };
  try {
    return { result: program.run(bindings, budget) };
  } catch (error) {
    return { error: `expression '${expression}' resulted in error: ${(error as Error).message}` };
  }
}

/** Several errors as Kubernetes shows them together. */
export const aggregated = (errors: readonly string[]): string => {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`;
};
