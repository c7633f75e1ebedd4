import type { CelType } from './types.ts';

/** What an expression may name, next to the functions of Kubernetes' libraries, which are always there. */
export interface CelEnvironment {
  /** Variables with their types; DYN for what has none. */
  variables: Readonly<Record<string, CelType>>;
  /**
   * Object types that an expression may construct, by the name it uses: `Object`, `Object.spec`,
   * `JSONPatch`. Asked for names only when an expression constructs something.
   */
  construct?(name: string): CelType | undefined;
  /** Whether `jsonpatch.escapeKey` is there, as it is for mutations. */
  jsonPatch?: boolean;
  /** Whether there is the macro `cel.bind(name, value, expression)`. */
  bindings?: boolean;
}

/**
 * What a variable is bound to: JSON (typed by what the environment declares for it), a function that
 * gives it when it is first asked for, the `value` of another program's result (types kept), or the
 * value of `authorizerValue(...)`. Fields of an object type may be bound likewise:
 * `{ variables: { x: () => program.run(bindings).value } }`.
 */
export type CelBindings = Readonly<Record<string, unknown>>;

/** The cost that several evaluations may still take together; each takes from it. */
export interface CelBudget {
  remaining: number;
}

export interface CelResult {
  /** The value inside, of whatever kind CEL has; for handing into other programs. */
  readonly value: unknown;
  /** What the evaluation cost, in the units of upstream's limits. */
  readonly cost: number;
  /** As JSON: ints and uints are numbers, timestamps and durations text, bytes base64, a missing optional undefined. */
  toJson(): unknown;
}

export interface CelProgram {
  readonly expression: string;
  readonly type: CelType;
  /**
   * @throws {CelEvaluationError} in cel-go's words
   * @throws {CelCostError} above 1,000,000 for one call (PerCallLimit) or when the budget is used up
   */
  run(bindings: CelBindings, budget?: CelBudget): CelResult;
  /** `run(...).toJson()`. */
  evaluate(bindings: CelBindings, budget?: CelBudget): unknown;
}

export interface CelCompileOptions {
  /** Types that the whole may have; with others the message is `must evaluate to bool but got int`, as callers of upstream say. */
  resultTypes?: readonly CelType[];
}

/** The question behind `authorizer`: everything the expression said of it. */
export interface CelAuthorizerQuestion {
  /** `serviceAccount(namespace, name)`, else the user of the request. */
  serviceAccount?: { namespace: string; name: string };
  path?: string;
  group?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
  verb: string;
  fieldSelector?: string;
  labelSelector?: string;
}

export interface CelAuthorizerAnswer {
  allowed: boolean;
  reason?: string;
  /** Why it could not be told. */
  error?: string;
}

/** Answers questions; `authorizerValue(it)` is bound to a variable of type AUTHORIZER. */
export interface CelAuthorizer {
  check(question: CelAuthorizerQuestion): CelAuthorizerAnswer;
  /** For `authorizer.requestResource`: the group, resource, subresource, namespace and name of the request. */
  request?: Omit<CelAuthorizerQuestion, 'verb' | 'path' | 'serviceAccount'>;
}
