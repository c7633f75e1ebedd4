import { humanDuration } from '../../lib/age.ts';
import { UNSET } from './text.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** How Go prints a time that was never set. */
const ZERO_TIME = 'Mon, 01 Jan 0001 00:00:00 +0000';

type Timestamp = string | undefined | null;

/** RFC 1123 with a numeric zone, in local time: `Mon, 01 Jan 2024 00:00:00 +0000`. */
export function timeText(timestamp: Timestamp): string {
  if (!timestamp) return ZERO_TIME;
  const time = new Date(timestamp);
  if (Number.isNaN(time.getTime())) return timestamp;
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return `${DAYS[time.getDay()]}, ${two(time.getDate())} ${MONTHS[time.getMonth()]} ${time.getFullYear()} ${clock} ${zoneText(time)}`;
}

/** The same for times that are optional: `<unset>` where there is none. */
export function optionalTimeText(timestamp: Timestamp): string {
  return timestamp ? timeText(timestamp) : UNSET;
}

/** As Go's Time prints itself: `2024-01-01 00:00:00 +0000 UTC`. */
export function plainTimeText(timestamp: Timestamp): string {
  if (!timestamp) return '0001-01-01 00:00:00 +0000 UTC';
  const time = new Date(timestamp);
  if (Number.isNaN(time.getTime())) return timestamp;
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${zoneText(time)} ${zoneName(time)}`;
}

/** `Terminating (lasts 5s)`. */
export function terminatingText(deletionTimestamp: string, nowMs: number): string {
  return `Terminating (lasts ${humanDuration(nowMs - Date.parse(deletionTimestamp))})`;
}

function zoneText(time: Date): string {
  const offset = -time.getTimezoneOffset();
  const two = (value: number) => String(Math.trunc(value)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}${two(Math.abs(offset) % 60)}`;
}

/** Go knows the abbreviations of the zone data (`KST`), JavaScript those of a language; zones without one are their offset. */
function zoneName(time: Date): string {
  const name = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' })
    .formatToParts(time)
    .find(({ type }) => type === 'timeZoneName')?.value;
  return name && /^[A-Z]+$/.test(name) ? name : zoneText(time);
}
