/**
 * What a plain YAML scalar means to kubectl: YAML 1.1 booleans (with `y` and `n`), octal with a leading
 * zero, underscores in numbers; sexagesimal numbers and dates stay text. The rules of go-yaml v2.
 */

const BOOLEANS: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true]),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false]),
]);
const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);
const SPECIAL_FLOATS: Readonly<Record<string, number>> = Object.fromEntries([
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN]),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY]),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY]),
]);
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const INTEGERS: readonly [RegExp, number][] = [
  [/^[-+]?0[xX]([0-9a-fA-F]+)$/, 16],
  [/^[-+]?0[bB]([01]+)$/, 2],
  [/^[-+]?0[oO]([0-7]+)$/, 8],
  [/^[-+]?0([0-7]+)$/, 8],
];
const DECIMAL = /^[-+]?(0|[1-9][0-9]*)$/;

/** The value of a plain scalar; the text itself where it is a string. */
export function resolvePlain(text: string): unknown {
  const known = resolveWord(text);
  if (known !== undefined) return known;
  const first = text.charCodeAt(0);
  const mayBeNumber = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e;
  return mayBeNumber ? resolveNumber(text) : text;
}

function resolveWord(text: string): unknown {
  if (NULLS.has(text)) return null;
  if (Object.hasOwn(BOOLEANS, text)) return BOOLEANS[text];
  return Object.hasOwn(SPECIAL_FLOATS, text) ? SPECIAL_FLOATS[text] : undefined;
}

function resolveNumber(text: string): unknown {
  const plain = text.replaceAll('_', '');
  if (DECIMAL.test(plain)) return Number(plain);
  for (const [shape, radix] of INTEGERS) {
    const digits = shape.exec(plain)?.[1];
    if (digits) return Number.parseInt(digits, radix) * (plain.startsWith('-') ? -1 : 1);
  }
  const float = FLOAT.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(float) ? float : text;
}

const DATE = '\\d{4}-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\\d|3[01])';
const TIME = '(?:[01]?\\d|2[0-3]):[0-5]?\\d:[0-5]?\\d(?:[.,]\\d+)?';
const TIMESTAMP = new RegExp(`^${DATE}(?:[Tt]${TIME}(?:Z|[-+]\\d{2}:\\d{2})| +${TIME})?$`);
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** True where a string has to be quoted, because plain it would be read as something else. */
export function readsAsOther(text: string): boolean {
  return resolvePlain(text) !== text || TIMESTAMP.test(text) || BASE_60.test(text);
}
