import { createHash } from 'node:crypto';
import { type TemplateFunctions, templateFunctions } from '../../../lib/go-template/functions.ts';
import { TemplateError } from '../../../lib/go-template/nodes.ts';
import { isMap, isTrue, valueText } from '../../../lib/go-template/values.ts';

type Fields = Record<string, unknown>;

const textOf = (value: unknown): string => (value === undefined || value === null ? '' : valueText(value));
const integer = (value: unknown): number => Math.trunc(Number(value)) || 0;
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const isNothing = (value: unknown): boolean => !isTrue(value);
const indented = (count: unknown, text: unknown): string =>
  textOf(text)
    .split('\n')
    .map((line) => ' '.repeat(integer(count)) + line)
    .join('\n');
const digest = (name: string) => (text: unknown) => createHash(name).update(textOf(text)).digest('hex');
const fold = (all: readonly unknown[], join: (a: number, b: number) => number): number => all.map(integer).reduce(join);

function pattern(text: unknown, flags = ''): RegExp {
  try {
    return new RegExp(textOf(text), `u${flags}`);
  } catch {
    throw new TemplateError(`error parsing regexp: ${textOf(text)}`);
  }
}

function divided(a: unknown, b: unknown): [number, number] {
  if (integer(b) === 0) throw new TemplateError('runtime error: integer divide by zero');
  return [integer(a), integer(b)];
}

function setIn(map: unknown, key: unknown, value: unknown): unknown {
  if (isMap(map))
    Object.defineProperty(map, textOf(key), { value, enumerable: true, configurable: true, writable: true });
  return map;
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'invalid';
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  return { string: 'string', boolean: 'bool', object: 'map' }[typeof value as 'string'] ?? 'invalid';
}

