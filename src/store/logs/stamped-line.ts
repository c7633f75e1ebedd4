/** A line of a log as the server sends it where timestamps are asked for. */
export interface StampedLine {
  /** When it was written: RFC 3339 in UTC with nine digits of a second, so that text order is time order. */
  key: string;
  /** The time as the server wrote it; '' where the line has none, and `key` is then that of the line before. */
  stamp: string;
  text: string;
}

/** `2026-01-02T03:04:05.000000000Z` */
const KEY_LENGTH = 30;

const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/**
 * Takes the time from the front of a line. What the server puts in between (an error of the runtime) has none.
 * @param before the key of the line before
 */
export function stampedLine(raw: string, before: string): StampedLine {
  // The kubelet's own form is the common one and needs no parsing; logs come fifty thousand lines a second.
  if (raw[KEY_LENGTH - 1] === 'Z' && raw[10] === 'T' && raw[19] === '.' && isEnd(raw, KEY_LENGTH)) {
    const stamp = raw.slice(0, KEY_LENGTH);
    return { key: stamp, stamp, text: raw.slice(KEY_LENGTH + 1) };
  }
  const end = raw.indexOf(' ');
  const stamp = end < 0 ? raw : raw.slice(0, end);
  const key = timeKey(stamp);
  return key === undefined
    ? { key: before, stamp: '', text: raw }
    : { key, stamp, text: end < 0 ? '' : raw.slice(end + 1) };
}

function isEnd(raw: string, at: number): boolean {
  return raw.length === at || raw[at] === ' ';
}

/** A time in the form of `StampedLine.key`; undefined where it is none. */
export function timeKey(stamp: string): string | undefined {
  const match = rfc3339.exec(stamp);
  if (!match) return undefined;
  const [, time, fraction = '', zone] = match;
  const seconds = zone === 'Z' ? time! : new Date(`${time}${zone}`).toISOString().slice(0, 19);
  return `${seconds}.${fraction.padEnd(9, '0')}Z`;
}
