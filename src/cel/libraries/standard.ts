import { CelEvaluationError } from '../errors.ts';
import { type Implementation, Library } from '../functions.ts';
import { Uint } from '../syntax.ts';
import { type DateParts, dateParts, parseDuration, parseTimestamp, showDuration, showTimestamp } from '../times.ts';
import {
  type CelValue,
  codePoints,
  Duration,
  type MapValue,
  type ObjectValue,
  Timestamp,
  TypeValue,
  typeNameOf,
} from '../values.ts';
import { matched, searched, traversal } from './costs.ts';
import { int, uint } from './operators.ts';
import { compilePattern } from './patterns.ts';

/** The functions that every CEL has (cel-spec, doc/langdef.md#list-of-standard-definitions). */
export const standard = new Library();

const conversion = (from: CelValue, to: string): CelEvaluationError =>
  new CelEvaluationError(`type conversion error from '${typeNameOf(from)}' to '${to}'`);

/** Both ways to call: `size(x)` and `x.size()`. */
function size(type: string, of: (...args: Parameters<Implementation>) => number): void {
  const run = (value: unknown): bigint => BigInt(of(value));
  standard.global('size', type, 'int', run).member('size', type, 'int', run);
}
size('string', (value: string) => codePoints(value));
size('bytes', (value: Uint8Array) => value.length);
size('list(A)', (value: CelValue[]) => value.length);
size('map(A, B)', (value: MapValue | ObjectValue) => value.size);

const BOOLEANS: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true]),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false]),
]);

function toBool(text: string): boolean {
  const found = Object.hasOwn(BOOLEANS, text) ? BOOLEANS[text] : undefined;
  if (found === undefined) throw conversion(text, 'bool');
  return found;
}

function toInt(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw conversion(text, 'int');
  const value = BigInt(text.replace(/^\+/, ''));
  if (value < -(2n ** 63n) || value >= 2n ** 63n) throw conversion(text, 'int');
  return value;
}

function toUint(text: string): Uint {
  if (!/^\d+$/.test(text) || BigInt(text) >= 2n ** 64n) throw conversion(text, 'uint');
  return new Uint(BigInt(text));
}

function toDouble(text: string): number {
  const special = /^([+-]?)(?:inf(?:inity)?|(nan))$/i.exec(text);
  if (special) return special[2] ? Number.NaN : special[1] === '-' ? -Infinity : Infinity;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) throw conversion(text, 'double');
  return Number(text);
}

function wholeOf(value: number, low: number, high: number, overflow: string): bigint {
  if (Number.isNaN(value) || value <= low || value >= high) throw new CelEvaluationError(overflow);
  return BigInt(Math.trunc(value));
}

/** Doubles as Go's strconv.FormatFloat with 'g' and the shortest precision shows them. */
export function showDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -4 && exponent < 6) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