/** Those of sprig's functions (Masterminds/sprig v3) that need neither time nor chance; arguments in sprig's order. */
export const sprigFunctions: TemplateFunctions = {
  ...templateFunctions,
  default: (otherwise, value) => (isNothing(value) ? otherwise : value),
  empty: isNothing,
  coalesce: (...values) => values.find((value) => !isNothing(value)),
  ternary: (yes, no, test) => (isTrue(test) ? yes : no),
  all: (...values) => !values.some(isNothing),
  any: (...values) => values.some((value) => !isNothing(value)),
  fail: (message) => {
    throw new TemplateError(textOf(message));
  },

  quote: (...values) =>
    values
      .filter((value) => value !== undefined)
      .map((value) => JSON.stringify(textOf(value)))
      .join(' '),
  squote: (...values) =>
    values
      .filter((value) => value !== undefined)
      .map((value) => `'${textOf(value)}'`)
      .join(' '),
  cat: (...values) =>
    values
      .filter((value) => value !== undefined)
      .map(textOf)
      .join(' '),
  upper: (text) => textOf(text).toUpperCase(),
  lower: (text) => textOf(text).toLowerCase(),
  title: (text) => textOf(text).replace(/(^|\s)\p{L}/gu, (first) => first.toUpperCase()),
  trim: (text) => textOf(text).trim(),
  trimAll: (cut, text) => stripped(textOf(text), textOf(cut)),
  trimPrefix: (prefix, text) =>
    textOf(text).startsWith(textOf(prefix)) ? textOf(text).slice(textOf(prefix).length) : textOf(text),
  trimSuffix: (suffix, text) =>
    textOf(suffix) && textOf(text).endsWith(textOf(suffix))
      ? textOf(text).slice(0, -textOf(suffix).length)
      : textOf(text),
  trunc: (count, text) =>
    integer(count) < 0 ? textOf(text).slice(integer(count)) : textOf(text).slice(0, integer(count)),
  substr: (from, to, text) => textOf(text).slice(Math.max(integer(from), 0), integer(to) < 0 ? undefined : integer(to)),
  repeat: (count, text) => textOf(text).repeat(Math.min(Math.max(integer(count), 0), 10_000)),
  replace: (from, to, text) => textOf(text).replaceAll(textOf(from), () => textOf(to)),
  nospace: (text) => textOf(text).replace(/\s+/g, ''),
  contains: (part, text) => textOf(text).includes(textOf(part)),
  hasPrefix: (prefix, text) => textOf(text).startsWith(textOf(prefix)),
  hasSuffix: (suffix, text) => textOf(text).endsWith(textOf(suffix)),
  indent: indented,
  nindent: (count, text) => `\n${indented(count, text)}`,
  regexMatch: (expression, text) => pattern(expression).test(textOf(text)),
  regexFind: (expression, text) => textOf(text).match(pattern(expression))?.[0] ?? '',
  regexReplaceAll: (expression, text, by) =>
    textOf(text).replace(pattern(expression, 'g'), textOf(by).replace(/\$\{(\w+)\}/g, '$$$1')),
  toString: textOf,
  int: integer,
  int64: integer,
  float64: (value) => Number(value) || 0,
  atoi: integer,
  kindOf,
  kindIs: (kind, value) => kindOf(value) === kind,

  add: (...all) => fold(all, (a, b) => a + b),
  add1: (value) => integer(value) + 1,
  sub: (a, b) => integer(a) - integer(b),
  mul: (...all) => fold(all, (a, b) => a * b),
  div: (a, b) => {
    const [x, y] = divided(a, b);
    return Math.trunc(x / y);
  },
  mod: (a, b) => {
    const [x, y] = divided(a, b);
    return x % y;
  },
  max: (...all) => fold(all, Math.max),
  min: (...all) => fold(all, Math.min),
  until: (count) => Array.from({ length: Math.min(Math.max(integer(count), 0), 10_000) }, (_, index) => index),

  list: (...values) => values,
  tuple: (...values) => values,
  first: (values) => listOf(values)[0],
  last: (values) => listOf(values).at(-1),
  rest: (values) => listOf(values).slice(1),
  initial: (values) => listOf(values).slice(0, -1),
  append: (values, value) => [...listOf(values), value],
  prepend: (values, value) => [value, ...listOf(values)],
  concat: (...lists) => lists.flatMap(listOf),
  reverse: (values) => [...listOf(values)].reverse(),
  uniq: (values) => [...new Map(listOf(values).map((value) => [JSON.stringify(value), value])).values()],
  compact: (values) => listOf(values).filter((value) => !isNothing(value)),
  has: (value, values) => listOf(values).some((one) => JSON.stringify(one) === JSON.stringify(value)),
  join: (gap, values) => (Array.isArray(values) ? values.map(textOf).join(textOf(gap)) : textOf(values)),
  splitList: (gap, text) => textOf(text).split(textOf(gap)),
  sortAlpha: (values) => listOf(values).map(textOf).sort(),

  dict: (...pairs) => {
    const map: Fields = {};
    for (let index = 0; index < pairs.length; index += 2) setIn(map, pairs[index], pairs[index + 1] ?? '');
    return map;
  },
  get: (map, key) => (isMap(map) && Object.hasOwn(map, textOf(key)) ? map[textOf(key)] : ''),
  set: setIn,
  unset: (map, key) => {
    if (isMap(map)) delete map[textOf(key)];
    return map;
  },
  hasKey: (map, key) => isMap(map) && Object.hasOwn(map, textOf(key)),
  keys: (...maps) => maps.flatMap((map) => (isMap(map) ? Object.keys(map) : [])),
  values: (map) => (isMap(map) ? Object.values(map) : []),
  pick: (map, ...names) =>
    Object.fromEntries(Object.entries(isMap(map) ? map : {}).filter(([key]) => names.includes(key))),
  omit: (map, ...names) =>
    Object.fromEntries(Object.entries(isMap(map) ? map : {}).filter(([key]) => !names.includes(key))),
  merge: (first, ...others) => Object.assign({}, ...[first, ...others].filter(isMap).reverse()) as Fields,

  toJson: (value) => JSON.stringify(value ?? null),
  fromJson: (text) => {
    try {
      return JSON.parse(textOf(text)) as unknown;
    } catch {
      return '';
    }
  },
  b64enc: (text) => Buffer.from(textOf(text)).toString('base64'),
  b64dec: (text) => Buffer.from(textOf(text), 'base64').toString('utf8'),
  sha1sum: digest('sha1'),
  sha256sum: digest('sha256'),
};

function stripped(text: string, cut: string): string {
  const letters = new Set(cut);
  const all = [...text];
  while (all.length > 0 && letters.has(all[0]!)) all.shift();
  while (all.length > 0 && letters.has(all.at(-1)!)) all.pop();
  return all.join('');
}
