import type { ScalarKind } from '../../api/schema.ts';
import { childrenOf } from '../literals.ts';
import type { CallExpr, Expr, Problem } from '../syntax.ts';
import type { CelType } from '../types.ts';
import type { CelValue } from '../values.ts';
import { type FieldShapes, pathOf, type Scope } from './field-shapes.ts';
import { units, type WhereUnit } from './units.ts';
import type { Vocabulary } from './words.ts';

const ORDER = new Set(['_<_', '_<=_', '_>_', '_>=_']);
const EQUALITY = new Set(['_==_', '_!=_']);
const SUM = new Set(['_+_', '_-_']);
const PRODUCT = new Set(['_*_', '_/_']);

/** Units of fields by how they are declared. */
const unitsOfFields: Partial<Record<ScalarKind, WhereUnit>> = { time: 'time', microTime: 'time', quantity: 'bytes' };

/** Of what a field's text becomes its unit. */
const conversions: Partial<Record<WhereUnit, (field: Expr) => Expr>> = {
  time: (field) => ({ kind: 'call', pos: field.pos, name: 'timestamp', args: [field] }),
  bytes: (field) => ({
    kind: 'call',
    pos: field.pos,
    name: 'asApproximateFloat',
    target: { kind: 'call', pos: field.pos, name: 'quantity', args: [field] },
    args: [],
  }),
};

/** What fields that hold a text, a number or a choice may be compared with. */
const literalKinds: Partial<Record<ScalarKind, { types: readonly string[]; is: string }>> = {
  string: { types: ['string'], is: 'a text' },
  int32: { types: ['bigint', 'number'], is: 'a number' },
  int64: { types: ['bigint', 'number'], is: 'a number' },
  number: { types: ['bigint', 'number'], is: 'a number' },
  boolean: { types: ['boolean'], is: 'true or false' },
  time: { types: ['string'], is: 'a moment ("2026-01-31")' },
  microTime: { types: ['string'], is: 'a moment ("2026-01-31")' },
};

/** Constants under names that no expression can say. */
export type Constants = Map<string, { type: CelType; value: CelValue }>;

/**
 * Brings what people write to what CEL understands: texts beside a word of a unit become that unit
 * (`age > "5d"`), and so do fields of times and amounts; `status == "Pending"` asks for the word of the column.
 * Works in place; what cannot be meant goes to `problems`.
 */
export class Rewriting {
  readonly constants: Constants = new Map();
  readonly #vocabulary: Vocabulary;
  readonly #shapes: FieldShapes;
  readonly #problems: Problem[];

  constructor(vocabulary: Vocabulary, shapes: FieldShapes, problems: Problem[]) {
    this.#vocabulary = vocabulary;
    this.#shapes = shapes;
    this.#problems = problems;
  }