function text(value: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    throw new CelEvaluationError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

function toTimestamp(value: string): Timestamp {
  const found = parseTimestamp(value);
  if (!found) throw conversion(value, 'google.protobuf.Timestamp');
  return found;
}

function toDuration(value: string): Duration {
  const found = parseDuration(value);
  if (!found) throw conversion(value, 'google.protobuf.Duration');
  return found;
}

const same = (value: CelValue): CelValue => value;
const seconds = (value: Timestamp): bigint => {
  const whole = value.nanos / 1_000_000_000n;
  return value.nanos % 1_000_000_000n < 0n ? whole - 1n : whole;
};

standard
  .global('bool', 'bool', 'bool', same)
  .global('bool', 'string', 'bool', toBool)
  .global('int', 'int', 'int', same)
  .global('int', 'double', 'int', (value: number) => wholeOf(value, -(2 ** 63), 2 ** 63, 'integer overflow'))
  .global('int', 'duration', 'int', (value: Duration) => value.nanos)
  .global('int', 'string', 'int', toInt)
  .global('int', 'timestamp', 'int', seconds)
  .global('int', 'uint', 'int', (value: Uint) => int(value.value))
  .global('uint', 'uint', 'uint', same)
  .global(
    'uint',
    'double',
    'uint',
    (value: number) => new Uint(wholeOf(value, -1, 2 ** 64, 'unsigned integer overflow')),
  )
  .global('uint', 'int', 'uint', (value: bigint) => uint(value))
  .global('uint', 'string', 'uint', toUint)
  .global('double', 'double', 'double', same)
  .global('double', 'int', 'double', Number)
  .global('double', 'string', 'double', toDouble)
  .global('double', 'uint', 'double', (value: Uint) => Number(value.value))
  .global('string', 'string', 'string', same)
  .global('string', 'bool', 'string', String)
  .global('string', 'bytes', 'string', text, traversal())
  .global('string', 'double', 'string', showDouble)
  .global('string', 'duration', 'string', showDuration)
  .global('string', 'int', 'string', String)
  .global('string', 'timestamp', 'string', showTimestamp)
  .global('string', 'uint', 'string', (value: Uint) => `${value.value}`)
  .global('bytes', 'bytes', 'bytes', same)
  .global('bytes', 'string', 'bytes', (value: string) => new TextEncoder().encode(value), traversal())
  .global('timestamp', 'timestamp', 'timestamp', same)
  .global('timestamp', 'int', 'timestamp', (value: bigint) => new Timestamp(value * 1_000_000_000n))
  .global('timestamp', 'string', 'timestamp', toTimestamp)
  .global('duration', 'duration', 'duration', same)
  .global('duration', 'int', 'duration', (value: bigint) => new Duration(value))
  .global('duration', 'string', 'duration', toDuration)
  .global('dyn', 'A', 'dyn', same)
  .global('type', 'A', 'type(A)', (value: CelValue) => new TypeValue(typeNameOf(value)));

const search = (pattern: string, in_: string): boolean => compilePattern(pattern, '').matcher(in_).find();

standard
  .member('contains', 'string, string', 'bool', (a: string, b: string) => a.includes(b), searched)
  .member('startsWith', 'string, string', 'bool', (a: string, b: string) => a.startsWith(b), traversal())
  .member('endsWith', 'string, string', 'bool', (a: string, b: string) => a.endsWith(b), traversal())
  .member('matches', 'string, string', 'bool', (a: string, b: string) => search(b, a), matched)
  .global('matches', 'string, string', 'bool', (a: string, b: string) => search(b, a), matched);

const dateGetters: Readonly<Record<string, (parts: DateParts) => number>> = {
  getFullYear: ({ year }) => year,
  getMonth: ({ month }) => month,
  getDate: ({ day }) => day,
  getDayOfMonth: ({ day }) => day - 1,
  getDayOfWeek: ({ weekday }) => weekday,
  getDayOfYear: ({ dayOfYear }) => dayOfYear,
  getHours: ({ hour }) => hour,
  getMinutes: ({ minute }) => minute,
  getSeconds: ({ second }) => second,
  getMilliseconds: ({ millisecond }) => millisecond,
};
for (const [name, get] of Object.entries(dateGetters)) {
  const run = (value: Timestamp, zone = 'UTC'): bigint => BigInt(get(dateParts(value, zone)));
  standard.member(name, 'timestamp', 'int', run).member(name, 'timestamp, string', 'int', run);
}

/** Durations give all of themselves in the unit, milliseconds only what is left of a second. */
const durationUnits: Readonly<Record<string, (nanos: bigint) => bigint>> = {
  getHours: (nanos) => nanos / 3_600_000_000_000n,
  getMinutes: (nanos) => nanos / 60_000_000_000n,
  getSeconds: (nanos) => nanos / 1_000_000_000n,
  getMilliseconds: (nanos) => nanos / 1_000_000n,
};
for (const [name, get] of Object.entries(durationUnits)) {
  standard.member(name, 'duration', 'int', (value: Duration) => get(value.nanos));
}
