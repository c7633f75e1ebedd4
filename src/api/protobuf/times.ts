import { ProtobufError } from './error.ts';

/** The zero of Go's time.Time, 0001-01-01T00:00:00Z, in seconds. */
const ZERO_SECONDS = -62_135_596_800;
const LAST_SECONDS = 253_402_300_799;

export interface Moment {
  seconds: number;
  nanos: number;
}

/** RFC 3339 as a moment; undefined for nothing, what is no time, and Go's zero. Digits below a microsecond go. */
export function momentOf(text: unknown): Moment | undefined {
  if (typeof text !== 'string') return undefined;
  const seconds = Math.floor(Date.parse(text) / 1000);
  if (Number.isNaN(seconds) || seconds === ZERO_SECONDS) return undefined;
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  return { seconds, nanos: Number(fraction.slice(0, 6).padEnd(6, '0')) * 1000 };
}

/** `2026-02-01T09:00:00Z`, with six decimals where `micro`. @throws ProtobufError beyond the year 9999 */
export function textOf({ seconds, nanos }: Moment, micro: boolean): string {
  if (!(seconds >= ZERO_SECONDS && seconds <= LAST_SECONDS) || nanos < 0 || nanos >= 1e9) {
    throw new ProtobufError('time is outside of the years 1 to 9999');
  }
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  if (!micro) return `${text}Z`;
  return `${text}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`;
}
