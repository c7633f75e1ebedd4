import { scheduleProblem } from '../../api/validation/cron.ts';
import { parseGoDuration } from '../../lib/duration.ts';

/** When a cron job is to run. */
export interface Schedule {
  /** The first time after `afterMs`; undefined when there is none within five years. */
  next(afterMs: number): number | undefined;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const YEARS = 5;

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface FieldKind {
  low: number;
  high: number;
  names?: readonly string[];
}

const kinds: readonly FieldKind[] = [
  { low: 0, high: 59 },
  { low: 0, high: 23 },
  { low: 1, high: 31 },
  { low: 1, high: 12, names: months },
  { low: 0, high: 6, names: days },
];

const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

interface Field {
  values: ReadonlySet<number>;
  /** `*` or `?`: says nothing of the day. Every second one does. */
  isOpen: boolean;
}

function parseField(text: string, { low, high, names }: FieldKind): Field {
  const values = new Set<number>();
  let isOpen = false;
  const number = (word: string): number => {
    const at = names?.indexOf(word.toLowerCase()) ?? -1;
    return at >= 0 ? at + low : Number(word);
  };
  for (const part of text.split(',').filter(Boolean)) {
    const [span = '', step = '1'] = part.split('/');
    const [from = '', to] = span.split('-');
    const isAll = from === '*' || from === '?';
    if (isAll && Number(step) === 1) isOpen = true;
    const first = isAll ? low : number(from);
    // `5/10` is `5-59/10`.
    const last = isAll || (to === undefined && part.includes('/')) ? high : number(to ?? from);
    for (let value = first; value <= last; value += Number(step)) values.add(value);
  }
  return { values, isOpen };
}

/** The difference between the clock on the wall and UTC at a moment (ms). */
type Offset = (ms: number) => number;

const UTC: Offset = () => 0;

function offsetOf(timeZone: string): Offset {
  if (timeZone === 'UTC' || timeZone === '' || timeZone === 'Local') return UTC;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  // Clocks are changed at quarters of an hour.
  const quarter = 15 * MINUTE_MS;
  let known = { at: Number.NaN, offset: 0 };
  return (ms) => {
    const at = Math.floor(ms / quarter) * quarter;
    if (at !== known.at) {
      const [month, day, year, hour, minute, second] = format.format(at).match(/\d+/g)!.map(Number);
      known = { at, offset: Date.UTC(year!, month! - 1, day, hour, minute, second) - at };
    }
    return known.offset;
  };
}

const parsed = new Map<string, Schedule>();

/**
 * Reads what `spec.schedule` may be: five fields or a macro, `@every 90m`, with a time zone of its own in front. Runs
 * are the minutes at which the clock on the wall shows what was asked for: an hour that is left out has none, one that
 * comes twice has them twice (robfig/cron v3, which kubernetes uses).
 * @throws Error in that library's words
 */
export function parseSchedule(schedule: string, timeZone = 'UTC'): Schedule {
  const id = `${timeZone} ${schedule}`;
  let known = parsed.get(id);
  if (!known) {
    const problem = scheduleProblem(schedule);
    if (problem) throw new Error(problem);
    const zoned = /^(?:CRON_)?TZ=(\S*)\s+(.*)$/.exec(schedule);
    known = read(zoned ? zoned[2]!.trim() : schedule.trim(), offsetOf(zoned ? zoned[1]! : timeZone));
    if (parsed.size > 500) parsed.clear();
    parsed.set(id, known);
  }
  return known;
}

function read(text: string, offset: Offset): Schedule {
  if (text.startsWith('@every ')) {
    const ms = parseGoDuration(text.slice('@every '.length));
    const delay = Math.max(Math.floor(ms / 1000) * 1000, 1000);
    return { next: (after) => Math.floor(after / 1000) * 1000 + delay };
  }
  const fields = (macros[text] ?? text).split(/\s+/).map((field, at) => parseField(field, kinds[at]!));
  const [minute, hour, day, month, weekday] = fields as [Field, Field, Field, Field, Field];
  const isDay = (wall: Date): boolean => {
    const [byDay, byWeekday] = [day.values.has(wall.getUTCDate()), weekday.values.has(wall.getUTCDay())];
    return day.isOpen || weekday.isOpen ? byDay && byWeekday : byDay || byWeekday;
  };
  /** The next moment worth a look; undefined when `wall` is what was asked for. */
  const skip = (wall: Date): { toWall: number } | { byMs: number } | undefined => {
    const [year, at, date] = [wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()];
    if (!month.values.has(at + 1)) return { toWall: Date.UTC(year, at + 1, 1) };
    if (!isDay(wall)) return { toWall: Date.UTC(year, at, date + 1) };
    if (!hour.values.has(wall.getUTCHours())) return { byMs: HOUR_MS - wall.getUTCMinutes() * MINUTE_MS };
    return minute.values.has(wall.getUTCMinutes()) ? undefined : { byMs: MINUTE_MS };
  };
  return {
    next(after) {
      let ms = Math.floor(after / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
      const lastYear = new Date(ms + offset(ms)).getUTCFullYear() + YEARS;
      for (;;) {
        const wall = new Date(ms + offset(ms));
        if (wall.getUTCFullYear() > lastYear) return undefined;
        const step = skip(wall);
        if (!step) return ms;
        ms = 'byMs' in step ? ms + step.byMs : instantOf(step.toWall, ms, offset);
      }
    },
  };
}

/** A moment after `ms` and not after the clock on the wall comes to show `wall`. */
function instantOf(wall: number, ms: number, offset: Offset): number {
  const guess = wall - offset(ms);
  const early = Math.min(guess, wall - offset(guess));
  return early > ms ? early : ms + 15 * MINUTE_MS;
}

/** RFC 3339 as a clock in `timeZone` shows it. */
export function shownIn(timeZone: string | undefined, ms: number): string {
  const offset = offsetOf(timeZone ?? 'UTC')(ms);
  const text = new Date(ms + offset).toISOString().slice(0, 19);
  if (offset === 0) return `${text}Z`;
  const minutes = Math.abs(offset) / MINUTE_MS;
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${text}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}
