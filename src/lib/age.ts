const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/**
 * Below `limit` seconds an age is shown in `unit`, with the remainder in `minor` where that is not
 * zero. The steps of apimachinery's HumanDuration (kubectl reference 4.2).
 */
const steps: readonly { limit: number; unit: [number, string]; minor?: [number, string] }[] = [
  { limit: 2 * MINUTE, unit: [1, 's'] },
  { limit: 10 * MINUTE, unit: [MINUTE, 'm'], minor: [1, 's'] },
  { limit: 3 * HOUR, unit: [MINUTE, 'm'] },
  { limit: 8 * HOUR, unit: [HOUR, 'h'], minor: [MINUTE, 'm'] },
  { limit: 2 * DAY, unit: [HOUR, 'h'] },
  { limit: 8 * DAY, unit: [DAY, 'd'], minor: [HOUR, 'h'] },
  { limit: 2 * YEAR, unit: [DAY, 'd'] },
  { limit: 8 * YEAR, unit: [YEAR, 'y'], minor: [DAY, 'd'] },
  { limit: Number.POSITIVE_INFINITY, unit: [YEAR, 'y'] },
];

/** Milliseconds → `12s`, `3m5s`, `47h`, `5d2h`. More than a second in the future is `<invalid>`. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1 || Number.isNaN(seconds)) return '<invalid>';
  if (seconds < 0) return '0s';
  for (const { limit, unit, minor } of steps) {
    if (seconds >= limit) continue;
    const major = `${Math.floor(seconds / unit[0])}${unit[1]}`;
    const rest = minor ? Math.floor((seconds % unit[0]) / minor[0]) : 0;
    return rest > 0 ? `${major}${rest}${minor?.[1]}` : major;
  }
  return '<invalid>';
}

/** The age of an RFC 3339 time at `nowMs`; `<unknown>` where there is none. */
export function ageSince(timestamp: string | undefined | null, nowMs: number): string {
  const then = timestamp ? Date.parse(timestamp) : Number.NaN;
  return Number.isNaN(then) ? '<unknown>' : humanDuration(nowMs - then);
}
