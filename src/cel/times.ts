import { CelEvaluationError } from './errors.ts';
import { Duration, Timestamp } from './values.ts';

/** Timestamps and durations as text, as Go and cel-go read and write them. */

const SECOND = 1_000_000_000n;
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
};
const MAX_DURATION = 2n ** 63n - 1n;

/** Go's time.ParseDuration; undefined for what is none. */
export function parseDuration(text: string): Duration | undefined {
  const match = /^([+-]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text);
  if (!match) return undefined;
  let nanos = 0n;
  for (const [, whole = '', fraction = '', unit] of match[2]!.matchAll(/(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const scale = UNITS[unit!]!;
    nanos += BigInt(whole || 0) * scale;
    if (fraction) nanos += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  if (nanos > MAX_DURATION) return undefined;
  return new Duration(match[1] === '-' ? -nanos : nanos);
}

/** As `string(duration)` shows it: seconds, with a fraction where there is one. */
export const showDuration = ({ nanos }: Duration): string => `${decimalSeconds(nanos)}s`;

function decimalSeconds(nanos: bigint): string {
  const [sign, all] = nanos < 0n ? ['-', -nanos] : ['', nanos];
  const fraction = `${all % SECOND}`.padStart(9, '0').replace(/0+$/, '');
  return `${sign}${all / SECOND}${fraction ? `.${fraction}` : ''}`;
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** RFC 3339; undefined for what is none. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    ...number[],
  ];
  const [, , , , , , , fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = match;
  if (hour! > 23 || minute! > 59 || second! > 59 || Number(offsetHours) > 23 || Number(offsetMinutes) > 59)
    return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour!, minute!, second!);
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -1 : 1);
  const nanos = BigInt(date.getTime() - offset * 60_000) * 1_000_000n;
  return checkTimestamp(nanos + BigInt(fraction.slice(0, 9).padEnd(9, '0')));
}

/** A date without a time, as `format: date` has it. */
export const parseDate = (text: string): Timestamp | undefined =>
  /^\d{4}-\d\d-\d\d$/.test(text) ? parseTimestamp(`${text}T00:00:00Z`) : undefined;

const MIN_TIMESTAMP = -62135596800n * SECOND;
const MAX_TIMESTAMP = 253402300799n * SECOND + 999_999_999n;

const checkTimestamp = (nanos: bigint): Timestamp | undefined =>
  nanos < MIN_TIMESTAMP || nanos > MAX_TIMESTAMP ? undefined : new Timestamp(nanos);

/** @throws {CelEvaluationError} outside years 1 to 9999 */
export function timestampAt(nanos: bigint): Timestamp {
  const timestamp = checkTimestamp(nanos);
  if (!timestamp) throw new CelEvaluationError('timestamp overflow');
  return timestamp;
}

/** @throws {CelEvaluationError} beyond 64 bits of nanoseconds */
export function durationOf(nanos: bigint): Duration {
  if (nanos > MAX_DURATION || nanos < -MAX_DURATION - 1n) throw new CelEvaluationError('duration overflow');
  return new Duration(nanos);
}

const floorDiv = (a: bigint, b: bigint): bigint => (a % b < 0n ? a / b - 1n : a / b);

/** RFC 3339 with as much of a fraction as there is. */
export function showTimestamp({ nanos }: Timestamp): string {
  const seconds = floorDiv(nanos, SECOND);
  const fraction = `${nanos - seconds * SECOND}`.padStart(9, '0').replace(/0+$/, '');
  const text = new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/, '');
  return `${text}${fraction ? `.${fraction}` : ''}Z`;
}

export interface DateParts {
  year: number;
  /** From 0. */
  month: number;
  day: number;
  /** Sunday is 0. */
  weekday: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  /** Days since the year began, from 0. */
  dayOfYear: number;
}

/**
 * The parts of a timestamp in a time zone: a name of the IANA database or `+hh:mm`.
 * @throws {CelEvaluationError} for zones that are unknown
 */
export function dateParts(timestamp: Timestamp, zone: string): DateParts {
  const millis = Number(floorDiv(timestamp.nanos, 1_000_000n));
  const local = new Date(millis + offsetOf(zone, millis));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth(),
    day: local.getUTCDate(),
    weekday: local.getUTCDay(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    millisecond: local.getUTCMilliseconds(),
    dayOfYear: Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / 86_400_000),
  };
}

function offsetOf(zone: string, millis: number): number {
  if (zone === '' || zone === 'UTC') return 0;
  const fixed = /^([+-]?)(\d{1,2}):(\d\d)$/.exec(zone);
  if (fixed) return (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000 * (fixed[1] === '-' ? -1 : 1);
  let parts: Intl.DateTimeFormatPart[];
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset', year: 'numeric' });
    parts = format.formatToParts(millis);
  } catch {
    throw new CelEvaluationError(`unknown time zone ${zone}`);
  }
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const match = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name);
  if (!match) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return seconds * 1000 * (match[1] === '-' ? -1 : 1);
}