  walk(expr: Expr, scope: Scope = new Map()): void {
    if (expr.kind === 'fold') {
      this.walk(expr.range, scope);
      const inner = new Map(scope).set(expr.iterVar, expr.iterVar2 ? undefined : this.#shapes.items(expr.range, scope));
      if (expr.iterVar2 !== undefined) inner.set(expr.iterVar2, undefined);
      inner.set(expr.accuVar, undefined);
      for (const part of [expr.init, expr.condition, expr.step, expr.result]) this.walk(part, inner);
      return;
    }
    for (const child of childrenOf(expr)) this.walk(child, scope);
    if (expr.kind === 'select') this.#shapes.of(expr, scope);
    if (expr.kind !== 'call' || expr.target || expr.args.length !== 2) return;
    this.#askOfColumn(expr, scope);
    if (ORDER.has(expr.name) || EQUALITY.has(expr.name)) this.#compare(expr, scope);
    else if (SUM.has(expr.name) || PRODUCT.has(expr.name)) this.#reckon(expr, scope);
  }

  /** The status of an object is no text; the column of that name is. */
  #askOfColumn(expr: CallExpr, scope: Scope): void {
    const [left, right] = expr.args as [Expr, Expr];
    const isStatus = (one: Expr): boolean => one.kind === 'ident' && one.name === 'status' && !scope.has('status');
    const isText = (one: Expr): boolean => one.kind === 'literal' && typeof one.value === 'string';
    if (!this.#vocabulary.anyWord('reason')) return;
    const asked = { kind: 'ident', name: 'reason' } as const;
    if (expr.name === '@in' && isStatus(left) && right.kind === 'list') expr.args[0] = { ...asked, pos: left.pos };
    if (!EQUALITY.has(expr.name)) return;
    if (isStatus(left) && isText(right)) expr.args[0] = { ...asked, pos: left.pos };
    if (isText(left) && isStatus(right)) expr.args[1] = { ...asked, pos: right.pos };
  }

  #compare(expr: CallExpr, scope: Scope): void {
    for (const [at, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const literal = expr.args[at]!;
      const side = expr.args[other]!;
      const unit = this.#unitOf(side, scope);
      const fieldUnit = unit ? undefined : this.#unitOfField(side, scope);
      if (fieldUnit && fieldUnit === this.#unitOf(literal, scope)) expr.args[other] = conversions[fieldUnit]!(side);
      if (literal.kind !== 'literal') continue;
      if (unit) expr.args[at] = this.#inUnit(literal, unit);
      else if (fieldUnit && typeof literal.value === 'string' && literal.value !== '') {
        expr.args[at] = this.#inUnit(literal, fieldUnit);
        expr.args[other] = conversions[fieldUnit]!(side);
      } else this.#checkLiteral(side, literal, scope);
    }
  }

  #checkLiteral(side: Expr, literal: Expr & { kind: 'literal' }, scope: Scope): void {
    const shapes = this.#shapes.of(side, scope);
    const kinds = shapes?.map(({ kind }) => literalKinds[kind as ScalarKind]) ?? [];
    const first = kinds[0];
    if (!first || literal.value === null || kinds.some((kind) => kind?.is !== first.is)) return;
    if (first.types.includes(typeof literal.value)) return;
    this.#problems.push({ pos: literal.pos, message: `${pathOf(side)} is ${first.is}` });
  }

  #reckon(expr: CallExpr, scope: Scope): void {
    for (const [at, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const literal = expr.args[at]!;
      if (literal.kind !== 'literal') continue;
      const unit = this.#unitOf(expr.args[other]!, scope);
      if (!unit) continue;
      // What is added to a time is a length of time; what an amount is multiplied with has no unit.
      const isFactor = PRODUCT.has(expr.name) && typeof literal.value === 'bigint';
      if (isFactor) expr.args[at] = { ...literal, value: Number(literal.value) };
      else if (SUM.has(expr.name)) expr.args[at] = this.#inUnit(literal, unit === 'time' ? 'age' : unit);
    }
  }

  #inUnit(literal: Expr & { kind: 'literal' }, unit: WhereUnit): Expr {
    const { value, pos } = literal;
    if (value === null) return literal;
    const { type, form, read } = units[unit];
    if (type.kind === 'double' && typeof value === 'bigint') return { kind: 'literal', pos, value: Number(value) };
    if (type.kind === 'double' && typeof value === 'number') return literal;
    const found = typeof value === 'string' ? read(value) : value === 0n ? read('0') : undefined;
    if (found === undefined) {
      this.#problems.push({ pos, message: `${JSON.stringify(String(value))} is not ${form}` });
      return literal;
    }
    const name = `@${this.constants.size}`;
    this.constants.set(name, { type, value: found });
    return { kind: 'ident', pos, name };
  }

  #unitOf(expr: Expr, scope: Scope): WhereUnit | undefined {
    if (expr.kind === 'ident') return scope.has(expr.name) ? undefined : this.#vocabulary.anyWord(expr.name)?.unit;
    if (expr.kind !== 'call' || expr.target || expr.args.length !== 2) return undefined;
    if (!SUM.has(expr.name) && !PRODUCT.has(expr.name)) return undefined;
    const [left, right] = expr.args.map((arg) => this.#unitOf(arg, scope));
    if (left === 'time' && right === 'time') return 'age';
    return left === 'time' || right === 'time' ? 'time' : (left ?? right);
  }

  #unitOfField(expr: Expr, scope: Scope): WhereUnit | undefined {
    const found = this.#shapes.of(expr, scope)?.map(({ kind }) => unitsOfFields[kind as ScalarKind]);
    return found?.every((unit) => unit === found[0]) ? found[0] : undefined;
  }
}
