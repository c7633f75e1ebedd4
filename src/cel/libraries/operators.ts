import { CelEvaluationError } from '../errors.ts';
import { Library } from '../functions.ts';
import { Uint } from '../syntax.ts';
import { durationOf, timestampAt } from '../times.ts';
import {
  type CelValue,
  celCompare,
  celEqual,
  type Duration,
  listKey,
  type MapValue,
  markUnordered,
  noSuchOverload,
  type Timestamp,
  unorderedBy,
} from '../values.ts';
import { Accumulator, insert } from './accumulators.ts';
import { both, elements, shorter } from './costs.ts';

/** Operators are functions with names of their own (cel-spec, doc/langdef.md#list-of-standard-definitions). */
export const operators = new Library();

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;

export function int(value: bigint): bigint {
  if (value < MIN_INT || value > MAX_INT) throw new CelEvaluationError('integer overflow');
  return value;
}

export function uint(value: bigint): Uint {
  if (value < 0n || value > MAX_UINT) throw new CelEvaluationError('unsigned integer overflow');
  return new Uint(value);
}

type Arithmetic = (a: bigint, b: bigint) => bigint;

const divide: Arithmetic = (a, b) => {
  if (b === 0n) throw new CelEvaluationError('division by zero');
  return a / b;
};
const modulo: Arithmetic = (a, b) => {
  if (b === 0n) throw new CelEvaluationError('modulus by zero');
  return a % b;
};

const arithmetic: [string, Arithmetic, ((a: number, b: number) => number)?][] = [
  ['_+_', (a, b) => a + b, (a, b) => a + b],
  ['_-_', (a, b) => a - b, (a, b) => a - b],
  ['_*_', (a, b) => a * b, (a, b) => a * b],
  ['_/_', divide, (a, b) => a / b],
  ['_%_', modulo],
];
for (const [name, whole, real] of arithmetic) {
  operators.global(name, 'int, int', 'int', (a: bigint, b: bigint) => int(whole(a, b)));
  operators.global(name, 'uint, uint', 'uint', (a: Uint, b: Uint) => uint(whole(a.value, b.value)));
  if (real) operators.global(name, 'double, double', 'double', real);
}

type Time = Timestamp;
operators
  .global('_+_', 'string, string', 'string', (a: string, b: string) => a + b, both)
  .global('_+_', 'bytes, bytes', 'bytes', (a: Uint8Array, b: Uint8Array) => Buffer.concat([a, b]), both)
  .global('_+_', 'list(A), list(A)', 'list(A)', addLists)
  .global('_+_', 'duration, duration', 'duration', (a: Duration, b: Duration) => durationOf(a.nanos + b.nanos))
  .global('_+_', 'duration, timestamp', 'timestamp', (a: Duration, b: Time) => timestampAt(a.nanos + b.nanos))
  .global('_+_', 'timestamp, duration', 'timestamp', (a: Time, b: Duration) => timestampAt(a.nanos + b.nanos))
  .global('_-_', 'duration, duration', 'duration', (a: Duration, b: Duration) => durationOf(a.nanos - b.nanos))
  .global('_-_', 'timestamp, duration', 'timestamp', (a: Time, b: Duration) => timestampAt(a.nanos - b.nanos))
  .global('_-_', 'timestamp, timestamp', 'duration', (a: Time, b: Time) => durationOf(a.nanos - b.nanos))
  .global('!_', 'bool', 'bool', (a: boolean) => !a)
  .global('-_', 'int', 'int', (a: bigint) => int(-a))
  .global('-_', 'double', 'double', (a: number) => -a)
  .global('_==_', 'A, A', 'bool', celEqual, shorter)
  .global('_!=_', 'A, A', 'bool', (a: CelValue, b: CelValue) => !celEqual(a, b), shorter)
  .global('@in', 'A, list(A)', 'bool', (a: CelValue, all: CelValue[]) => all.some((b) => celEqual(a, b)), elements)
  .global('@in', 'A, map(A, B)', 'bool', (a: CelValue, all: MapValue) => all.has(a))
  .global('cel.@mapInsert', 'map(K, V), K, V', 'map(K, V)', insert)
  .global('cel.@mapInsert', 'map(K, V), map(K, V)', 'map(K, V)', (all: MapValue, more: MapValue) =>
    more.entries().reduce((map, [key, value]) => insert(map, key, value), all),
  );

/** Lists of type set and map are merged instead (Kubernetes, CEL in CRDs: list types). */
function addLists(a: CelValue[], b: CelValue[]): CelValue[] {
  if (a instanceof Accumulator) {
    a.push(...b);
    return a;
  }
  const by = unorderedBy(a);
  if (!by) return [...a, ...b];
  if (by === 'set') return markUnordered([...a, ...b.filter((item) => !a.some((one) => celEqual(one, item)))], by);
  const merged = new Map(a.map((item) => [listKey(item, by), item]));
  for (const item of b) merged.set(listKey(item, by), item);
  return markUnordered([...merged.values()], by);
}

const orders: [string, (sign: number) => boolean][] = [
  ['_<_', (sign) => sign < 0],
  ['_<=_', (sign) => sign <= 0],
  ['_>_', (sign) => sign > 0],
  ['_>=_', (sign) => sign >= 0],
];
const NUMBERS = ['int', 'uint', 'double'];
for (const [name, holds] of orders) {
  const compare = (a: CelValue, b: CelValue): boolean => {
    const sign = celCompare(a, b);
    if (sign === undefined) throw noSuchOverload();
    return holds(sign);
  };
  for (const type of ['bool', 'timestamp', 'duration']) operators.global(name, `${type}, ${type}`, 'bool', compare);
  for (const type of ['string', 'bytes']) operators.global(name, `${type}, ${type}`, 'bool', compare, shorter);
  for (const a of NUMBERS) for (const b of NUMBERS) operators.global(name, `${a}, ${b}`, 'bool', compare);
}

// What the interpreter does itself; here for their types.
const never = (): never => {
  throw noSuchOverload();
};
operators
  .global('_&&_', 'bool, bool', 'bool', never)
  .global('_||_', 'bool, bool', 'bool', never)
  .global('_?_:_', 'bool, A, A', 'A', never)
  .global('@not_strictly_false', 'bool', 'bool', never)
  .global('_[_]', 'list(A), int', 'A', never)
  .global('_[_]', 'map(A, B), A', 'B', never)
  .global('_[_]', 'optional(list(A)), int', 'optional(A)', never)
  .global('_[_]', 'optional(map(A, B)), A', 'optional(B)', never)
  .global('_[?_]', 'list(A), int', 'optional(A)', never)
  .global('_[?_]', 'optional(list(A)), int', 'optional(A)', never)
  .global('_[?_]', 'map(A, B), A', 'optional(B)', never)
  .global('_[?_]', 'optional(map(A, B)), A', 'optional(B)', never);
