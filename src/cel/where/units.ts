import { parseQuantity } from '../../lib/quantity.ts';
import { parseDate, parseTimestamp } from '../times.ts';
import { type CelType, DOUBLE, DURATION, TIMESTAMP } from '../types.ts';
import { type CelValue, Duration } from '../values.ts';

/** What a number or a time is counted in, so that `age > 5d` and `memory > 1Gi` can be said. */
export type WhereUnit = 'age' | 'time' | 'cores' | 'bytes';

interface Unit {
  type: CelType;
  /** For messages: what the text should have been. */
  form: string;
  /** The value of a text that stands beside a word of this unit; undefined for what is none. */
  read(text: string): CelValue | undefined;
}

const NANOS_PER: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
  w: 7 * 86_400e9,
  y: 365 * 86_400e9,
};

/** An age as kctl shows it, and durations of Go: `5d2h`, `90s`, `1.5h`, `2y`, `0`. */
function readAge(text: string): Duration | undefined {
  const match = /^(-?)((?:\d+(?:\.\d+)?(?:ns|us|µs|ms|[smhdwy]))+|0)$/.exec(text);
  if (!match) return undefined;
  let nanos = 0;
  for (const [, amount, unit] of match[2]!.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|[smhdwy])/g)) {
    nanos += Number(amount) * NANOS_PER[unit!]!;
  }
  return new Duration(BigInt(Math.round(match[1] ? -nanos : nanos)));
}

/** RFC 3339, a date alone, or both without seconds or zone, which is then UTC. */
function readTime(text: string): CelValue | undefined {
  const short = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?$/.exec(text);
  return parseTimestamp(short ? `${short[1]}T${short[2]}${short[3] ?? ':00'}Z` : text) ?? parseDate(text);
}

function readQuantity(text: string): number | undefined {
  try {
    return parseQuantity(text).value;
  } catch {
    return undefined;
  }
}

export const units: Readonly<Record<WhereUnit, Unit>> = {
  age: { type: DURATION, form: 'a length of time (30s, 5m, 2h, 7d)', read: readAge },
  time: { type: TIMESTAMP, form: 'a moment (2026-01-31, 2026-01-31T08:00:00Z)', read: readTime },
  cores: { type: DOUBLE, form: 'an amount of processors (2, 0.5, 500m)', read: readQuantity },
  bytes: { type: DOUBLE, form: 'an amount of bytes (512Mi, 1Gi, 2G)', read: readQuantity },
};

/** Text with the places of its characters in what it was made of. */
export interface PlacedText {
  text: string;
  /** The place in the original of a place in `text`. */
  placeOf(at: number): number;
}

/** Strings, which stay as they are; then names and other numbers; then amounts with a unit. */
const PIECES =
  /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|(?<amount>\b\d+(?:\.\d+)?(?:ns|us|µs|ms|[smhdwy]|[KMGTPE]i|[kMGTPE])(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))*(?![\w.]))|[A-Za-z_0-9]\w*/g;

/** CEL has no amounts with a unit: `age > 5d` is made `age > "5d"`. Nothing else can begin like that. */
export function quoteAmounts(source: string): PlacedText {
  const quotes: number[] = [];
  const text = source.replace(PIECES, (piece, ...rest) => {
    const { amount } = rest.at(-1) as { amount?: string };
    if (amount === undefined) return piece;
    const at = rest.at(-3) as number;
    quotes.push(at, at + amount.length);
    return `"${amount}"`;
  });
  return {
    text,
    placeOf(at) {
      let place = at;
      for (const quote of quotes) if (quote < place) place--;
      return place;
    },
  };
}
