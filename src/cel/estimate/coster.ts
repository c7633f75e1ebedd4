import type { Resolution } from '../checker.ts';
import { ACCUMULATOR } from '../macros.ts';
import type { SizedNode } from '../schema-sizes.ts';
import { type CallExpr, type Expr, type ExprOf, type FoldExpr, Uint, type Visitor, visit } from '../syntax.ts';
import { type CelType, isOptional } from '../types.ts';
import { libraryCall } from './calls.ts';
import type { CallEstimate, CostNode } from './node.ts';
import { ENDLESS, exactly, plus, type Range, times, UNKNOWN, union } from './ranges.ts';
import { standardCall } from './standard-calls.ts';

/** What is to be estimated: a compiled expression. */
export interface Estimated {
  expr: Expr;
  types: ReadonlyMap<Expr, CelType>;
  calls: ReadonlyMap<CallExpr, Resolution>;
}

/** Sizes of what a list or a map holds. */
interface Entries {
  isList: boolean;
  key: Range;
  value: Range;
}

interface Local {
  path: readonly string[];
  size?: Range | undefined;
  entries?: Entries | undefined;
}

const ZERO = exactly(0);
const ONE = exactly(1);
const COSTS = { list: exactly(10), map: exactly(30), struct: exactly(40) };

/**
 * The most that an expression may cost over values of `root`'s size (cel-go 0.26, checker/cost.go, with
 * tests of presence for nothing, as in Kubernetes).
 * @param variable the one that `root` tells the size of; without it, whichever an expression names
 */
export const estimateCost = (expression: Estimated, root: SizedNode, variable?: string): number =>
  new Coster(expression, root, variable).cost(expression.expr).max;

class Coster implements Visitor<Range> {
  readonly #types: Estimated['types'];
  readonly #calls: Estimated['calls'];
  readonly #root: SizedNode;
  readonly #variable: string | undefined;
  readonly #paths = new Map<Expr, readonly string[]>();
  readonly #sizes = new Map<Expr, Range>();
  readonly #entries = new Map<Expr, Entries>();
  readonly #locals = new Map<string, Local[]>();

  constructor({ types, calls }: Estimated, root: SizedNode, variable: string | undefined) {
    this.#variable = variable;
    this.#types = types;
    this.#calls = calls;
    this.#root = root;
  }

  cost(expr: Expr): Range {
    return visit(expr, this);
  }

  literal(): Range {
    return ZERO;
  }

  ident(expr: ExprOf<'ident'>): Range {
    this.#paths.set(expr, this.#local(expr.name)?.path ?? [expr.name]);
    return ONE;
  }

  struct(expr: ExprOf<'struct'>): Range {
    return expr.fields.reduce((sum, { value }) => plus(sum, this.cost(value)), COSTS.struct);
  }

