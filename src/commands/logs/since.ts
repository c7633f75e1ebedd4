import { parseGoDuration } from '../../lib/duration.ts';

const clock = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/;
const day = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d{1,2}):(\d\d)(?::(\d\d))?)?$/;
const days = /^(\d+)([dw])$/;
const dayMs = 24 * 3_600_000;

/**
 * What `--since` means beside kubectl's durations: `2d`, `1w`; a time of the clock here (`14:30`, the last one that
 * was); a day, also with a time (`2026-01-02`, `2026-01-02 14:30`); RFC 3339. A duration is in ms, a moment RFC 3339.
 * @throws KctlError `input` in Go's words where it is nothing of these
 */
export function readSince(text: string, now = new Date()): { duration: number } | { moment: string } {
  const count = days.exec(text);
  if (count) return { duration: Number(count[1]) * dayMs * (count[2] === 'w' ? 7 : 1) };
  const moment = clockTime(text, now) ?? dayTime(text) ?? fullTime(text);
  return moment ? { moment: moment.toISOString() } : { duration: parseGoDuration(text) };
}

function clockTime(text: string, now: Date): Date | undefined {
  const match = clock.exec(text);
  if (!match) return undefined;
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const at = new Date(now);
  at.setHours(hour, minute, second, 0);
  if (at > now) at.setDate(at.getDate() - 1);
  return at;
}

function dayTime(text: string): Date | undefined {
  const match = day.exec(text);
  if (!match) return undefined;
  const [, year, month, date, hour = 0, minute = 0, second = 0] = match.map(Number);
  const at = new Date(year!, month! - 1, date, hour || 0, minute || 0, second || 0);
  return at.getMonth() === month! - 1 && at.getDate() === date ? at : undefined;
}

function fullTime(text: string): Date | undefined {
  const at = /^\d{4}-\d\d-\d\dT/.test(text) ? new Date(text) : undefined;
  return at && !Number.isNaN(at.getTime()) ? at : undefined;
}
