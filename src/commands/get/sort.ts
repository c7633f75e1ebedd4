import { KctlError } from '../../lib/errors.ts';
import { compileJsonPath, relaxedJsonPath } from '../../lib/jsonpath.ts';
import { compareQuantities, parseQuantity } from '../../lib/quantity.ts';

/**
 * Sorts by the value a JSONPath finds in each item's object, as `--sort-by` does: numbers by size,
 * quantities by amount, text by its letters; items without the field come first.
 * @param objectOf the object of an item: a table row carries it, an object is it
 * @throws KctlError where no object has the field
 */
export function sortByPath<T>(items: readonly T[], expression: string, objectOf: (item: T) => unknown): T[] {
  const path = compileJsonPath(relaxedJsonPath(expression), { explains: false });
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
function compareValues(a: unknown, b: unknown): number {
  if (a === undefined || a === null) return b === undefined || b === null ? 0 : -1;
  if (b === undefined || b === null) return 1;
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  const [left, right] = [String(a), String(b)];
  const amounts = [quantity(left), quantity(right)];
  if (amounts[0] !== undefined && amounts[1] !== undefined) return compareQuantities(amounts[0], amounts[1]);
  return left < right ? -1 : left > right ? 1 : 0;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function quantity(text: string) {
  if (!/^[+-]?[\d.]/.test(text)) return undefined;
  try {
    return parseQuantity(text);
  } catch {
    return undefined;
  }
}
