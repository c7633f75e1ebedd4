import { CelEvaluationError } from '../errors.ts';
import { type CallCost, type Implementation, Library } from '../functions.ts';
import { Uint } from '../syntax.ts';
import { durationOf } from '../times.ts';
import { type CelValue, celCompare, celEqual, Duration, noSuchOverload, sizeOf, typeNameOf } from '../values.ts';
import { tree } from './costs.ts';
import { int, uint } from './operators.ts';

/** Kubernetes' own (k8s.io/apiserver, pkg/cel/library/lists.go) and cel-go's, ext/lists.go version 3. */
export const lists = new Library();

const COMPARABLE = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'];

function compare(a: CelValue, b: CelValue): number {
  const sign = celCompare(a, b);
  if (sign === undefined) throw noSuchOverload();
  return sign;
}

const isSorted = (items: CelValue[]): boolean =>
  items.every((item, at) => at === 0 || compare(items[at - 1]!, item) <= 0);

const extreme =
  (name: string, sign: number) =>
  (items: CelValue[]): CelValue => {
    if (items.length === 0) throw new CelEvaluationError(`${name} called on empty list`);
    return items.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best));
  };

for (const type of COMPARABLE) {
  lists
    .member('isSorted', `list(${type})`, 'bool', isSorted, tree)
    .member('max', `list(${type})`, type, extreme('max', 1), tree)
    .member('min', `list(${type})`, type, extreme('min', -1), tree);
}

const sums: Readonly<Record<string, Implementation>> = {
  int: (items: bigint[]) => items.reduce((sum, item) => int(sum + item), 0n),
  uint: (items: Uint[]) => items.reduce((sum, item) => uint(sum.value + item.value), new Uint(0n)),
  double: (items: number[]) => items.reduce((sum, item) => sum + item, 0),
  duration: (items: Duration[]) => items.reduce((sum, item) => durationOf(sum.nanos + item.nanos), new Duration(0n)),
};
for (const [type, sum] of Object.entries(sums)) lists.member('sum', `list(${type})`, type, sum, tree);

lists
  .member(
    'indexOf',
    'list(A), A',
    'int',
    (items: CelValue[], wanted: CelValue) => BigInt(items.findIndex((item) => celEqual(item, wanted))),
    tree,
  )
  .member(
    'lastIndexOf',
    'list(A), A',
    'int',
    (items: CelValue[], wanted: CelValue) => BigInt(items.findLastIndex((item) => celEqual(item, wanted))),
    tree,
  );

function slice(items: CelValue[], start: bigint, end: bigint): CelValue[] {
  const refuse = (why: string): never => {
    throw new CelEvaluationError(`cannot slice(${start}, ${end}), ${why}`);
  };
  if (start < 0n || end < 0n) refuse('negative indexes not supported');
  if (start > end) refuse('start index must be less than or equal to end index');
  if (end > items.length) refuse(`list is length ${items.length}`);
  return items.slice(Number(start), Number(end));
}

function flatten(items: CelValue[], depth: bigint): CelValue[] {
  if (depth < 0n) throw new CelEvaluationError('level must be non-negative');
  return (items as unknown[]).flat(Number(depth)) as CelValue[];
}

/** Elements in the order of their keys; equal ones stay as they are. */
function sortBy(items: readonly CelValue[], keys: readonly CelValue[]): CelValue[] {
  if (keys.length === 0) return [];
  const kind = typeNameOf(keys[0]!);
  if (celCompareSafe(keys[0]!) === undefined) throw new CelEvaluationError('list elements must be comparable');
  if (keys.some((key) => typeNameOf(key) !== kind)) {
    throw new CelEvaluationError('list elements must have the same type');
  }
  const order = items.map((_, at) => at).sort((a, b) => compare(keys[a]!, keys[b]!));
  return order.map((at) => items[at]!);
}

const celCompareSafe = (value: CelValue): number | undefined => celCompare(value, value);

/** A new list, and every element once; each with each for what compares them. */
const LIST = 10;
const made: CallCost = (_args, result) => LIST + sizeOf(result) + 1;
const walked: CallCost = (args) => LIST + sizeOf(args[0]) + 1;
const squared: CallCost = (args) => LIST + 2 * sizeOf(args[0]) ** 2 + 1;

const MOST = 10_000_000n;

function range(end: bigint): CelValue[] {
  if (end > MOST) throw new CelEvaluationError(`lists.range() size exceeds the limit of ${MOST}`);
  return Array.from({ length: Math.max(0, Number(end)) }, (_, at) => BigInt(at));
}

const distinct = (items: CelValue[]): CelValue[] =>
  items.filter((item, at) => items.findIndex((one) => celEqual(one, item)) === at);

lists
  .member('slice', 'list(T), int, int', 'list(T)', slice, made)
  .member('flatten', 'list(list(T))', 'list(T)', (items: CelValue[]) => flatten(items, 1n), walked)
  .member('flatten', 'list(dyn), int', 'list(dyn)', flatten, walked)
  .global('lists.range', 'int', 'list(int)', range, made)
  .member('reverse', 'list(T)', 'list(T)', (items: CelValue[]) => items.toReversed(), made)
  .member('distinct', 'list(T)', 'list(T)', distinct, squared);
for (const type of COMPARABLE) {
  lists
    .member('sort', `list(${type})`, `list(${type})`, (items: CelValue[]) => sortBy(items, items), squared)
    .member('@sortByAssociatedKeys', `list(T), list(${type})`, 'list(T)', sortBy, squared);
}

/** cel-go, ext/sets.go. */
const contains = (all: CelValue[], some: CelValue[]): boolean => some.every((a) => all.some((b) => celEqual(a, b)));
const product = (args: readonly CelValue[]): number =>
  (args[0] as CelValue[]).length * (args[1] as CelValue[]).length + 1;

lists
  .global('sets.contains', 'list(T), list(T)', 'bool', contains, product)
  .global(
    'sets.equivalent',
    'list(T), list(T)',
    'bool',
    (a: CelValue[], b: CelValue[]) => contains(a, b) && contains(b, a),
    (args) => product(args) * 2 - 1,
  )
  .global(
    'sets.intersects',
    'list(T), list(T)',
    'bool',
    (a: CelValue[], b: CelValue[]) => b.some((x) => a.some((y) => celEqual(x, y))),
    product,
  );
