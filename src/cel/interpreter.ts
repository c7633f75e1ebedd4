import type { Checked, Resolution } from './checker.ts';
import { typeNamed } from './checker.ts';
import { fromJson, Native } from './convert.ts';
import { CelCostError, CelEvaluationError } from './errors.ts';
import type { Overload } from './functions.ts';
import { Accumulator } from './libraries/accumulators.ts';
import { ACCUMULATOR } from './macros.ts';
import { type CallExpr, type Expr, type ExprOf, Uint, type Visitor, visit } from './syntax.ts';
import { type CelType, formatType } from './types.ts';
import {
  type CelValue,
  Duration,
  MapValue,
  noSuchOverload,
  numeric,
  ObjectValue,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  typeNameOf,
} from './values.ts';

/** What a call may cost at most (k8s.io/apiserver, pkg/apis/cel: PerCallLimit). */
export const PER_CALL_LIMIT = 1_000_000;

/** Base costs (cel-go, common/cost.go). */
const SELECT = 1;
const LIST = 10;
const MAP = 30;
const STRUCT = 40;

interface Frame {
  name: string;
  value: CelValue;
  outer: Frame | undefined;
}

/** One evaluation of a checked expression: walks its tree and counts what that costs. */
export class Evaluation implements Visitor<CelValue> {
  readonly #checked: Checked;
  readonly #variable: (name: string) => CelValue | undefined;
  readonly #isLenient: boolean;
  #frame: Frame | undefined;
  cost = 0;

  /**
   * @param isLenient what is not there is null instead of an error, and null is nothing to every function: see
   * `ofNothing`. CEL knows no such mode; it is for questions over objects that have not all the same fields.
   */
  constructor(checked: Checked, variable: (name: string) => CelValue | undefined, isLenient = false) {
    this.#checked = checked;
    this.#variable = variable;
    this.#isLenient = isLenient;
  }

