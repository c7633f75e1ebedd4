import { KctlError } from '../../lib/errors.ts';
import { compileJsonPath, relaxedJsonPath } from '../../lib/jsonpath.ts';
import { compareQuantities, parseQuantity } from '../../lib/quantity.ts';

/**
 * Sorts by the value a JSONPath finds in each item's object, as `--sort-by` does: numbers by size,
 * quantities by amount, text with the numbers in it by size; items without the field come first.
 * @param objectOf the object of an item: a table row carries it, an object is it
 * @throws KctlError where no object has the field
 */
export function sortByPath<T>(items: readonly T[], expression: string, objectOf: (item: T) => unknown): T[] {
  const path = compileJsonPath(relaxedJsonPath(expression));
  const keyed = items.map((item) => ({ item, key: path.find(objectOf(item))[0] }));
  if (items.length > 0 && keyed.every(({ key }) => key === undefined)) {
    throw new KctlError(
      'usage',
      `couldn't find any field with path "${relaxedJsonPath(expression)}" in the list of objects`,
    );
  }
  return keyed.sort((a, b) => compareValues(a.key, b.key)).map(({ item }) => item);
}

/** -1, 0 or 1. Missing values are smallest. */
export function compareValues(a: unknown, b: unknown): number {
  if (a === undefined || a === null) return b === undefined || b === null ? 0 : -1;
  if (b === undefined || b === null) return 1;
  if (typeof a === 'number' && typeof b === 'number') return Math.sign(a - b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  const [left, right] = [String(a), String(b)];
  const amounts = [quantity(left), quantity(right)];
  if (amounts[0] !== undefined && amounts[1] !== undefined) return compareQuantities(amounts[0], amounts[1]);
  return compareNaturally(left, right);
}

function quantity(text: string) {
  if (!/^[+-]?[\d.]/.test(text)) return undefined;
  try {
    return parseQuantity(text);
  } catch {
    return undefined;
  }
}

/** Text order in which runs of digits count as numbers: `pod-9` before `pod-10`. */
export function compareNaturally(a: string, b: string): number {
  const chunks = /\d+|\D+/g;
  const left = a.match(chunks) ?? [];
  const right = b.match(chunks) ?? [];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [one, other] = [left[at]!, right[at]!];
    if (one === other) continue;
    if (/^\d/.test(one) && /^\d/.test(other)) {
      const difference = BigInt(one) - BigInt(other);
      if (difference !== 0n) return difference < 0n ? -1 : 1;
      return one.length - other.length;
    }
    return one < other ? -1 : 1;
  }
  return left.length - right.length;
}
