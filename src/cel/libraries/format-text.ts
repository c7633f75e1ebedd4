import { CelEvaluationError } from '../errors.ts';
import { Uint } from '../syntax.ts';
import { showDuration, showTimestamp } from '../times.ts';
import { type CelValue, Duration, MapValue, Timestamp, TypeValue, typeNameOf } from '../values.ts';
import { quote } from './quote.ts';
import { showDouble } from './standard.ts';

/** `'%s is %d'.format([a, b])` (cel-go, ext/formatting.go). */

const DEFAULT_PRECISION = 6;

class ClauseError extends Error {}

/** @throws {CelEvaluationError} for clauses that do not fit what they are given */
export function formatText(format: string, args: readonly CelValue[]): string {
  let used = 0;
  return format.replace(/%(?:%|(\.\d*)?([\s\S])?)/gu, (whole, precision: string | undefined, clause: string) => {
    if (whole === '%%') return '%';
    const index = used++;
    if (index >= args.length) throw new CelEvaluationError(`index ${index} out of range`);
    if (clause === undefined) throw new CelEvaluationError('unexpected end of string');
    const show = Object.hasOwn(clauses, clause) ? clauses[clause] : undefined;
    if (!show) {
      throw new CelEvaluationError(`could not parse formatting clause: unrecognized formatting clause "${clause}"`);
    }
    try {
      return show(args[index]!, precision === undefined ? DEFAULT_PRECISION : Number(precision.slice(1)));
    } catch (error) {
      if (error instanceof ClauseError) throw new CelEvaluationError(`error during formatting: ${error.message}`);
      throw error;
    }
  });
}

type Clause = (value: CelValue, precision: number) => string;

const clauses: Readonly<Record<string, Clause>> = {
  s: asString,
  d: asDecimal,
  f: (value, precision) => asNumber(value, 'fixed-point', (number) => fixed(number, precision)),
  e: (value) => asNumber(value, 'scientific', (number) => scientific(number)),
  b: (value) =>
    typeof value === 'boolean'
      ? String(Number(value))
      : inBase(value, 2, 'only integers and bools can be formatted as binary'),
  o: (value) => inBase(value, 8, 'octal clause can only be used on integers'),
  x: hex,
  X: (value) => hex(value).toUpperCase(),
};

const wrongType = (rule: string, value: CelValue): ClauseError =>
  new ClauseError(`${rule}, was given ${typeNameOf(value)}`);

function inBase(value: CelValue, base: number, rule: string): string {
  if (typeof value === 'bigint') return value.toString(base);
  if (value instanceof Uint) return value.value.toString(base);
  throw wrongType(rule, value);
}

function hex(value: CelValue): string {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return inBase(value, 16, 'only integers, byte buffers, and strings can be formatted as hex');
}

function asDecimal(value: CelValue): string {
  return inBase(value, 10, 'decimal clause can only be used on integers');
}

const SPECIAL: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity };

function asNumber(value: CelValue, kind: string, show: (value: number) => string): string {
  if (typeof value === 'number') return show(value);
  if (typeof value === 'string' && Object.hasOwn(SPECIAL, value)) return show(SPECIAL[value]!);
  throw wrongType(`${kind} clause can only be used on doubles`, value);
}

const special = (value: number): string | undefined =>
  Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? undefined : value > 0 ? '∞' : '-∞';

/** Numbers are grouped as en-US does. */
const fixed = (value: number, precision: number): string =>
  special(value) ??
  value.toLocaleString('en-US', { minimumFractionDigits: precision, maximumFractionDigits: precision });

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Whatever precision is asked for: upstream takes that for a width. */
function scientific(value: number): string {
  const [mantissa, exponent = '+0'] = (special(value) ?? value.toExponential(DEFAULT_PRECISION)).split('e');
  if (!Number.isFinite(value)) return mantissa!;
  const sign = exponent.startsWith('-') ? '⁻' : '';
  const digits = exponent
    .slice(1)
    .padStart(2, '0')
    .replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]!);
  return `${mantissa}×10${sign}${digits}`;
}

function asString(value: CelValue): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return showDouble(value);
    case 'bigint':
    case 'boolean':
      return String(value);
  }
  if (value instanceof Uint) return `${value.value}`;
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof Timestamp) return showTimestamp(value);
  if (value instanceof Duration) return showDuration(value);
  if (value instanceof TypeValue) return value.name;
  if (Array.isArray(value)) return `[${value.map(asLiteral).join(', ')}]`;
  if (value instanceof MapValue) return showMap(value);
  throw wrongType(
    'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
    value,
  );
}

function showMap(value: MapValue): string {
  const pairs = value.entries().map(([key, item]): [string, string] => [asLiteral(key), asLiteral(item)]);
  pairs.sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return `{${pairs.map(([key, item]) => `${key}:${item}`).join(', ')}}`;
}

/** Inside of lists and maps, values are shown as an expression would write them. */
function asLiteral(value: CelValue): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value.toFixed(DEFAULT_PRECISION) : `"${value}"`;
  if (value instanceof Uint8Array) return `b${quote(asString(value))}`;
  if (value instanceof Timestamp) return `timestamp(${quote(showTimestamp(value))})`;
  if (value instanceof Duration) return `duration(${quote(showDuration(value))})`;
  return asString(value);
}
