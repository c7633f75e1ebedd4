import { byBytes } from '../go-value.ts';
import { GoNumber, TemplateError } from './nodes.ts';
import { formatText } from './printf.ts';
import { amount, isMap, nestedText, typeName, unboxed } from './values.ts';

type Kind = 'bool' | 'int' | 'float' | 'string' | 'uint' | 'other';

/** Go compares values of one kind, whatever their width. */
function kindOf(value: unknown): Kind {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (value instanceof GoNumber) return value.kind === 'float64' ? 'float' : value.kind === 'uint8' ? 'uint' : 'int';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return typeof value === 'bigint' ? 'int' : 'other';
}

const isWhole = (kind: Kind) => kind === 'int' || kind === 'uint';

/** `eq`: whether the first is one of the others. @throws TemplateError for values that cannot be compared */
export function equals(given: unknown, others: readonly unknown[]): boolean {
  if (others.length === 0) throw new TemplateError('missing argument for comparison');
  const first = unboxed(given);
  return others.some((other) => equal(first, unboxed(other)));
}

function equal(a: unknown, b: unknown): boolean {
  const [one, other] = [kindOf(a), kindOf(b)];
  if (one === 'other' && other === 'other') return equalObjects(a, b);
  if (one !== other && !(isWhole(one) && isWhole(other))) {
    if (a === undefined || b === undefined) return false;
    throw incompatible();
  }
  return isWhole(one) || one === 'float' ? compareOrdered(a, b) === 0 : a === b;
}

/** Maps and lists are equal to nothing; nothing is equal to nothing. */
function equalObjects(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return a === b;
  const text = (value: unknown) => formatText('%s', [value]);
  if (isMap(a) !== isMap(b)) {
    const types = [typeName(a), typeName(b)] as const;
    throw new TemplateError(`non-comparable types ${text(a)}: ${types[0]}, ${types[1]}: ${nestedText(b)}`);
  }
  throw new TemplateError(`non-comparable type ${text(b)}: ${typeName(b)}`);
}

function incompatible(): TemplateError {
  return new TemplateError('incompatible types for comparison');
}

/** True where the two have an order. @throws TemplateError where they have none */
export function ordered(first: unknown, second: unknown): true {
  const [a, b] = [unboxed(first), unboxed(second)];
  const [one, other] = [kindOf(a), kindOf(b)];
  if (one === 'other' || other === 'other') throw new TemplateError('invalid type for comparison');
  if (one !== other && !(isWhole(one) && isWhole(other))) throw incompatible();
  if (one === 'bool') throw new TemplateError('invalid type for comparison');
  return true;
}

/** Below 0, 0 or above, of two values that have an order. */
export function compareOrdered(first: unknown, second: unknown): number {
  const [a, b] = [unboxed(first), unboxed(second)];
  if (typeof a === 'string') return byBytes(a, b as string);
  const [left, right] = [amount(a) ?? 0, amount(b) ?? 0];
  return left < right ? -1 : left > right ? 1 : 0;
}
