import type { Causes } from './causes.ts';
import { type NameRule, portName } from './names.ts';

/** An object before it is known to be sound: fields may be anything. */
// biome-ignore lint/suspicious/noExplicitAny: fields of any kind are read here, and checked.
export type Fields = Record<string, any>;

/** Small checks that most kinds need; each reports at `path`. */

export function checkName(causes: Causes, path: string, value: unknown, rule: NameRule): void {
  for (const complaint of rule(String(value))) causes.invalid(path, value, complaint);
}

export function checkRequiredName(causes: Causes, path: string, value: unknown, rule: NameRule): void {
  if (isMissing(value)) causes.required(path);
  else checkName(causes, path, value, rule);
}

export const isMissing = (value: unknown): boolean => value === undefined || value === null || value === '';

export function checkOneOf(causes: Causes, path: string, value: unknown, supported: readonly string[]): void {
  if (value === undefined || value === null) return;
  if (!supported.includes(value as string)) causes.notSupported(path, value, supported);
}

export function checkNotNegative(causes: Causes, path: string, value: unknown): void {
  if (typeof value === 'number' && value < 0) causes.invalid(path, value, 'must be greater than or equal to 0');
}

const portRange = 'must be between 1 and 65535, inclusive';

export function checkPort(causes: Causes, path: string, value: unknown): void {
  if (typeof value !== 'number' || !(value >= 1 && value <= 65535)) causes.invalid(path, value ?? 0, portRange);
}

/** A number, or the name of a port. */
export function checkPortOrName(causes: Causes, path: string, value: unknown): void {
  if (typeof value === 'string') checkName(causes, path, value, portName);
  else checkPort(causes, path, value);
}

/** Reports each item whose `key` was there before; missing keys are another rule's business. */
export function checkUnique(
  causes: Causes,
  path: string,
  items: readonly Fields[],
  key: string,
  seen = new Set<unknown>(),
): void {
  for (const [index, item] of items.entries()) {
    const value = item?.[key];
    if (isMissing(value)) continue;
    if (seen.has(value)) causes.duplicate(`${path}[${index}].${key}`, value);
    seen.add(value);
  }
}

/** `25%` or a count. */
export function checkCountOrPercent(causes: Causes, path: string, value: unknown): void {
  if (typeof value === 'number') checkNotNegative(causes, path, value);
  else if (typeof value === 'string' && !/^[0-9]+%$/.test(value)) {
    causes.invalid(
      path,
      value,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    );
  }
}

/** The list at a field; anything that is no list counts as none. */
export function listAt(fields: Fields | undefined, name: string): Fields[] {
  const value = fields?.[name];
  return Array.isArray(value) ? value : [];
}
