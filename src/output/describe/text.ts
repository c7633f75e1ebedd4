import { escapeTerminalLines } from '../../lib/escape.ts';
import { alignTabs, describeLayout } from '../tab-writer.ts';

/** Collects the lines of a description; cells end at tabs and are aligned when the text is made. */
export class DescribeText {
  private readonly parts: string[] = [];

  /** One line at `level` (two spaces each); a line feed inside stays, as kubectl leaves it. */
  line(level: number, text: string): void {
    this.parts.push(`${'  '.repeat(level)}${text}\n`);
  }

  /** `Name:<tab>value`. */
  field(level: number, name: string, value: unknown): void {
    this.line(level, `${name}:\t${String(value ?? '')}`);
  }

  /** Text of another description, already complete. */
  raw(text: string): void {
    this.parts.push(text);
  }

  toString(): string {
    return alignTabs(escapeTerminalLines(this.parts.join('')), describeLayout);
  }
}

export const NONE = '<none>';

const LONGEST_ANNOTATION = 140;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** One `key=value` per line under `title`, sorted; `indent` stands before the title and its continuation. */
export function writeMap(out: DescribeText, title: string, map: Record<string, string> | undefined, indent = ''): void {
  const keys = Object.keys(map ?? {}).sort();
  if (keys.length === 0) out.line(0, `${indent}${title}:\t${NONE}`);
  for (const [index, key] of keys.entries()) {
    out.line(0, `${indent}${index === 0 ? `${title}:` : ''}\t${key}=${map?.[key]}`);
  }
}

/** The same for annotations: long values and values of several lines stand below their key, cut at 140 characters. */
export function writeAnnotations(
  out: DescribeText,
  annotations: Record<string, string> | undefined,
  indent = '',
): void {
  const keys = Object.keys(annotations ?? {})
    .filter((key) => key !== LAST_APPLIED)
    .sort();
  if (keys.length === 0) out.line(0, `${indent}Annotations:\t${NONE}`);
  for (const [index, key] of keys.entries()) {
    const value = (annotations?.[key] ?? '').replace(/\n$/, '');
    const lead = `${indent}${index === 0 ? 'Annotations:' : ''}\t`;
    if (value.length + key.length + 2 < LONGEST_ANNOTATION && !value.includes('\n')) {
      out.line(0, `${lead}${key}: ${value}`);
      continue;
    }
    out.line(0, `${lead}${key}:`);
    for (const line of value.split('\n')) out.line(0, `${indent}\t  ${shorten(line, LONGEST_ANNOTATION - 2)}`);
  }
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}...` : text;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 1123 with a numeric zone, in local time: `Mon, 01 Jan 2024 00:00:00 +0000`. */
export function timeText(timestamp: string | undefined | null): string {
  if (!timestamp) return '<unset>';
  const time = new Date(timestamp);
  if (Number.isNaN(time.getTime())) return timestamp;
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  const offset = -time.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  return `${DAYS[time.getDay()]}, ${two(time.getDate())} ${MONTHS[time.getMonth()]} ${time.getFullYear()} ${clock} ${zone}`;
}
