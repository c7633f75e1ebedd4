import {
  assignable,
  assignableAll,
  freshen,
  mostGeneral,
  type Substitutions,
  sameType,
  substitute,
} from './assignable.ts';
import type { CelEnvironment } from './contract.ts';
import type { FunctionTable, Overload } from './functions.ts';
import { qualifiedName } from './parser.ts';
import {
  type CallExpr,
  type Expr,
  type ExprOf,
  type FoldExpr,
  type Problem,
  Uint,
  type Visitor,
  visit,
} from './syntax.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  ERROR,
  formatType,
  INT,
  isOptional,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  STRING,
  TIMESTAMP,
  typeOf,
  UINT,
} from './types.ts';

/** What the checker found out about an expression. */
export interface Checked {
  types: ReadonlyMap<Expr, CelType>;
  calls: ReadonlyMap<CallExpr, Resolution>;
  /** Dotted names that are one name. */
  names: ReadonlyMap<Expr, string>;
}

export interface Resolution {
  overloads: readonly Overload[];
  /** What is passed: a name before the dot may belong to the function (`sets.contains`). */
  args: readonly Expr[];
  /** The function's full name. */
  name: string;
}

/** Names of types are values of type `type`. */
const TYPE_NAMES: Readonly<Record<string, CelType>> = {
  bool: BOOL,
  bytes: BYTES,
  double: DOUBLE,
  int: INT,
  string: STRING,
  uint: UINT,
  null_type: NULL,
  list: listOf(DYN),
  map: mapOf(DYN, DYN),
  type: typeOf(),
  optional_type: optionalOf(DYN),
  'google.protobuf.Timestamp': TIMESTAMP,
  'google.protobuf.Duration': DURATION,
  'net.IP': { kind: 'opaque', name: 'net.IP', parameters: [] },
  'net.CIDR': { kind: 'opaque', name: 'net.CIDR', parameters: [] },
  'kubernetes.URL': { kind: 'opaque', name: 'kubernetes.URL', parameters: [] },
  'kubernetes.Quantity': { kind: 'opaque', name: 'kubernetes.Quantity', parameters: [] },
  'kubernetes.Semver': { kind: 'opaque', name: 'kubernetes.Semver', parameters: [] },
  'kubernetes.NamedFormat': { kind: 'opaque', name: 'kubernetes.NamedFormat', parameters: [] },
};

export const typeNamed = (name: string): CelType | undefined =>
  Object.hasOwn(TYPE_NAMES, name) ? TYPE_NAMES[name] : undefined;

/** Finds the type of every part of `expr`; what does not fit goes to `problems`. */
export function check(
  expr: Expr,
  environment: CelEnvironment,
  functions: FunctionTable,
  problems: Problem[],
): Checked & { type: CelType } {
  const checker = new Checker(environment, functions, problems);
  const type = checker.check(expr);
  return { ...checker.found(), type: substitute(checker.known, type, true) };
}

class Checker implements Visitor<CelType> {
  readonly #environment: CelEnvironment;
  readonly #functions: FunctionTable;
  readonly #problems: Problem[];
  readonly #types = new Map<Expr, CelType>();
  readonly #calls = new Map<CallExpr, Resolution>();
  readonly #names = new Map<Expr, string>();
  #scopes: Map<string, CelType>[] = [];
  #fresh = 0;
  known: Substitutions = new Map();

  constructor(environment: CelEnvironment, functions: FunctionTable, problems: Problem[]) {
    this.#environment = environment;
    this.#functions = functions;
    this.#problems = problems;
  }