  #pay(cost: number): void {
    this.cost += cost;
    if (this.cost > PER_CALL_LIMIT) throw new CelCostError();
  }

  run(expr: Expr): CelValue {
    return visit(expr, this);
  }

  literal(expr: ExprOf<'literal'>): CelValue {
    return expr.value;
  }

  ident(expr: ExprOf<'ident'>): CelValue {
    return this.#identifier(expr.name);
  }

  /** A part of an object: one for the step, one more where it does not begin with a name. */
  #payStep(operand: Expr): void {
    const isPath = ['ident', 'select'].includes(operand.kind) || isStep(operand) || isTernary(operand);
    this.#pay(isPath ? SELECT : SELECT + 1);
  }

  #identifier(name: string): CelValue {
    if (!this.#isType(name)) this.#pay(SELECT);
    return this.#name(name);
  }

  #isType(name: string): boolean {
    return typeNamed(name) !== undefined && this.#variable(name) === undefined;
  }

  #name(name: string): CelValue {
    for (let frame = this.#frame; frame; frame = frame.outer) {
      if (frame.name !== name) continue;
      if (frame.value instanceof Failed) throw frame.value.error;
      return frame.value;
    }
    const value = this.#variable(name);
    if (value !== undefined) return value;
    const type = typeNamed(name);
    if (type) return new TypeValue(name);
    throw new CelEvaluationError(`no such attribute(s): ${name}`);
  }

  select(expr: ExprOf<'select'>): CelValue {
    const name = this.#checked.names.get(expr);
    if (name !== undefined) return this.#identifier(name);
    const operand = this.run(expr.operand);
    if (expr.testOnly) {
      const inner = operand instanceof Optional ? operand.value : operand;
      return inner !== undefined && isThere(inner, expr.field);
    }
    if (operand instanceof Optional) {
      if (operand.value !== undefined) this.#pay(SELECT);
      return optionalStep(operand, (inner) => fieldOf(inner, expr.field));
    }
    this.#payStep(expr.operand);
    const value = fieldOf(operand, expr.field);
    if (value !== undefined) return value;
    if (this.#isLenient) return null;
    throw new CelEvaluationError(`no such key: ${expr.field}`);
  }

  call(expr: ExprOf<'call'>): CelValue {
    switch (expr.name) {
      case '_&&_':
        return this.#logical(expr, false);
      case '_||_':
        return this.#logical(expr, true);
      case '_?_:_':
        return this.#ternary(expr);
      case '@not_strictly_false':
        return this.#notStrictlyFalse(expr.args[0]!);
      case '_[_]':
        return this.#index(expr);
      case '_?._':
      case '_[?_]':
        return this.#optionalIndex(expr);
      case 'or':
      case 'orValue':
        if (expr.target) return this.#orElse(expr);
    }
    const resolution = this.#checked.calls.get(expr)!;
    const args = resolution.args.map((arg) => this.run(arg));
    if (this.#isLenient && args.includes(null)) return ofNothing(resolution, args);
    const result = dispatch(resolution, args);
    const { overload, value } = result;
    if (!isPrepared(expr)) this.#pay(callCost(resolution.name, overload, args, value));
    return value;
  }

  /** Errors on one side do not count when the other decides (cel-spec, doc/langdef.md#logical-operators). */
  #logical(expr: CallExpr, decides: boolean): CelValue {
    const [left, right] = expr.args as [Expr, Expr];
    const outcome = (operand: Expr): boolean | Error => {
      try {
        const value = this.run(operand);
        if (value === null && this.#isLenient) return false;
        return typeof value === 'boolean' ? value : noSuchOverload();
      } catch (error) {
        if (error instanceof CelCostError || !(error instanceof CelEvaluationError)) throw error;
        return error;
      }
    };
    const first = outcome(left);
    if (first === decides) return decides;
    const second = outcome(right);
    if (second === decides) return decides;
    if (first instanceof Error) throw first;
    if (second instanceof Error) throw second;
    return !decides;
  }

  #ternary(expr: CallExpr): CelValue {
    const [condition, yes, no] = expr.args as [Expr, Expr, Expr];
    const value = this.run(condition);
    const isAbsent = value === null && this.#isLenient;
    if (typeof value !== 'boolean' && !isAbsent) throw noSuchOverload();
    const chosen = value ? yes : no;
    const result = this.run(chosen);
    // A branch that is a path is taken over as it is: its name costs nothing.
    if (beginsWithName(chosen)) this.cost -= SELECT;
    return result;
  }

  #notStrictlyFalse(arg: Expr): boolean {
    this.#pay(1);
    try {
      return this.run(arg) !== false;
    } catch (error) {
      if (error instanceof CelCostError || !(error instanceof CelEvaluationError)) throw error;
      return true;
    }
  }

  #index(expr: CallExpr): CelValue {
    const [operand, index] = expr.args as [Expr, Expr];
    const [value, at] = [this.run(operand), this.run(index)];
    this.#payStep(operand);
    if (value instanceof Optional) return optionalStep(value, (inner) => elementOf(inner, at));
    const found = elementOf(value, at);
    if (found !== undefined) return found;
    if (this.#isLenient) return null;
    if (Array.isArray(value)) throw new CelEvaluationError(`index out of bounds: ${showKey(at)}`);
    throw new CelEvaluationError(`no such key: ${showKey(at)}`);
  }

  #optionalIndex(expr: CallExpr): CelValue {
    const [operand, index] = expr.args as [Expr, Expr];
    const value = this.run(operand);
    const at = this.run(index);
    const step = (inner: CelValue): CelValue | undefined =>
      expr.name === '_?._' ? fieldOf(inner, at as string) : elementOf(inner, at);
    const found = value instanceof Optional ? optionalStep(value, step) : new Optional(step(value));
    if (found.value !== undefined) this.#payStep(operand);
    return found;
  }

  #orElse(expr: CallExpr): CelValue {
    const value = this.run(expr.target!);
    if (!(value instanceof Optional)) throw new CelEvaluationError(`no such overload: ${expr.name}`);
    if (value.value !== undefined) return expr.name === 'or' ? value : value.value;
    return this.run(expr.args[0]!);
  }

  list(expr: ExprOf<'list'>): CelValue {
    const items: CelValue[] = [];
    for (const [at, item] of expr.items.entries()) {
      const value = this.run(item);
      if (!expr.optional.has(at)) items.push(value);
      else if (!(value instanceof Optional)) throw noSuchOverload();
      else if (value.value !== undefined) items.push(value.value);
    }
    if (!isConstant(expr)) this.#pay(LIST);
    return items;
  }

  map(expr: ExprOf<'map'>): CelValue {
    const entries: [CelValue, CelValue][] = [];
    for (const { key, value, optional } of expr.entries) {
      const name = this.run(key);
      const given = this.run(value);
      if (!optional) entries.push([name, given]);
      else if (!(given instanceof Optional)) throw noSuchOverload();
      else if (given.value !== undefined) entries.push([name, given.value]);
    }
    if (!isConstant(expr)) this.#pay(MAP);
    return MapValue.of(entries);
  }

  struct(expr: ExprOf<'struct'>): CelValue {
    const type = this.#checked.types.get(expr)!;
    if (type.kind !== 'object') throw new CelEvaluationError(`unknown type '${expr.name}'`);
    const raw: Record<string, unknown> = {};
    for (const { name, value, optional } of expr.fields) {
      const given = this.run(value);
      const field = type.field(name)!;
      if (!optional) raw[field.key] = new Native(given);
      else if (given instanceof Optional && given.value !== undefined) raw[field.key] = new Native(given.value);
    }
    this.#pay(STRUCT);
    return new ObjectValue(type, raw, fromJson);
  }

  fold(expr: ExprOf<'fold'>): CelValue {
    const range = this.run(expr.range);
    const pairs = range === null && this.#isLenient ? [] : rangeOf(range, expr.iterVar2 !== undefined);
    const outer = this.#frame;
    const isBinding = expr.accuVar !== ACCUMULATOR;
    const initial = this.run(expr.init);
    const accumulator: Frame = { name: expr.accuVar, value: isBinding ? initial : Accumulator.start(initial), outer };
    for (const [first, second] of pairs) {
      let frame: Frame = { name: expr.iterVar, value: first, outer: accumulator };
      if (expr.iterVar2 !== undefined) frame = { name: expr.iterVar2, value: second!, outer: frame };
      this.#frame = frame;
      if (!isTrue(expr.condition) && this.run(expr.condition) !== true) break;
      accumulator.value = this.#step(expr.step);
    }
    this.#frame = accumulator;
    const failed = accumulator.value;
    if (failed instanceof Failed) {
      this.#frame = outer;
      throw failed.error;
    }
    const result = this.run(expr.result);
    this.#frame = outer;
    return Accumulator.finish(result);
  }

  /** A step that fails may still be overruled by a later one: `[0, 1].exists(x, 1 / x == 1)`. */
  #step(step: Expr): CelValue {
    const frame = this.#frame;
    if (step.kind !== 'call' || (step.name !== '_&&_' && step.name !== '_||_')) return this.run(step);
    try {
      return this.run(step);
    } catch (error) {
      if (error instanceof CelCostError || !(error instanceof CelEvaluationError)) throw error;
      this.#frame = frame;
      return new Failed(error);
    }
  }
}

