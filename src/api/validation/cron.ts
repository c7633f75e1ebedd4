import type { Causes } from './causes.ts';
import { type Fields, isMissing } from './checks.ts';

/** Schedules and time zones of cron jobs. Sources: Kubernetes pkg/apis/batch/validation, robfig/cron v3 parser. */

interface Bounds {
  low: number;
  high: number;
  names?: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const bounds: readonly Bounds[] = [
  { low: 0, high: 59 },
  { low: 0, high: 23 },
  { low: 1, high: 31 },
  { low: 1, high: 12, names: months },
  { low: 0, high: 6, names: days },
];

const macros = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** A number, or what is wrong with it. */
function parseNumber(text: string): number | string {
  if (!/^[+-]?\d+$/.test(text)) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  }
  const value = Number(text);
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value;
}

function parseName(text: string, { names, low }: Bounds): number | string {
  const at = names?.indexOf(text.toLowerCase()) ?? -1;
  return at >= 0 ? at + low : parseNumber(text);
}

function rangeProblem(text: string, range: Bounds): string | undefined {
  const [span = '', ...steps] = text.split('/');
  const ends = span.split('-');
  let [low, high]: (number | string)[] = [range.low, range.high];
  if (ends[0] !== '*' && ends[0] !== '?') {
    low = parseName(ends[0]!, range);
    if (typeof low === 'string') return low;
    if (ends.length > 2) return `too many hyphens: ${text}`;
    high = ends.length === 1 ? low : parseName(ends[1]!, range);
    if (typeof high === 'string') return high;
  }
  let step: number | string = 1;
  if (steps.length > 1) return `too many slashes: ${text}`;
  if (steps.length === 1) {
    step = parseNumber(steps[0]!);
    if (typeof step === 'string') return step;
    if (ends.length === 1 && typeof low === 'number') high = ends[0] === '*' ? high : range.high;
  }
  if (typeof low !== 'number' || typeof high !== 'number') return undefined;
  if (low < range.low) return `beginning of range (${low}) below minimum (${range.low}): ${text}`;
  if (high > range.high) return `end of range (${high}) above maximum (${range.high}): ${text}`;
  if (low > high) return `beginning of range (${low}) beyond end of range (${high}): ${text}`;
  return step === 0 ? `step of range should be a positive number: ${text}` : undefined;
}

/** Why a schedule cannot be read, in the words of the library that servers use. */
export function scheduleProblem(schedule: string): string | undefined {
  let text = schedule;
  const zone = /^(CRON_)?TZ=(\S*)\s*(.*)$/.exec(text);
  if (zone) {
    const problem = zoneProblem(zone[2]!);
    if (problem) return `provided bad location ${zone[2]}: ${problem}`;
    text = zone[3]!.trim();
  }
  if (text.startsWith('@')) return macroProblem(text);
  const fields = text.split(/\s+/).filter(Boolean);
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [index, field] of fields.entries()) {
    for (const part of field.split(',').filter(Boolean)) {
      const problem = rangeProblem(part, bounds[index]!);
      if (problem) return problem;
    }
  }
  return undefined;
}

function macroProblem(text: string): string | undefined {
  if (macros.includes(text)) return undefined;
  if (!text.startsWith('@every ')) return `unrecognized descriptor: ${text}`;
  const duration = text.slice('@every '.length);
  if (
    /^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/.test(duration) ||
    duration === '0'
  ) {
    return undefined;
  }
  return `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`;
}

const hasZone = (schedule: unknown): boolean => String(schedule ?? '').includes('TZ');

export function checkSchedule(causes: Causes, path: string, spec: Fields, old: Fields | undefined): void {
  const { schedule } = spec;
  if (isMissing(schedule)) {
    causes.required(path);
    return;
  }
  const problem = scheduleProblem(String(schedule));
  if (problem) causes.invalid(path, schedule, problem);
  if (!hasZone(schedule)) return;
  if (!hasZone(old?.schedule)) {
    causes.invalid(path, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
  } else if (spec.timeZone !== undefined) {
    causes.invalid(path, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule');
  }
}

function zoneProblem(zone: string): string | undefined {
  if (zone === '' || zone === 'UTC' || zone === 'Local') return undefined;
  try {
    Intl.DateTimeFormat('en', { timeZone: zone });
    return undefined;
  } catch {
    return `unknown time zone ${zone}`;
  }
}

export function checkTimeZone(causes: Causes, path: string, zone: unknown): void {
  if (zone === undefined || zone === null) return;
  const text = String(zone);
  if (text === '') {
    causes.invalid(path, '', 'timeZone must be nil or non-empty string');
    return;
  }
  const isOdd = (part: string): boolean =>
    part === '.' || part === '..' || part.startsWith('-') || !/^[A-Za-z.\-_0-9+]{1,14}$/.test(part);
  if (text.split('/').some(isOdd)) {
    causes.invalid(path, text, `unknown time zone ${text}`);
    return;
  }
  if (text.toLowerCase() === 'local') {
    const detail = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    causes.invalid(path, text, detail);
  }
  const problem = text === 'local' ? 'unknown time zone local' : zoneProblem(text);
  if (problem) causes.invalid(path, text, problem);
}
