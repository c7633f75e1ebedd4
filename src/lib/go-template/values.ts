import { TemplateError } from './nodes.ts';

type Fields = Record<string, unknown>;

/** A JSON object: what Go decodes into a map. */
export function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** text/template's truth: not the zero value of its type, and not empty. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isMap(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/** A value as an action prints it; what is missing is `<no value>`. */
export function valueText(value: unknown): string {
  return value === undefined || value === null ? '<no value>' : nestedText(value);
}

/** Go's `%v`: `[a b]`, `map[a:1 b:2]` with sorted keys, `<nil>`. */
export function nestedText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(nestedText).join(' ')}]`;
  if (!isMap(value)) return String(value);
  const keys = Object.keys(value).sort();
  return `map[${keys.map((key) => `${key}:${nestedText(value[key])}`).join(' ')}]`;
}

/** The type of a value in the words of Go, for messages. */
export function typeName(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (value === null || value === undefined) return 'nil';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}

/** `eq`, and the base of `lt`: -1, 0 or 1. @throws TemplateError for values of different kinds */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a !== typeof b || !['string', 'number', 'boolean'].includes(typeof a)) {
    throw new TemplateError('incompatible types for comparison');
  }
  if (a === b) return 0;
  return (a as string) < (b as string) ? -1 : 1;
}
