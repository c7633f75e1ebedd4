import { goFloatText } from '../go-number.ts';
import { goCharacter } from '../go-value.ts';
import { exponentText, fixedText, hexFloat } from './exact-decimal.ts';

/** The flags of one directive of printf. */
export interface Verbs {
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  width?: number;
  precision?: number;
}

const RADIX: Readonly<Record<string, number>> = { d: 10, v: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
const MARKS: Readonly<Record<string, string>> = { b: '0b', o: '0', x: '0x', X: '0X' };

/** A whole number under a verb; undefined where the verb does not fit. */
export function integerVerb(value: number | bigint, verb: string, form: Verbs): string | undefined {
  if (verb === 'c') return fill('', String.fromCodePoint(codePoint(Number(value))), { ...form, zero: false });
  if (verb === 'q') return fill('', quotedRune(codePoint(Number(value))), { ...form, zero: false });
  if (verb === 'U') return fill('', unicode(Number(value), form), { ...form, zero: false });
  const radix = RADIX[verb];
  if (radix === undefined) return undefined;
  const isExact = form.precision !== undefined;
  let digits = BigInt(value).toString(radix).replace('-', '');
  if (form.precision === 0 && value === 0) return ' '.repeat(form.width ?? 0);
  digits = digits.padStart(form.precision ?? 0, '0');
  if (verb === 'X') digits = digits.toUpperCase();
  const sign = value < 0 ? '-' : form.plus ? '+' : form.space ? ' ' : '';
  const mark = verb === 'O' ? '0o' : form.sharp && !(verb === 'o' && digits.startsWith('0')) ? (MARKS[verb] ?? '') : '';
  if (form.zero && !form.minus && !isExact && form.width !== undefined) {
    // The sign counts, the mark does not.
    return sign + mark + digits.padStart(form.width - sign.length, '0');
  }
  return fill('', sign + mark + digits, { ...form, zero: false });
}

function codePoint(value: number): number {
  return value < 0 || value > 0x10ffff || (value >= 0xd800 && value < 0xe000) ? 0xfffd : value;
}

function quotedRune(code: number): string {
  const char = String.fromCodePoint(code);
  const known: Readonly<Record<string, string>> = {
    "'": "\\'",
    '\\': '\\\\',
    '\n': '\\n',
    '\t': '\\t',
    '\r': '\\r',
    '\x07': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\v': '\\v',
  };
  if (known[char] !== undefined) return `'${known[char]}'`;
  if (/[ \p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char)) return `'${char}'`;
  const hex = code.toString(16);
  if (code < 0x80) return `'\\x${hex.padStart(2, '0')}'`;
  return code > 0xffff ? `'\\U${hex.padStart(8, '0')}'` : `'\\u${hex.padStart(4, '0')}'`;
}

function unicode(value: number, form: Verbs): string {
  const digits = value
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(4, form.precision ?? 4), '0');
  if (!form.sharp || value < 0 || value > 0x10ffff) return `U+${digits}`;
  return goCharacter(String.fromCodePoint(codePoint(value)));
}

/** A number with a fraction under a verb; undefined where the verb does not fit. */
export function floatVerb(value: number, verb: string, form: Verbs): string | undefined {
  const text = floatText(Math.abs(value), verb, form);
  if (text === undefined) return undefined;
  const sign = value < 0 || Object.is(value, -0) ? '-' : form.plus ? '+' : form.space ? ' ' : '';
  return fill(sign, text, form);
}

function floatText(value: number, verb: string, { precision, sharp }: Verbs): string | undefined {
  switch (verb) {
    case 'f':
    case 'F': {
      const text = fixedText(value, precision ?? 6);
      return sharp && precision === 0 ? `${text}.` : text;
    }
    case 'e':
    case 'E': {
      const text = exponent(exponentText(value, precision ?? 6));
      return verb === 'E' ? text.toUpperCase() : text;
    }
    case 'v':
    case 'g':
    case 'G': {
      const bare = precision === undefined ? goFloatText(value) : shortest(value, Math.max(precision, 1));
      const text = sharp ? withZeros(bare, precision ?? 6) : bare;
      return verb === 'G' ? text.toUpperCase() : text;
    }
    case 'x':
    case 'X':
      return verb === 'X' ? hexFloat(value).toUpperCase() : hexFloat(value);
    default:
      return undefined;
  }
}

/** The point, and zeros up to so many significant digits: what `#` asks of %g. */
function withZeros(text: string, digits: number): string {
  const [, mantissa = '', tail = ''] = /^([^e]*)(.*)$/.exec(text) ?? [];
  const size = mantissa.replace('.', '').replace(/^0+/, '').length;
  const pointed = mantissa.includes('.') ? mantissa : `${mantissa}.`;
  return pointed + '0'.repeat(Math.max(0, digits - Math.max(size, mantissa === '0' ? 1 : 0))) + tail;
}

/** So many significant digits at most, and no zeros at the end. */
function shortest(value: number, digits: number): string {
  const [mantissa = '', power = '0'] = exponentText(value, digits - 1).split('e');
  const trimmed = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  const size = trimmed.replace('.', '').length;
  const whole = Number(power) + 1;
  const limit = digits > size && size >= whole ? size : digits;
  if (Number(power) < -4 || Number(power) >= limit) return exponent(`${trimmed}e${power}`);
  return String(Number(`${trimmed}e${power}`));
}

function exponent(text: string): string {
  const [digits = '', power = '0'] = text.split('e');
  return `${digits}e${power.startsWith('-') ? '-' : '+'}${power.replace(/^[+-]/, '').padStart(2, '0')}`;
}

function fill(sign: string, text: string, { width = 0, minus, zero }: Verbs): string {
  const gap = width - [...sign].length - [...text].length;
  if (gap <= 0) return sign + text;
  if (minus) return sign + text + ' '.repeat(gap);
  return zero ? sign + '0'.repeat(gap) + text : ' '.repeat(gap) + sign + text;
}
