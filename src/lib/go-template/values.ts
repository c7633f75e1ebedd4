import { goFloatText, goNumberText } from '../go-number.ts';
import { byBytes, goType } from '../go-value.ts';
import { GoNumber } from './nodes.ts';

type Fields = Record<string, unknown>;

/**
 * A value out of a map or a list, whose static type in Go is `interface {}`: messages name that type, and a null
 * in it is not the same as nothing.
 */
export class Boxed {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** The value itself; a null becomes nothing. */
export function unboxed(value: unknown): unknown {
  return (value instanceof Boxed ? value.value : value) ?? undefined;
}

/** A JSON object: what Go decodes into a map. */
export function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof GoNumber);
}

/** What a number amounts to, whatever its type in Go is. */
export function amount(value: unknown): number | bigint | undefined {
  if (value instanceof GoNumber) return value.value;
  return typeof value === 'number' || typeof value === 'bigint' ? value : undefined;
}

/** text/template's truth: not the zero value of its type, and not empty. */
export function isTrue(given: unknown): boolean {
  const value = unboxed(given);
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof GoNumber) return value.value !== 0;
  return isMap(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/** A value as an action prints it; what is missing is `<no value>`. */
export function valueText(value: unknown): string {
  return unboxed(value) === undefined ? '<no value>' : nestedText(value);
}

/** Go's `%v`: `[a b]`, `map[a:1 b:2]` with sorted keys, `<nil>`. */
export function nestedText(given: unknown): string {
  const value = unboxed(given);
  if (value === undefined) return '<nil>';
  if (value instanceof GoNumber) return value.kind === 'float64' ? goFloatText(value.value) : String(value.value);
  if (typeof value === 'number') return goNumberText(value);
  if (Array.isArray(value)) return `[${value.map(nestedText).join(' ')}]`;
  if (!isMap(value)) return String(value);
  return `map[${sortedKeys(value)
    .map((key) => `${key}:${nestedText(value[key])}`)
    .join(' ')}]`;
}

/** Go's maps are printed and gone over in the order of their keys. */
export function sortedKeys(map: Fields): string[] {
  return Object.keys(map).sort(byBytes);
}

/** The type of a value in the words of Go, for messages. */
export function typeName(given: unknown): string {
  const value = unboxed(given);
  return value instanceof GoNumber ? value.kind : goType(value);
}
