import { CelEvaluationError } from '../errors.ts';
import { Library } from '../functions.ts';
import { Uint } from '../syntax.ts';
import { type CelValue, Duration, MapValue, Optional, sizeOf, Timestamp } from '../values.ts';

/** cel-go, cel/library.go, OptionalTypes. */
export const optionals = new Library();

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === '' || value === 0n || value === 0) return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Duration || value instanceof Timestamp) return value.nanos === 0n;
  const isSized = Array.isArray(value) || value instanceof MapValue || value instanceof Uint8Array;
  return isSized && sizeOf(value) === 0;
}

function presentValue({ value }: Optional): CelValue {
  if (value === undefined) throw new CelEvaluationError('optional.none() dereference');
  return value;
}

// The interpreter runs `or` and `orValue` itself, since their argument may not be needed.
const never = (): never => {
  throw new CelEvaluationError('no such overload');
};

const unwrap = (items: Optional[]): CelValue[] => items.filter(({ value }) => value !== undefined).map(presentValue);

optionals
  .global('optional.of', 'A', 'optional(A)', (value: CelValue) => new Optional(value))
  .global('optional.ofNonZeroValue', 'A', 'optional(A)', (value: CelValue) =>
    isZero(value) ? Optional.none : new Optional(value),
  )
  .global('optional.none', '', 'optional(A)', () => Optional.none)
  .member('hasValue', 'optional(A)', 'bool', ({ value }: Optional) => value !== undefined)
  .member('value', 'optional(A)', 'A', presentValue)
  .member('or', 'optional(A), optional(A)', 'optional(A)', never)
  .member('orValue', 'optional(A), A', 'A', never)
  .member('first', 'list(A)', 'optional(A)', (items: CelValue[]) => new Optional(items[0]))
  .member('last', 'list(A)', 'optional(A)', (items: CelValue[]) => new Optional(items.at(-1)))
  .global('optional.unwrap', 'list(optional(A))', 'list(A)', unwrap)
  .member('unwrapOpt', 'list(optional(A))', 'list(A)', unwrap);
