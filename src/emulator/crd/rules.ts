import type { StatusCause } from '../../api/status.ts';
import { readFieldPath } from '../../api/validation/definition-paths.ts';
import type { CompiledProgram } from '../../cel/compile.ts';
import { fromJson, Native } from '../../cel/convert.ts';
import { estimateCost } from '../../cel/estimate/coster.ts';
import {
  type CelBudget,
  CelCompileError,
  CelCostError,
  CelEvaluationError,
  type CelProgram,
  compileCel,
  optionalOf,
} from '../../cel/index.ts';
import { childrenOf } from '../../cel/literals.ts';
import type { SizedNode } from '../../cel/schema-sizes.ts';
import { schemaType } from '../../cel/schema-types.ts';
import type { Expr } from '../../cel/syntax.ts';
import type { CelType } from '../../cel/types.ts';
import { Optional } from '../../cel/values.ts';
import type { StructuralSchema } from './custom-resource.ts';

/** One of `x-kubernetes-validations` (apiextensions.k8s.io/v1 ValidationRule). */
export interface ValidationRule {
  rule: string;
  message?: string;
  messageExpression?: string;
  reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  fieldPath?: string;
  optionalOldSelf?: boolean;
}

/** A rule made ready; without a program it says what is wrong with it. */
interface CompiledRule {
  rule: ValidationRule;
  program?: CelProgram;
  problem?: string;
  message?: CelProgram;
  messageProblem?: string;
  usesOldSelf: boolean;
  /** `.spec.x`, appended to the path of the value. */
  fieldPath: string;
}

/** What one evaluation of a rule may cost at most, and of its message. */
export interface RuleCosts {
  rule: number;
  message: number;
}

/** By the sizes that the schema allows; for rules that compile. */
export function estimateRule({ program, message }: CompiledRule, sizes: SizedNode): RuleCosts {
  const cost = (one: CelProgram | undefined): number => (one ? estimateCost(one as CompiledProgram, sizes) : 0);
  return { rule: cost(program), message: cost(message) };
}

export interface CompiledNode {
  type: CelType | undefined;
  rules: readonly CompiledRule[];
}

export const rulesOf = (schema: StructuralSchema): readonly ValidationRule[] =>
  (schema['x-kubernetes-validations'] as ValidationRule[] | undefined) ?? [];

const compiled = new WeakMap<StructuralSchema, Map<StructuralSchema, CompiledNode>>();

/**
 * The rules that stand in `schema`, for values whose type `node` says (another only within `allOf`).
 * Source of the messages: apiextensions-apiserver, pkg/apiserver/schema/cel/compilation.go.
 */
export function compileRules(schema: StructuralSchema, node: StructuralSchema, isRoot: boolean): CompiledNode {
  const known = compiled.get(schema) ?? new Map<StructuralSchema, CompiledNode>();
  compiled.set(schema, known);
  let found = known.get(node);
  if (!found) {
    const type = schemaType(node, isRoot || node['x-kubernetes-embedded-resource'] === true, 'selfType');
    found = { type, rules: type ? rulesOf(schema).map((rule) => compileRule(rule, type, node)) : [] };
    known.set(node, found);
  }
  return found;
}

function compileRule(rule: ValidationRule, type: CelType, node: StructuralSchema): CompiledRule {
  const result: CompiledRule = { rule, usesOldSelf: false, fieldPath: '' };
  if (!rule.rule?.trim()) return result;
  const variables = { self: type, oldSelf: rule.optionalOldSelf ? optionalOf(type) : type };
  const compile = (text: string): CompiledProgram | string => {
    try {
      return compileCel(text, { variables });
    } catch (error) {
      if (error instanceof CelCompileError) return `compilation failed: ${error.message}`;
      throw error;
    }
  };
  const program = compile(rule.rule);
  if (typeof program === 'string') return { ...result, problem: program };
  if (program.type.kind !== 'bool') return { ...result, problem: 'cel expression must evaluate to a bool' };
  result.program = program;
  result.usesOldSelf = names(program.expr, 'oldSelf');
  if (rule.messageExpression) {
    const message = compile(rule.messageExpression);
    if (typeof message === 'string') result.messageProblem = `messageExpression ${message}`;
    else if (message.type.kind !== 'string') result.messageProblem = 'messageExpression must evaluate to a string';
    else result.message = message;
  }
  if (rule.fieldPath) {
    const path = readFieldPath(rule.fieldPath, node);
    if ('path' in path) result.fieldPath = path.path;
  }
  return result;
}

