import { type Checked, check } from './checker.ts';
import type { CelBindings, CelBudget, CelCompileOptions, CelEnvironment, CelProgram, CelResult } from './contract.ts';
import { fromJson, Native, toJson } from './convert.ts';
import { CelCompileError, CelResultTypeError } from './errors.ts';
import { Evaluation, PER_CALL_LIMIT } from './interpreter.ts';
import { functions, patchFunctions } from './libraries/index.ts';
import { checkLiterals } from './literals.ts';
import { parse } from './parser.ts';
import { type Expr, type Problem, showProblems } from './syntax.ts';
import { type CelType, DYN, formatType } from './types.ts';
import type { CelValue } from './values.ts';

/** A program with what it was made of, for who estimates its cost. */
export interface CompiledProgram extends CelProgram {
  readonly expr: Expr;
  readonly types: ReadonlyMap<Expr, CelType>;
  readonly calls: Checked['calls'];
}

/**
 * Compiles `expression`: parsed, its types checked against what `environment` declares.
 * @throws {CelCompileError} with everything that is wrong with it
 */
export function compileCel(
  expression: string,
  environment: CelEnvironment,
  options: CelCompileOptions = {},
): CompiledProgram {
  const problems: Problem[] = [];
  const expr = parse(expression, problems, environment.bindings);
  if (!expr) throw new CelCompileError(showProblems(expression, problems));
  const checked = check(expr, environment, environment.jsonPatch ? patchFunctions : functions, problems);
  if (problems.length === 0) checkLiterals(expr, checked.types, problems);
  if (problems.length) throw new CelCompileError(showProblems(expression, problems));
  const { type } = checked;
  if (!mayBe(type, options.resultTypes)) {
    const wanted = options.resultTypes!.map(typeText);
    const types = wanted.length === 1 ? wanted[0] : `one of [${wanted.join(' ')}]`;
    throw new CelResultTypeError(`must evaluate to ${types} but got ${typeText(type)}`);
  }
  const run = (bindings: CelBindings, budget?: CelBudget): CelResult => {
    const evaluation = new Evaluation(checked, lookUp(environment, bindings));
    try {
      const value = evaluation.run(expr);
      return { value: new Native(value), cost: evaluation.cost, toJson: () => toJson(value) };
    } finally {
      if (budget) budget.remaining -= Math.min(evaluation.cost, PER_CALL_LIMIT);
      if (budget && evaluation.cost > PER_CALL_LIMIT) budget.remaining = -1;
    }
  };
  return {
    expression,
    type,
    expr,
    types: checked.types,
    calls: checked.calls,
    run,
    evaluate: (bindings, budget) => run(bindings, budget).toJson(),
  };
}

/** As the types say it of themselves; in messages of the checker null goes by its short name. */
const typeText = (type: CelType): string => (type.kind === 'null' ? 'null_type' : formatType(type));

const mayBe = (type: CelType, wanted: readonly CelType[] | undefined): boolean =>
  wanted === undefined || wanted.some((one) => one.kind === 'dyn' || formatType(one) === formatType(type));

/** Variables are converted when they are first asked for, once per evaluation. */
function lookUp(environment: CelEnvironment, bindings: CelBindings): (name: string) => CelValue | undefined {
  const known = new Map<string, CelValue>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    if (!Object.hasOwn(bindings, name)) return undefined;
    const type = Object.hasOwn(environment.variables, name) ? environment.variables[name]! : DYN;
    const value = fromJson(bindings[name], type);
    known.set(name, value);
    return value;
  };
}
