import { compareQuantities, parseQuantity, type Quantity } from '../../lib/quantity.ts';
import type { Causes } from './causes.ts';
import { dnsLabel, dnsSubdomain, labelValue, type NameRule, percent, portName, qualifiedName } from './names.ts';

/** An object before it is known to be sound: fields may be anything. */
// biome-ignore lint/suspicious/noExplicitAny: fields of any kind are read here, and checked.
export type Fields = Record<string, any>;

/** Small checks that most kinds need; each reports at `path`. */

export function checkName(causes: Causes, path: string, value: unknown, rule: NameRule): boolean {
  const complaints = rule(String(value ?? ''));
  for (const complaint of complaints) causes.invalid(path, String(value ?? ''), complaint);
  return complaints.length === 0;
}

export const isMissing = (value: unknown): boolean => value === undefined || value === null || value === '';

/** Missing, or with nothing in it. */
export const isEmpty = (value: unknown): boolean =>
  isMissing(value) ||
  (typeof value === 'object' &&
    (Array.isArray(value) ? value.length === 0 : Object.keys(value as object).length === 0));

/** What a field must not be without. */
export function checkRequired(causes: Causes, path: string, value: unknown, detail?: string): boolean {
  if (!isEmpty(value)) return true;
  causes.required(path, detail);
  return false;
}

/** Nothing is said of a field that is missing. `supported` in alphabetical order, as a set prints itself. */
export function checkOneOf(causes: Causes, path: string, value: unknown, supported: readonly string[]): void {
  if (value === undefined || value === null) return;
  if (!supported.includes(value as string)) causes.notSupported(path, value, supported);
}

/** A word that must be there. */
export function checkWord(causes: Causes, path: string, value: unknown, supported: readonly string[]): void {
  if (isMissing(value)) causes.required(path);
  else if (!supported.includes(value as string)) causes.notSupported(path, value, supported);
}

const negative = 'must be greater than or equal to 0';

export function checkNotNegative(causes: Causes, path: string, value: unknown): void {
  if (typeof value === 'number' && value < 0) causes.invalid(path, value, negative);
}

export function checkPositive(causes: Causes, path: string, value: unknown): void {
  const number = typeof value === 'number' ? value : 0;
  if (number <= 0) causes.invalid(path, number, 'must be greater than zero');
}

export const between = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`;

/** Zero where it is missing, as a number without a pointer is. */
export function checkRange(causes: Causes, path: string, value: unknown, low: number, high: number): void {
  const number = typeof value === 'number' ? value : 0;
  if (number < low || number > high) causes.invalid(path, number, between(low, high));
}

export const checkPort = (causes: Causes, path: string, value: unknown): void =>
  checkRange(causes, path, value, 1, 65535);

/** A number, or the name of a port. */
export function checkPortOrName(causes: Causes, path: string, value: unknown): void {
  if (typeof value === 'string') checkName(causes, path, value, portName);
  else checkPort(causes, path, value);
}

/** `25%` or a count. */
export function checkCountOrPercent(causes: Causes, path: string, value: unknown): void {
  if (typeof value === 'string') checkName(causes, path, value, percent);
  else checkNotNegative(causes, path, value);
}

/** The number in `25%` or in a count; 0 in what is neither. */
export function countOrPercent(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^[0-9]+%?$/.test(value) ? Number.parseInt(value, 10) : 0;
}

export function checkAtMost100Percent(causes: Causes, path: string, value: unknown): void {
  if (typeof value === 'string' && /^[0-9]+%$/.test(value) && countOrPercent(value) > 100) {
    causes.invalid(path, value, 'must not be greater than 100%');
  }
}

const fileMode = 'must be a number between 0 and 0777 (octal), both inclusive';

export function checkFileMode(causes: Causes, path: string, value: unknown): void {
  if (typeof value === 'number' && (value > 0o777 || value < 0)) causes.invalid(path, value, fileMode);
}

export function checkNoBacksteps(causes: Causes, path: string, value: unknown): void {
  if (String(value).split('/').includes('..')) causes.invalid(path, value, "must not contain '..'");
}

/** A path that stays below where it begins. */
export function checkLocalPath(causes: Causes, path: string, value: unknown): void {
  const text = String(value ?? '');
  if (text.startsWith('/')) causes.invalid(path, text, 'must be a relative path');
  checkNoBacksteps(causes, path, text);
}

/** A local path that is not one of the names the kubelet keeps for itself. */
export function checkVolumePath(causes: Causes, path: string, value: unknown): void {
  const text = String(value ?? '');
  checkLocalPath(causes, path, text);
  if (text.startsWith('..') && !text.startsWith('../')) causes.invalid(path, text, "must not start with '..'");
}

export function checkLabels(causes: Causes, path: string, labels: unknown): void {
  if (typeof labels !== 'object' || labels === null) return;
  for (const key in labels) {
    checkName(causes, path, key, qualifiedName);
    checkName(causes, path, (labels as Fields)[key], labelValue);
  }
}

const annotationLimit = 256 * 1024;

export function checkAnnotations(causes: Causes, path: string, annotations: unknown): void {
  if (typeof annotations !== 'object' || annotations === null) return;
  let size = 0;
  for (const key in annotations) {
    for (const complaint of qualifiedName(key.toLowerCase())) causes.invalid(path, key, complaint);
    size += Buffer.byteLength(key) + Buffer.byteLength(String((annotations as Fields)[key]));
  }
  if (size > annotationLimit) causes.tooLong(path, annotationLimit);
}

/** The selector of labels that most kinds use. */
export function checkLabelSelector(causes: Causes, path: string, selector: Fields | undefined): void {
  if (!selector) return;
  checkLabels(causes, `${path}.matchLabels`, selector.matchLabels);
  for (const [index, expression] of listAt(selector, 'matchExpressions').entries()) {
    const at = `${path}.matchExpressions[${index}]`;
    const values = (expression.values ?? []) as string[];
    checkOperator(causes, at, expression.operator, values);
    checkName(causes, `${at}.key`, expression.key, qualifiedName);
    for (const [position, value] of values.entries()) checkName(causes, `${at}.values[${position}]`, value, labelValue);
  }
}

/** That an operator has as many values as it needs. */
function checkOperator(causes: Causes, at: string, operator: unknown, values: readonly unknown[]): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) causes.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      causes.forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else causes.invalid(`${at}.operator`, operator ?? '', 'not a valid selector operator');
}

/** The list at a field; anything that is no list counts as none. */
export function listAt(fields: Fields | undefined, name: string): Fields[] {
  const value = fields?.[name];
  return Array.isArray(value) ? value : noItems;
}

const noItems: Fields[] = [];

/** A quantity that validation needs as a number; the schema has refused what cannot be read. */
export const quantityOf = (value: unknown): Quantity => parseQuantity(value as string);

export function checkQuantityNotNegative(causes: Causes, path: string, value: unknown): void {
  if (compareQuantities(value as string, '0') < 0) causes.invalid(path, quantityOf(value).toString(), negative);
}

export const checkDnsLabel = (causes: Causes, path: string, value: unknown): boolean =>
  checkName(causes, path, value, dnsLabel);

export const checkSubdomain = (causes: Causes, path: string, value: unknown): boolean =>
  checkName(causes, path, value, dnsSubdomain);

/** `field is immutable`; `type`: what Go calls it, where it prints otherwise. */
export function checkImmutable(
  causes: Causes,
  path: string,
  value: unknown,
  previous: unknown,
  equal: (a: unknown, b: unknown) => boolean,
  type?: string,
): void {
  if (!equal(value, previous)) causes.invalid(path, value, 'field is immutable', type);
}