  #local(name: string): Local | undefined {
    return this.#locals.get(name)?.at(-1);
  }

  #push(name: string, local: Local): void {
    const known = this.#locals.get(name);
    if (known) known.push(local);
    else this.#locals.set(name, [local]);
  }

  select(expr: ExprOf<'select'>): Range {
    const operand = this.cost(expr.operand);
    if (expr.testOnly) return operand;
    const kind = this.#types.get(expr.operand)?.kind ?? '';
    this.#paths.set(expr, [...this.#pathOf(expr.operand), expr.field]);
    return ['map', 'object', 'parameter'].includes(kind) ? plus(operand, ONE) : operand;
  }

  call(expr: ExprOf<'call'>): Range {
    const resolution = this.#calls.get(expr);
    if (!resolution) return ZERO;
    const { name, overloads } = resolution;
    if (name === 'dyn') {
      const cost = this.cost(resolution.args[0]!);
      this.#copySizes(expr, resolution.args[0]!);
      return plus(ONE, cost);
    }
    const isMember = overloads[0]?.isMember === true;
    const args = isMember ? resolution.args.slice(1) : resolution.args;
    const costs = args.map((arg) => this.cost(arg));
    const nodes = args.map((arg) => this.#node(arg));
    const own = isMember ? this.cost(resolution.args[0]!) : ZERO;
    const target = isMember ? this.#node(resolution.args[0]!) : undefined;
    let result: CallEstimate | undefined;
    for (const declared of overloads.length ? overloads.map((one) => one.args) : [[]]) {
      const one = this.#estimate(expr, name, declared, target, nodes, costs);
      const size = result?.size && one.size ? union(result.size, one.size) : (one.size ?? result?.size);
      result = { cost: result ? union(result.cost, one.cost) : one.cost, ...(size ? { size } : {}) };
      const indexed = name === '_[_]' ? declared[0]?.kind : undefined;
      if (indexed === 'list' || indexed === 'map') {
        const value = this.#entriesOf(args[0]!)?.value;
        this.#paths.set(expr, [...this.#pathOf(args[0]!), indexed === 'list' ? '@items' : '@values']);
        result = { cost: result.cost, ...(value ? { size: value } : {}) };
      }
      const known = result.size ?? this.#sizeOf(expr);
      if (known) result = { ...result, size: known };
    }
    if (result?.size) this.#sizes.set(expr, result.size);
    return plus(own, result!.cost);
  }

  #estimate(
    expr: CallExpr,
    name: string,
    declared: readonly CelType[],
    target: CostNode | undefined,
    args: readonly CostNode[],
    costs: readonly Range[],
  ): CallEstimate {
    if (name === '_&&_' || name === '_||_') {
      const [left, right] = costs as [Range, Range];
      return { cost: { min: left.min, max: plus(left, right).max } };
    }
    if (name === '_?_:_') return this.#conditional(expr, args, costs);
    const call = { name, target, args, declared, sizeOf: (node: CostNode) => this.#sizeOfNode(node) };
    const { cost, size } = libraryCall(call) ?? standardCall(call);
    if (name === '_+_') this.#join(expr, args);
    return { cost: costs.reduce(plus, cost), ...(size ? { size } : {}) };
  }

  #conditional(expr: CallExpr, [, yes, no]: readonly CostNode[], costs: readonly Range[]): CallEstimate {
    const size = union(this.#sizeOfNode(yes!), this.#sizeOfNode(no!));
    this.#join(expr, [yes!, no!]);
    return { cost: plus(costs[0]!, union(costs[1]!, costs[2]!)), size };
  }

  #join(expr: Expr, [a, b]: readonly CostNode[]): void {
    const [left, right] = [this.#entriesOf(a!.expr!), this.#entriesOf(b!.expr!)];
    if (!left || !right) return;
    this.#entries.set(expr, { ...left, key: union(left.key, right.key), value: union(left.value, right.value) });
  }

  list(expr: ExprOf<'list'>): Range {
    const cost = expr.items.reduce((sum, item) => plus(sum, this.cost(item)), COSTS.list);
    this.#entries.set(expr, { isList: true, key: ONE, value: this.#spread(expr.items) });
    return cost;
  }

  map(expr: ExprOf<'map'>): Range {
    let cost = COSTS.map;
    for (const { key, value } of expr.entries) cost = plus(plus(cost, this.cost(key)), this.cost(value));
    const key = this.#spread(expr.entries.map((entry) => entry.key));
    const value = this.#spread(expr.entries.map((entry) => entry.value));
    this.#entries.set(expr, { isList: false, key, value });
    return cost;
  }

  #spread(parts: readonly Expr[]): Range {
    if (parts.length === 0) return ZERO;
    return parts.map((part) => this.#sizeOf(part) ?? UNKNOWN).reduce(union, { min: ENDLESS, max: 0 });
  }

  fold(expr: ExprOf<'fold'>): Range {
    if (isBind(expr)) return this.#bind(expr);
    let sum = plus(this.cost(expr.range), this.cost(expr.init));
    this.#push(expr.accuVar, {
      path: this.#pathOf(expr.init),
      size: this.#sizeOf(expr.init),
      entries: this.#entriesOf(expr.init),
    });
    const names = this.#pushIterated(expr);
    const each = plus(this.cost(expr.step), this.cost(expr.condition));
    for (const name of names) this.#locals.get(name)!.pop();
    sum = plus(sum, this.cost(expr.result));
    this.#locals.get(expr.accuVar)!.pop();
    const count = this.#sizeOf(expr.range) ?? UNKNOWN;
    if (expr.init.kind === 'literal') this.#setSize(expr, this.#sizeOf(expr.init));
    else if (expr.init.kind === 'list' || expr.init.kind === 'map') {
      this.#setSize(expr, count);
      const entries = this.#entriesOf(expr.step);
      if (entries) this.#entries.set(expr, entries);
    }
    return plus(sum, times(count, each));
  }

  #pushIterated({ range, iterVar, iterVar2 }: FoldExpr): string[] {
    const entries = this.#entriesOf(range);
    const isList = entries ? entries.isList : this.#types.get(range)?.kind === 'list';
    const path = this.#pathOf(range);
    const key = { path: [...path, iterVar2 !== undefined && isList ? '@indices' : '@keys'], size: entries?.key };
    const value = { path: [...path, isList ? '@items' : '@values'], size: entries?.value };
    if (iterVar2 === undefined) {
      this.#push(iterVar, isList ? value : key);
      return [iterVar];
    }
    this.#push(iterVar, key);
    this.#push(iterVar2, value);
    return [iterVar, iterVar2];
  }

  #bind(expr: FoldExpr): Range {
    let sum = plus(this.cost(expr.range), this.cost(expr.init));
    const { init, accuVar } = expr;
    this.#push(accuVar, { path: this.#pathOf(init), size: this.#sizeOf(init), entries: this.#entriesOf(init) });
    sum = plus(sum, this.cost(expr.result));
    this.#locals.get(accuVar)!.pop();
    this.#copySizes(expr, expr.result);
    return sum;
  }

  #node(expr: Expr): CostNode {
    const path = this.#pathOf(expr);
    const size = this.#sizeOf(expr);
    const type = this.#types.get(expr) ?? { kind: 'dyn' };
    const isKnown = path.length > 0 && path[0] !== ACCUMULATOR;
    return { type, expr, ...(isKnown ? { path } : {}), ...(size ? { size } : {}) };
  }

  #pathOf(expr: Expr): readonly string[] {
    const local = expr.kind === 'ident' ? this.#local(expr.name) : undefined;
    return local?.path ?? this.#paths.get(expr) ?? [];
  }

  #setSize(expr: Expr, size: Range | undefined): void {
    if (size) this.#sizes.set(expr, size);
  }

  #copySizes(to: Expr, from: Expr): void {
    this.#setSize(to, this.#sizeOf(from));
    const entries = this.#entriesOf(from);
    if (entries) this.#entries.set(to, entries);
  }

  #entriesOf(expr: Expr): Entries | undefined {
    return this.#entries.get(expr) ?? (expr.kind === 'ident' ? this.#local(expr.name)?.entries : undefined);
  }

  #sizeOf(expr: Expr): Range | undefined {
    const known = this.#sizes.get(expr) ?? writtenSize(expr);
    if (known) return known;
    const declared = this.#declaredSize(this.#pathOf(expr));
    if (declared) {
      this.#sizes.set(expr, declared);
      return declared;
    }
    if (isScalar(this.#types.get(expr))) return ONE;
    return expr.kind === 'ident' ? this.#local(expr.name)?.size : undefined;
  }

  #sizeOfNode({ size, path }: CostNode): Range {
    return size ?? (path && this.#declaredSize(path)) ?? UNKNOWN;
  }

  /** By the schema: where a path leads. */
  #declaredSize(path: readonly string[]): Range | undefined {
    if (path.length === 0 || (this.#variable !== undefined && path[0] !== this.#variable)) return undefined;
    let node: SizedNode | undefined = this.#root;
    for (const name of path.slice(1)) {
      if (name === '@items' || name === '@values') node = node.items;
      else if (name === '@keys') node = node.keys;
      else node = node.fields?.get(name) ?? node.others;
      if (!node) return undefined;
    }
    return { min: 0, max: node.max };
  }
}

const isBind = ({ range, condition, accuVar }: FoldExpr): boolean =>
  range.kind === 'list' &&
  range.items.length === 0 &&
  condition.kind === 'literal' &&
  condition.value === false &&
  accuVar !== '__result__';

/** The size of what is written out. */
function writtenSize(expr: Expr): Range | undefined {
  if (expr.kind === 'list') return exactly(expr.items.length);
  if (expr.kind === 'map') return exactly(expr.entries.length);
  if (expr.kind !== 'literal') return undefined;
  const { value } = expr;
  if (typeof value === 'string') return exactly([...value].length);
  return value instanceof Uint || value === null || typeof value !== 'object' ? ONE : exactly(value.length);
}

const SCALARS = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);

function isScalar(type: CelType | undefined): boolean {
  if (!type) return false;
  return SCALARS.has(type.kind) || (isOptional(type) && isScalar(type.parameters[0]));
}