  found(): Checked {
    const types = new Map([...this.#types].map(([expr, type]) => [expr, substitute(this.known, type, true)]));
    return { types, calls: this.#calls, names: this.#names };
  }

  check(expr: Expr): CelType {
    const type = visit(expr, this);
    this.#types.set(expr, type);
    return type;
  }

  literal(expr: ExprOf<'literal'>): CelType {
    return typeOfLiteral(expr.value);
  }

  ident(expr: ExprOf<'ident'>): CelType {
    return this.#lookup(expr.name) ?? this.#undeclared(expr.pos, expr.name);
  }

  #problem(pos: number, message: string): void {
    // The parts of a macro stand in the tree several times.
    if (this.#problems.some((one) => one.pos === pos && one.message === message)) return;
    this.#problems.push({ pos, message });
  }

  #undeclared(pos: number, name: string): CelType {
    this.#problem(pos, `undeclared reference to '${name}' (in container '')`);
    return ERROR;
  }

  #mismatch(pos: number, expected: CelType, actual: CelType): void {
    const show = (type: CelType): string => formatType(substitute(this.known, type));
    this.#problem(pos, `expected type '${show(expected)}' but found '${show(actual)}'`);
  }

  #lookup(name: string): CelType | undefined {
    for (const scope of this.#scopes) {
      const type = scope.get(name);
      if (type) return type;
    }
    if (Object.hasOwn(this.#environment.variables, name)) return this.#environment.variables[name];
    const type = typeNamed(name) ?? this.#environment.construct?.(name);
    return type && typeOf(type);
  }

  #assign(from: CelType, to: CelType): boolean {
    const copy = new Map(this.known);
    if (!assignable(copy, from, to)) return false;
    this.known = copy;
    return true;
  }

  select(expr: ExprOf<'select'>): CelType {
    const name = qualifiedName(expr);
    const named = name === undefined ? undefined : this.#lookup(name);
    if (named) {
      this.#names.set(expr, name!);
      return named;
    }
    const type = this.#field(expr.pos, expr.operand, expr.field, false);
    return expr.testOnly ? BOOL : substitute(this.known, type);
  }

  #optionalSelect(expr: CallExpr): CelType {
    const [operand, field] = expr.args as [Expr, Expr];
    if (field.kind !== 'literal' || typeof field.value !== 'string') {
      this.#problem(field.pos, 'unsupported optional field selection');
      return ERROR;
    }
    return substitute(this.known, this.#field(expr.pos, operand, field.value, true));
  }

  #field(pos: number, operand: Expr, name: string, optional: boolean): CelType {
    const whole = substitute(this.known, this.check(operand));
    const wrapped = isOptional(whole);
    const type = isOptional(whole) ? whole.parameters[0]! : whole;
    const result = this.#fieldOf(pos, type, name);
    return wrapped || optional ? optionalOf(result) : result;
  }

