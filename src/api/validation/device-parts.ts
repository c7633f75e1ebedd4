import type { Causes } from './causes.ts';
import { checkName, type Fields, isMissing, listAt } from './checks.ts';
import { cIdentifier, dnsSubdomain, labelValue, qualifiedName } from './names.ts';
import { checkDriverName } from './volume-sources.ts';

/** What claims for devices and the offers of them are made of. Source: Kubernetes pkg/apis/resource/validation. */

/** Looks at each item; where there are too many, that is all that is said. False then. */
export function checkItems<T>(
  causes: Causes,
  path: string,
  items: readonly T[],
  most: number,
  check: (at: string, item: T) => void,
): boolean {
  if (items.length > most) {
    causes.tooMany(path, items.length, most);
    return false;
  }
  for (const [index, item] of items.entries()) check(`${path}[${index}]`, item);
  return true;
}

/** As `checkItems`, of items that differ by their keys. `shown`: how a key is printed, where it is no text. */
export function checkSet<T>(
  causes: Causes,
  path: string,
  items: readonly T[],
  most: number,
  check: (at: string, item: T) => void,
  keyOf: (item: T) => unknown,
  shown?: string,
): void {
  if (!checkItems(causes, path, items, most, check)) return;
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const key = keyOf(item);
    const mark = JSON.stringify(key);
    if (seen.has(mark)) causes.duplicate(`${path}[${index}]`, key, undefined, shown);
    seen.add(mark);
  }
}

export const textsAt = (fields: Fields | undefined, name: string): string[] => (fields?.[name] ?? []) as string[];

const longestIdentifier = 32;

function checkIdentifier(causes: Causes, path: string, text: string): void {
  if (text.length > longestIdentifier) causes.tooLong(path, longestIdentifier);
  checkName(causes, path, text, cIdentifier);
}

/** `name` or `driver.example.com/name`: attributes and capacities of devices. */
export function checkDeviceKey(causes: Causes, path: string, text: string): void {
  const parts = text.split('/');
  const [first = '', second = ''] = parts;
  if (parts.length === 1) checkIdentifier(causes, path, first);
  if (parts.length !== 2) return;
  if (first === '') causes.invalid(path, '', 'the domain must not be empty');
  else checkDriverName(causes, path, first);
  if (second === '') causes.invalid(path, '', 'the name must not be empty');
  else checkIdentifier(causes, path, second);
}

export function checkFullDeviceKey(causes: Causes, path: string, text: string): void {
  checkDeviceKey(causes, path, text);
  if (!text.includes('/')) {
    causes.invalid(path, text, 'a fully qualified name must be a domain and a name separated by a slash');
  }
}

/** One name of a node, or several with slashes between them. */
export function checkPoolName(causes: Causes, path: string, name: unknown): void {
  const text = String(name ?? '');
  if (text === '') {
    causes.required(path);
    return;
  }
  if (text.length > 253) causes.tooLong(path, 253);
  for (const part of text.split('/')) checkName(causes, path, part, dnsSubdomain);
}

/** A JSON object that only a driver understands. */
export function checkFreeForm(causes: Causes, path: string, value: unknown, longest: number): void {
  if (value === undefined || value === null) causes.required(path);
  else if (Buffer.byteLength(JSON.stringify(value)) > longest) causes.tooLong(path, longest);
  else if (typeof value !== 'object' || Array.isArray(value)) {
    causes.invalid(path, '<value omitted>', 'must be a valid JSON object');
  }
}

const longestParameters = 10 * 1024;

export function checkDeviceConfig(causes: Causes, at: string, { opaque }: Fields): void {
  if (!opaque) {
    causes.required(`${at}.opaque`);
    return;
  }
  checkDriverName(causes, `${at}.opaque.driver`, opaque.driver);
  checkFreeForm(causes, `${at}.opaque.parameters`, opaque.parameters, longestParameters);
}

const longestExpression = 10 * 1024;

export function checkDeviceSelectors(causes: Causes, path: string, owner: Fields): void {
  checkItems(causes, path, listAt(owner, 'selectors'), 32, (at, { cel }) => {
    if (!cel) {
      causes.required(`${at}.cel`);
      return;
    }
    const field = `${at}.cel.expression`;
    const expression = String(cel.expression ?? '');
    if (Buffer.byteLength(expression) > longestExpression) {
      causes.tooLong(field, longestExpression);
      return;
    }
    const problem = causes.tools.deviceSelector?.(expression);
    if (problem?.kind === 'invalid') causes.invalid(field, expression, problem.detail);
    else if (problem) causes.forbidden(field, problem.detail);
  });
}

const effects = ['NoExecute', 'NoSchedule', 'None'];

export function checkDeviceToleration(causes: Causes, at: string, toleration: Fields): void {
  const { key = '', operator = '', value = '', effect = '' } = toleration;
  if (key !== '') checkName(causes, `${at}.key`, key, qualifiedName);
  if (operator === 'Exists') {
    if (value !== '') causes.invalid(`${at}.value`, value, 'must be empty for operator `Exists`');
  } else if (operator === 'Equal') checkName(causes, `${at}.value`, value, labelValue);
  else if (operator === '') causes.required(`${at}.operator`);
  else causes.notSupported(`${at}.operator`, operator, ['Equal', 'Exists']);
  if (effect !== '' && !effects.includes(effect)) causes.notSupported(`${at}.effect`, effect, effects);
}

export function checkDeviceTaint(causes: Causes, at: string, { key, value, effect }: Fields): void {
  checkName(causes, `${at}.key`, key, qualifiedName);
  if (!isMissing(value)) checkName(causes, `${at}.value`, value, labelValue);
  if (isMissing(effect)) causes.required(`${at}.effect`);
  else if (!effects.includes(effect)) causes.notSupported(`${at}.effect`, effect, effects);
}

/** Conditions that a device waits for before it may be used. */
export function checkBindingConditions(causes: Causes, at: string, owner: Fields): void {
  const wanted = textsAt(owner, 'bindingConditions');
  const failures = textsAt(owner, 'bindingFailureConditions');
  const [path, failurePath] = [`${at}.bindingConditions`, `${at}.bindingFailureConditions`];
  checkItems(causes, path, wanted, 4, (where, name) => checkName(causes, where, name, qualifiedName));
  checkItems(causes, failurePath, failures, 4, (where, name) => checkName(causes, where, name, qualifiedName));
  for (const [index, name] of wanted.entries()) {
    if (wanted.indexOf(name) < index) causes.duplicate(`${path}[${index}]`, name);
  }
  for (const [index, name] of failures.entries()) {
    const where = `${failurePath}[${index}]`;
    if (failures.indexOf(name) < index) causes.duplicate(where, name);
    if (wanted.includes(name)) {
      causes.invalid(where, name, 'bindingFailureConditions must not overlap with bindingConditions');
    }
  }
  if (wanted.length === 0 && failures.length > 0) {
    const detail = 'bindingConditions are required to use bindingFailureConditions';
    causes.invalid(path, owner.bindingConditions ?? null, detail);
  }
  if (failures.length === 0 && wanted.length > 0) {
    const detail = 'bindingFailureConditions are required to use bindingConditions';
    causes.invalid(failurePath, owner.bindingFailureConditions ?? null, detail);
  }
}
