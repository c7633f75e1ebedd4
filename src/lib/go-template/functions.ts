import { compareOrdered, equals, ordered } from './compare.ts';
import { escapeHtml, escapeJs, escapeQuery } from './escape-text.ts';
import { itemAt, lengthOf, sliceOf } from './indexing.ts';
import { nodeText, type Operand, TemplateError } from './nodes.ts';
import { formatText } from './printf.ts';
import { textOfBytes } from './raw-bytes.ts';
import { Boxed, isMap, isTrue, nestedText, typeName, unboxed, valueText } from './values.ts';

/** A function that a caller brings: it gets plain values, as many as there are. @throws TemplateError */
type TemplateFunction = (...values: unknown[]) => unknown;

/** A function of Go's own, whose arguments are counted and of which messages name the types. */
export interface BuiltinFunction {
  /** How many arguments it wants at least, or exactly where `isExact`. */
  wants: number;
  isExact?: boolean;
  /** So many of the first arguments have to be texts. */
  texts?: number;
  /** The truth at which it looks at no further argument. */
  choosesBy?: boolean;
  /** @throws TemplateError */
  call(values: unknown[], operands: readonly Operand[]): unknown;
}

export type TemplateFunctions = Readonly<Record<string, TemplateFunction | BuiltinFunction>>;

const several = (wants: number, call: BuiltinFunction['call']): BuiltinFunction => ({ wants, call });
const exactly = (wants: number, call: BuiltinFunction['call']): BuiltinFunction => ({ wants, isExact: true, call });

/** The functions of text/template, and the two that kubectl adds. */
export const templateFunctions: Readonly<Record<string, BuiltinFunction>> = {
  and: { wants: 1, choosesBy: false, call: (values) => values.at(-1) },
  or: { wants: 1, choosesBy: true, call: (values) => values.at(-1) },
  not: exactly(1, ([value]) => !isTrue(value)),
  call: several(1, callValue),
  len: exactly(1, ([value]) => lengthOf(value)),
  index: several(1, ([value, ...keys]) => itemAt(value, keys)),
  slice: several(1, ([value, ...bounds]) => sliceOf(value, bounds)),
  print: several(0, (values) => sprint(values, nestedText)),
  println: several(0, (values) => `${values.map(nestedText).join(' ')}\n`),
  printf: { wants: 1, texts: 1, call: ([format, ...values]) => formatText(format as string, values.map(unboxed)) },
  html: several(0, (values) => escapeHtml(sprint(values, valueText))),
  js: several(0, (values) => escapeJs(sprint(values, valueText))),
  urlquery: several(0, (values) => escapeQuery(sprint(values, valueText))),
  eq: several(1, ([first, ...others]) => equals(first, others)),
  ne: exactly(2, ([a, b]) => !equals(a, [b])),
  lt: exactly(2, ([a, b]) => ordered(a, b) && compareOrdered(a, b) < 0),
  le: exactly(2, ([a, b]) => ordered(a, b) && compareOrdered(a, b) <= 0),
  gt: exactly(2, ([a, b]) => ordered(a, b) && compareOrdered(a, b) > 0),
  ge: exactly(2, ([a, b]) => ordered(a, b) && compareOrdered(a, b) >= 0),
  // Without keys there is nothing to miss, not even of nothing.
  exists: several(
    1,
    ([value, ...keys]) => keys.length === 0 || unboxed(keys.reduce<unknown>(reachable, value)) !== undefined,
  ),
  base64decode: { wants: 1, isExact: true, texts: 1, call: ([text]) => base64decode(text as string) },
};

/** Go's Sprint: blanks stand only between two values that are no strings. */
function sprint(values: readonly unknown[], textOf: (value: unknown) => string): string {
  const isText = (value: unknown) => typeof unboxed(value) === 'string' || textOf(value) === '<no value>';
  return values
    .map((value, index) => {
      const gap = index > 0 && !isText(value) && !isText(values[index - 1]) ? ' ' : '';
      return gap + textOf(value);
    })
    .join('');
}

/** Objects have no functions in them, so that a call can only fail. */
function callValue([value]: unknown[], [operand]: readonly Operand[]): never {
  if (unboxed(value) === undefined) throw new TemplateError('call of nil');
  const name = operand ? nodeText(operand) : nestedText(value);
  throw new TemplateError(`non-function ${name} of type ${typeName(value)}`);
}

function reachable(given: unknown, givenKey: unknown): unknown {
  const [value, key] = [unboxed(given), unboxed(givenKey)];
  const isPlace = typeof key !== 'string' && typeof key !== 'boolean' && key !== undefined;
  if (Array.isArray(value) || typeof value === 'string') {
    if (!isPlace) return undefined;
    try {
      return itemAt(value, [key]);
    } catch (error) {
      if (error instanceof TemplateError) return undefined;
      throw error;
    }
  }
  return isMap(value) && typeof key === 'string' && Object.hasOwn(value, key) ? new Boxed(value[key]) : undefined;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function base64decode(given: string): string {
  const text = given.replace(/[\r\n]/g, '');
  if (BASE64.test(text)) return textOfBytes(Buffer.from(text, 'base64'));
  throw new TemplateError(`base64 decode failed: illegal base64 data at input byte ${wrongByte(given)}`);
}

/** Where Go's decoder stops: at the first byte that cannot be there, or behind what is too short. */
function wrongByte(text: string): number {
  const bytes = Buffer.from(text);
  let digits = 0;
  for (const [at, byte] of bytes.entries()) {
    const char = String.fromCharCode(byte);
    if (char === '\n' || char === '\r') continue;
    if (/[A-Za-z0-9+/]/.test(char)) {
      digits++;
      continue;
    }
    if (char !== '=' || digits % 4 < 2) return at;
    const rest = [...bytes.subarray(at)].map((code) => String.fromCharCode(code)).join('');
    const wanted = digits % 4 === 2 ? /^=[\r\n]*=[\r\n]*/ : /^=[\r\n]*/;
    const end = wanted.exec(rest)?.[0].length;
    if (end === undefined)
      return rest.length === 1 ? bytes.length : at + 1 + (/^=[\r\n]*/.exec(rest)?.[0].length ?? 1) - 1;
    return at + end;
  }
  return bytes.length - (digits % 4);
}