  #fieldOf(pos: number, type: CelType, name: string): CelType {
    switch (type.kind) {
      case 'map':
        return type.values;
      case 'object': {
        const field = type.field(name);
        if (!field) this.#problem(pos, `undefined field '${name}'`);
        return field?.type ?? ERROR;
      }
      case 'parameter':
        this.#assign(DYN, type);
        return DYN;
      case 'dyn':
      case 'any':
      case 'error':
        return DYN;
      default:
        this.#problem(pos, `type '${formatType(type)}' does not support field selection`);
        return DYN;
    }
  }

  call(expr: ExprOf<'call'>): CelType {
    if (expr.name === '_?._') return this.#optionalSelect(expr);
    for (const arg of expr.args) this.check(arg);
    const { target, name, args } = expr;
    if (!target) {
      const overloads = this.#functions.get(name)?.filter(({ isMember }) => !isMember);
      return this.#functions.has(name)
        ? this.#resolve(expr, name, overloads ?? [], args)
        : this.#undeclared(expr.pos, name);
    }
    const prefix = qualifiedName(target);
    const qualified = `${prefix}.${name}`;
    if (prefix !== undefined && this.#functions.has(qualified)) {
      return this.#resolve(expr, qualified, this.#functions.get(qualified)!, args);
    }
    this.check(target);
    const overloads = this.#functions.get(name);
    if (!overloads) return this.#undeclared(expr.pos, name);
    const members = overloads.filter(({ isMember }) => isMember);
    return this.#resolve(expr, name, members, [target, ...args], true);
  }

  #resolve(
    expr: CallExpr,
    name: string,
    overloads: readonly Overload[],
    args: readonly Expr[],
    isMember = false,
  ): CelType {
    const types = args.map((arg) => this.#types.get(arg)!);
    if (name === '_&&_' || name === '_||_') return this.#logical(expr, args, types);
    const fitting: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of overloads) {
      const names = new Map<string, string>();
      const fresh = (): string => `_var${this.#fresh++}`;
      const expected = overload.args.map((arg) => freshen(arg, names, fresh));
      const copy = new Map(this.known);
      if (!assignableAll(copy, types, expected)) continue;
      this.known = copy;
      fitting.push(overload);
      const own = substitute(copy, freshen(overload.result, names, fresh));
      if (result === undefined) result = own;
      else if (result.kind !== 'dyn' && result.kind !== 'any' && !sameType(own, result)) result = DYN;
    }
    if (result === undefined) {
      this.#noOverload(expr, name, types, isMember);
      return ERROR;
    }
    this.#calls.set(expr, { overloads: fitting, args, name });
    return result;
  }

  #noOverload(expr: CallExpr, name: string, types: readonly CelType[], isMember: boolean): void {
    const shown = types.map((type) => formatType(substitute(this.known, type, true)));
    const [receiver, ...rest] = shown;
    const signature = isMember ? `${receiver}.(${rest.join(', ')})` : `(${shown.join(', ')})`;
    this.#problem(expr.pos, `found no matching overload for '${name}' applied to '${signature}'`);
  }

  #logical(expr: CallExpr, args: readonly Expr[], types: readonly CelType[]): CelType {
    const wrong = args.filter((_, at) => !this.#assign(types[at]!, BOOL));
    for (const arg of wrong) this.#mismatch(arg.pos, BOOL, this.#types.get(arg)!);
    this.#calls.set(expr, { overloads: [], args, name: expr.name });
    return wrong.length ? ERROR : BOOL;
  }

  /** The element type with one more element. */
  #join(before: CelType | undefined, now: CelType): CelType {
    if (!before) return now;
    // What has nothing in common is looked at once the types are known.
    return this.#assign(before, now) ? mostGeneral(before, now) : DYN;
  }

  #unwrapped(expr: Expr, type: CelType): CelType {
    if (isOptional(type)) return type.parameters[0]!;
    if (type.kind !== 'dyn' && type.kind !== 'any') this.#mismatch(expr.pos, optionalOf(type), type);
    return type;
  }

  #freeType(): CelType {
    return { kind: 'parameter', name: `_var${this.#fresh++}` };
  }

  list(expr: ExprOf<'list'>): CelType {
    let items: CelType | undefined;
    for (const [at, item] of expr.items.entries()) {
      const type = this.check(item);
      items = this.#join(items, expr.optional.has(at) ? this.#unwrapped(item, type) : type);
    }
    return listOf(items ?? this.#freeType());
  }

  map(expr: ExprOf<'map'>): CelType {
    let keys: CelType | undefined;
    let values: CelType | undefined;
    for (const { key, value, optional } of expr.entries) {
      keys = this.#join(keys, this.check(key));
      const type = this.check(value);
      values = this.#join(values, optional ? this.#unwrapped(value, type) : type);
    }
    return mapOf(keys ?? this.#freeType(), values ?? this.#freeType());
  }

  struct(expr: ExprOf<'struct'>): CelType {
    const named = this.#lookup(expr.name);
    if (!named) return this.#undeclared(expr.pos, expr.name);
    if (named.kind !== 'type') {
      this.#problem(expr.pos, `'${formatType(named)}' is not a type`);
      return ERROR;
    }
    const type = named.of ?? ERROR;
    if (type.kind !== 'object') {
      this.#problem(expr.pos, `'${formatType(type)}' is not a message type`);
      return ERROR;
    }
    for (const { name, value, optional, pos } of expr.fields) {
      const given = this.check(value);
      const actual = optional ? this.#unwrapped(value, given) : given;
      const field = type.field(name);
      if (!field) this.#problem(pos, `undefined field '${name}'`);
      else if (!this.#assign(field.type, actual)) {
        const shown = `'${formatType(field.type)}' but provided type is '${formatType(substitute(this.known, actual))}'`;
        this.#problem(pos, `expected type of field '${name}' is ${shown}`);
      }
    }
    return type;
  }

  fold(expr: ExprOf<'fold'>): CelType {
    const range = substitute(this.known, this.check(expr.range));
    const accumulator = this.check(expr.init);
    const outer = this.#scopes;
    const [first, second] = this.#iterated(expr, range);
    const inner = new Map([[expr.iterVar, first]]);
    if (expr.iterVar2 !== undefined) inner.set(expr.iterVar2, second);
    this.#scopes = [inner, new Map([[expr.accuVar, accumulator]]), ...outer];
    this.#assert(expr.condition, BOOL);
    this.#assert(expr.step, accumulator);
    this.#scopes = this.#scopes.slice(1);
    const result = this.check(expr.result);
    this.#scopes = outer;
    return substitute(this.known, result);
  }

  #iterated(expr: FoldExpr, range: CelType): [CelType, CelType] {
    const hasTwo = expr.iterVar2 !== undefined;
    if (range.kind === 'list') return hasTwo ? [INT, range.items] : [range.items, ERROR];
    if (range.kind === 'map') return [range.keys, range.values];
    if (range.kind === 'dyn' || range.kind === 'error' || range.kind === 'parameter') {
      this.#assign(DYN, range);
      return [DYN, DYN];
    }
    const shown = formatType(range);
    this.#problem(
      expr.range.pos,
      `expression of type '${shown}' cannot be range of a comprehension (must be list, map, or dynamic)`,
    );
    return [ERROR, ERROR];
  }

  #assert(expr: Expr, expected: CelType): void {
    const actual = this.check(expr);
    if (!this.#assign(expected, actual)) this.#mismatch(expr.pos, expected, actual);
  }
}

function typeOfLiteral(value: unknown): CelType {
  if (value === null) return NULL;
  switch (typeof value) {
    case 'boolean':
      return BOOL;
    case 'bigint':
      return INT;
    case 'number':
      return DOUBLE;
    case 'string':
      return STRING;
    default:
      return value instanceof Uint ? UINT : BYTES;
  }
}