/** An accumulator that is an error until a later step decides. */
class Failed extends Opaque {
  readonly typeName = 'error';
  readonly error: CelEvaluationError;
  constructor(error: CelEvaluationError) {
    super();
    this.error = error;
  }
  equals(): boolean {
    return false;
  }
}

const isStep = (expr: Expr): expr is CallExpr => expr.kind === 'call' && /^_(\[\??_\]|\?\._)$/.test(expr.name);

const isTernary = (expr: Expr): boolean => expr.kind === 'call' && expr.name === '_?_:_';

function beginsWithName(expr: Expr): boolean {
  if (expr.kind === 'ident') return typeNamed(expr.name) === undefined;
  if (expr.kind === 'select') return !expr.testOnly && beginsWithName(expr.operand);
  return isStep(expr) && beginsWithName(expr.args[0]!);
}

const CONVERSIONS = new Set(['bool', 'bytes', 'double', 'duration', 'int', 'string', 'timestamp', 'uint', 'type']);

/** Conversions of constants, and lists of constants that something is looked for in, are made before. */
function isPrepared({ name, target, args }: CallExpr): boolean {
  if (name === '@in') return args[1]!.kind === 'list' && isConstant(args[1]!);
  return !target && args.length === 1 && CONVERSIONS.has(name) && isConstant(args[0]!);
}

const isTrue = (expr: Expr): boolean => expr.kind === 'literal' && expr.value === true;