const names = (expr: Expr, name: string): boolean =>
  (expr.kind === 'ident' && expr.name === name) || childrenOf(expr).some((child) => names(child, name));

/** What all rules of one object may cost (k8s.io/apiserver, pkg/apis/cel: RuntimeCELCostBudget). */
export const OBJECT_BUDGET = 10_000_000;

export class OutOfBudget extends Error {}

/** What a rule says of one value: nothing when it holds. */
export interface Broken {
  cause: StatusCause;
  usesOldSelf: boolean;
}

const quoted = (rule: ValidationRule): string => (rule.message || rule.rule).trim();

/**
 * Holds `value` to the rules of `node`; what breaks them, in order.
 * @param old what was there before: undefined where there is nothing to compare with
 * @param stop receives a last problem, after which nothing more is checked
 */
export function runRules(
  { type, rules }: CompiledNode,
  schemaTypeName: string,
  value: unknown,
  old: unknown,
  path: string,
  budget: CelBudget,
  found: (broken: Broken) => void,
): void {
  const self = new Native(fromJson(value, type!));
  const before = old === undefined || old === null ? undefined : fromJson(old, type!);
  const shownType = JSON.stringify(schemaTypeName);
  const invalid = (detail: string): void =>
    found({
      usesOldSelf: true,
      cause: { reason: 'FieldValueInvalid', message: `Invalid value: ${shownType}: ${detail}`, field: path || '<nil>' },
    });
  for (const compiledRule of rules) {
    const { rule, program, problem, usesOldSelf } = compiledRule;
    if (problem !== undefined) invalid(`rule compile error: ${problem}`);
    if (!program || (usesOldSelf && before === undefined && !rule.optionalOldSelf)) continue;
    const oldSelf = rule.optionalOldSelf ? new Optional(before) : before;
    const bindings = { self, ...(oldSelf === undefined ? {} : { oldSelf: new Native(oldSelf) }) };
    if (budget.remaining <= 0) outOfBudget(invalid);
    let holds: unknown;
    try {
      holds = program.evaluate(bindings, budget);
    } catch (error) {
      if (error instanceof CelCostError) {
        const why = `no further validation rules will be run due to call cost exceeds limit for rule: ${quoted(rule)}`;
        invalid(`'${error.message}': ${why}`);
        throw new OutOfBudget();
      }
      if (!(error instanceof CelEvaluationError)) throw error;
      if (budget.remaining < 0) outOfBudget(invalid);
      const isOverload = error.message.startsWith('no such overload');
      invalid(
        isOverload
          ? `'${error.message}': call arguments did not match a supported operator, function or macro signature for rule: ${quoted(rule)}`
          : `${error.message} evaluating rule: ${quoted(rule)}`,
      );
      continue;
    }
    if (budget.remaining < 0) outOfBudget(invalid);
    if (holds === true) continue;
    const detail = messageOf(compiledRule, bindings, budget);
    found({ usesOldSelf, cause: causeOf(rule, `${path}${compiledRule.fieldPath}`, schemaTypeName, value, detail) });
  }
}

function outOfBudget(invalid: (detail: string) => void): never {
  invalid('validation failed due to running out of cost budget, no further validation rules will be run');
  throw new OutOfBudget();
}

const MAX_MESSAGE = 5 * 1024;

/** The rule's own words; what an expression gives comes first, where it gives one line of text. */
function messageOf({ rule, message }: CompiledRule, bindings: Record<string, unknown>, budget: CelBudget): string {
  const plain = rule.message ? rule.message.trim() : `failed rule: ${rule.rule.trim()}`;
  if (!message) return plain;
  try {
    const text = String(message.evaluate(bindings, budget)).trim();
    const isFine = text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= MAX_MESSAGE;
    return isFine ? text : plain;
  } catch (error) {
    if (!(error instanceof CelEvaluationError)) throw error;
    return plain;
  }
}

const REASONS = {
  FieldValueInvalid: 'Invalid value',
  FieldValueForbidden: 'Forbidden',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
} as const;

function causeOf(rule: ValidationRule, path: string, type: string, value: unknown, detail: string): StatusCause {
  const reason = rule.reason ?? 'FieldValueInvalid';
  const shows = reason === 'FieldValueInvalid' || reason === 'FieldValueDuplicate';
  const shown = shows && type !== 'object' && type !== 'array' ? `: ${JSON.stringify(value)}` : '';
  const said = reason === 'FieldValueDuplicate' ? '' : `: ${detail}`;
  return { reason, message: `${REASONS[reason]}${shown}${said}`, field: path.replace(/^\./, '') || '<nil>' };
}
