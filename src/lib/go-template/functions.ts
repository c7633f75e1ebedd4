import { TemplateError } from './nodes.ts';
import { formatText } from './printf.ts';
import { compareValues, isMap, isTrue, nestedText, typeName, valueText } from './values.ts';

type TemplateFunction = (...values: unknown[]) => unknown;
export type TemplateFunctions = Readonly<Record<string, TemplateFunction>>;

/** The functions of text/template, and the two that kubectl adds. @throws TemplateError by the functions */
export const templateFunctions: TemplateFunctions = {
  and: (...values) => values.find((value) => !isTrue(value)) ?? values.at(-1),
  or: (...values) => values.find(isTrue) ?? values.at(-1),
  not: (value) => !isTrue(value),
  len,
  index: (value, ...keys) => keys.reduce(at, value),
  slice,
  print: (...values) => sprint(values),
  println: (...values) => `${values.map(valueText).join(' ')}\n`,
  printf: (format, ...values) => formatText(String(format), values),
  html: (...values) => sprint(values).replace(/[<>&'"]/g, (character) => htmlEscapes[character]!),
  js: (...values) => sprint(values).replace(/[\\'"<>&=\n\r\t]/g, jsEscape),
  urlquery: (...values) => new URLSearchParams([['', sprint(values)]]).toString().slice(1),
  eq: (first, ...others) => others.some((other) => equal(first, other)),
  ne: (a, b) => !equal(a, b),
  lt: (a, b) => compareValues(a, b) < 0,
  le: (a, b) => compareValues(a, b) <= 0,
  gt: (a, b) => compareValues(a, b) > 0,
  ge: (a, b) => compareValues(a, b) >= 0,
  exists: (value, ...keys) => keys.reduce<unknown>((found, key) => reachable(found, key), value) !== undefined,
  base64decode: (text) => Buffer.from(String(text), 'base64').toString('utf8'),
};

const htmlEscapes: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&#39;',
  '"': '&#34;',
};

function jsEscape(character: string): string {
  if (character === '\\' || character === "'" || character === '"') return `\\${character}`;
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Go's Sprint: blanks stand only between two values that are no strings. */
function sprint(values: readonly unknown[]): string {
  return values
    .map((value, index) => {
      const before = values[index - 1];
      const gap = index > 0 && typeof value !== 'string' && typeof before !== 'string' ? ' ' : '';
      return gap + valueText(value);
    })
    .join('');
}

function len(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (isMap(value)) return Object.keys(value).length;
  throw new TemplateError(
    value === undefined || value === null
      ? 'reflect: call of reflect.Value.Type on zero Value'
      : `len of type ${typeName(value)}`,
  );
}

function at(value: unknown, key: unknown): unknown {
  if (isMap(value)) {
    if (typeof key !== 'string') throw new TemplateError(`value has type ${typeName(key)}; should be string`);
    return Object.hasOwn(value, key) ? value[key] : undefined;
  }
  if (!Array.isArray(value) && typeof value !== 'string') {
    throw new TemplateError(
      value === undefined || value === null ? 'index of untyped nil' : `can't index item of type ${typeName(value)}`,
    );
  }
  if (typeof key !== 'number') throw new TemplateError(`cannot index slice/array with type ${typeName(key)}`);
  if (key < 0 || key >= value.length) throw new TemplateError(`index out of range: ${key}`);
  return typeof value === 'string' ? Buffer.from(value)[key] : value[key];
}

function slice(value: unknown, from: unknown = 0, to?: unknown): unknown {
  if (typeof value !== 'string' && !Array.isArray(value)) {
    throw new TemplateError(`can't slice item of type ${typeName(value)}`);
  }
  const end = to === undefined ? value.length : Number(to);
  const wrong = [Number(from), end].find((one) => one < 0 || one > value.length);
  if (wrong !== undefined) throw new TemplateError(`index out of range: ${wrong}`);
  if (Number(from) > end) throw new TemplateError(`invalid slice index: ${Number(from)} > ${end}`);
  return value.slice(Number(from), end);
}

function equal(a: unknown, b: unknown): boolean {
  const isNothing = (value: unknown) => value === undefined || value === null;
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b);
  if (typeof a === 'object') throw new TemplateError(`non-comparable type ${nestedText(a)}: ${typeName(a)}`);
  return compareValues(a, b) === 0;
}

function reachable(value: unknown, key: unknown): unknown {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined;
  return isMap(value) && typeof key === 'string' && Object.hasOwn(value, key) ? value[key] : undefined;
}