function isConstant(expr: Expr): boolean {
  if (expr.kind === 'literal') return true;
  if (expr.kind === 'list') return expr.optional.size === 0 && expr.items.every(isConstant);
  if (expr.kind !== 'map') return false;
  return expr.entries.every(({ key, value, optional }) => !optional && isConstant(key) && isConstant(value));
}

function showKey(key: CelValue): string {
  return key instanceof Uint ? `${key.value}` : String(key);
}

function rangeOf(range: CelValue, hasTwo: boolean): Iterable<readonly [CelValue, CelValue?]> {
  if (Array.isArray(range)) return range.map((item, at) => (hasTwo ? [BigInt(at), item] : [item]));
  if (range instanceof MapValue) return hasTwo ? range.entries() : range.keys().map((key) => [key]);
  throw new CelEvaluationError(`got '${typeNameOf(range)}', expected iterable type`);
}

const optionalStep = (value: Optional, step: (inner: CelValue) => CelValue | undefined): Optional =>
  value.value === undefined ? Optional.none : new Optional(step(value.value));

function fieldOf(value: CelValue, name: string): CelValue | undefined {
  if (value instanceof ObjectValue) return value.get(name);
  if (value instanceof MapValue) return value.get(name);
  if (Array.isArray(value)) throw new CelEvaluationError(`unsupported index type 'string' in list`);
  return undefined;
}

function isThere(value: CelValue, name: string): boolean {
  return (value instanceof ObjectValue || value instanceof MapValue) && value.has(name);
}

function elementOf(value: CelValue, index: CelValue): CelValue | undefined {
  if (value instanceof MapValue) return value.get(index);
  if (value instanceof ObjectValue && typeof index === 'string') return value.get(index);
  if (!Array.isArray(value)) return undefined;
  const at = numeric(index);
  if (typeof at === 'number' && !Number.isInteger(at)) {
    throw new CelEvaluationError(`unsupported index value ${at} in list`);
  }
  if (at === undefined) {
    throw new CelEvaluationError(`unsupported index type '${typeNameOf(index)}' in list`);
  }
  return value[Number(at)] as CelValue | undefined;
}

function dispatch({ overloads, name }: Resolution, args: CelValue[]): { overload: Overload; value: CelValue } {
  for (const arg of args) if (arg instanceof Failed) throw arg.error;
  for (const overload of overloads) {
    if (overload.args.every((type, at) => isOfType(args[at]!, type))) return { overload, value: overload.run(...args) };
  }
  const isConversion = CONVERSIONS.has(name) && args.length === 1;
  if (isConversion) throw new CelEvaluationError(`no such overload: ${name}(${typeNameOf(args[0]!)})`);
  throw new CelEvaluationError(args[0] === null ? `no such overload: ${name}` : 'no such overload');
}

/**
 * What a function makes of something that is not there: it is equal to null alone, neither more nor less than
 * anything, in no list and has no size; a question about it is answered by no, and whatever else is made of it is
 * not there either.
 */
function ofNothing(resolution: Resolution, args: CelValue[]): CelValue {
  const { name, overloads } = resolution;
  if (name === '_==_' || name === '_!=_') return dispatch(resolution, args).value;
  if (name === '!_') return true;
  if (name === 'size') return 0n;
  return overloads[0]?.result.kind === 'bool' ? false : null;
}

/** The kind of a value; what is inside of lists and maps is not looked at, as in cel-go. */
function isOfType(value: CelValue, type: CelType): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'any':
    case 'parameter':
      return true;
    case 'null':
      return value === null;
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'bigint';
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'uint':
      return value instanceof Uint;
    case 'bytes':
      return value instanceof Uint8Array;
    case 'timestamp':
      return value instanceof Timestamp;
    case 'duration':
      return value instanceof Duration;
    case 'list':
      return Array.isArray(value);
    case 'map':
      return value instanceof MapValue;
    case 'type':
      return value instanceof TypeValue;
    case 'opaque':
      return value instanceof Opaque && value.typeName === type.name;
    default:
      return value instanceof ObjectValue && value.type.name === formatType(type);
  }
}

/** Library values are compared at once, whatever their size. */
function callCost(name: string, overload: Overload, args: CelValue[], value: CelValue): number {
  if (name === '_==_' && args[0] instanceof Opaque && !(args[0] instanceof Optional)) return 1;
  return overload.cost(args, value);
}
