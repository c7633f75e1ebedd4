import { compareQuantities, parseQuantity, Quantity } from '../../lib/quantity.ts';
import { CelEvaluationError } from '../errors.ts';
import { Library } from '../functions.ts';
import { type CelValue, Opaque } from '../values.ts';
import { traversal } from './costs.ts';

/** Amounts (k8s.io/apiserver, pkg/cel/library/quantity.go). */
export const quantities = new Library();

const TYPE = 'kubernetes.Quantity';
const NANO = 1_000_000_000n;

class QuantityValue extends Opaque {
  readonly typeName = TYPE;
  readonly amount: Quantity;
  constructor(amount: Quantity) {
    super();
    this.amount = amount;
  }
  equals(other: CelValue): boolean {
    return other instanceof QuantityValue && other.amount.nano === this.amount.nano;
  }
}

function quantity(text: string): QuantityValue {
  try {
    return new QuantityValue(parseQuantity(text));
  } catch (error) {
    throw new CelEvaluationError(error instanceof Error ? error.message : String(error));
  }
}

function isQuantity(text: string): boolean {
  try {
    parseQuantity(text);
    return true;
  } catch {
    return false;
  }
}

function asInteger({ amount: { nano } }: QuantityValue): bigint {
  const value = nano / NANO;
  if (nano % NANO !== 0n || value >= 2n ** 63n || value < -(2n ** 63n)) {
    throw new CelEvaluationError('cannot convert value to integer');
  }
  return value;
}

function isInteger({ amount: { nano } }: QuantityValue): boolean {
  const value = nano / NANO;
  return nano % NANO === 0n && value < 2n ** 63n && value >= -(2n ** 63n);
}

const plus = ({ amount }: QuantityValue, nano: bigint, format = amount.format): QuantityValue =>
  new QuantityValue(new Quantity(amount.nano + nano, format));

const compare = (a: QuantityValue, b: QuantityValue): number => compareQuantities(a.amount, b.amount);
const two = `${TYPE}, ${TYPE}`;

quantities
  .global('quantity', 'string', TYPE, quantity, traversal())
  .global('isQuantity', 'string', 'bool', isQuantity, traversal())
  .global('sign', TYPE, 'int', (value: QuantityValue) => BigInt(Math.sign(Number(value.amount.nano))))
  .member('isGreaterThan', two, 'bool', (a: QuantityValue, b: QuantityValue) => compare(a, b) > 0)
  .member('isLessThan', two, 'bool', (a: QuantityValue, b: QuantityValue) => compare(a, b) < 0)
  .member('compareTo', two, 'int', (a: QuantityValue, b: QuantityValue) => BigInt(Math.sign(compare(a, b))))
  .member('asApproximateFloat', TYPE, 'double', ({ amount }: QuantityValue) => amount.value)
  .member('asInteger', TYPE, 'int', asInteger)
  .member('isInteger', TYPE, 'bool', isInteger)
  .member('add', two, TYPE, (a: QuantityValue, b: QuantityValue) =>
    plus(a, b.amount.nano, a.amount.nano === 0n ? b.amount.format : a.amount.format),
  )
  .member('add', `${TYPE}, int`, TYPE, (a: QuantityValue, b: bigint) => plus(a, b * NANO))
  .member('sub', two, TYPE, (a: QuantityValue, b: QuantityValue) => plus(a, -b.amount.nano))
  .member('sub', `${TYPE}, int`, TYPE, (a: QuantityValue, b: bigint) => plus(a, -b * NANO));
