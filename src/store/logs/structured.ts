import { type LogLevel, levelNamed, levelOfNumber } from './level.ts';

/** A line that is data: JSON or logfmt. */
export interface StructuredLine {
  time: string | undefined;
  level: LogLevel | undefined;
  /** As the program calls its level. */
  levelText: string;
  message: string | undefined;
  /** Everything else, in order. */
  rest: readonly (readonly [string, unknown])[];
  root: Readonly<Record<string, unknown>>;
}

/** What libraries call them, the most usual first. */
const names = {
  time: ['time', 'ts', 'timestamp', '@timestamp', 'datetime', 't'],
  level: ['level', 'lvl', 'severity', 'log.level', 'levelname', 'loglevel', 's'],
  message: ['msg', 'message', 'event', 'log'],
} as const;

/** Undefined where the line is plain text. */
export function structuredLine(text: string): StructuredLine | undefined {
  const root = readJson(text) ?? readLogfmt(text);
  if (!root) return undefined;
  const find = (list: readonly string[]) => list.find((name) => root[name] !== undefined && root[name] !== null);
  const [time, level, message] = [find(names.time), find(names.level), find(names.message)];
  const given = level === undefined ? undefined : root[level];
  return {
    time: time === undefined ? undefined : timeText(root[time]),
    level: typeof given === 'number' ? levelOfNumber(given) : levelNamed(String(given ?? '')),
    levelText: typeof given === 'number' ? (levelOfNumber(given) ?? String(given)) : String(given ?? ''),
    message: message === undefined ? undefined : valueText(root[message]),
    rest: Object.entries(root).filter(([name]) => name !== time && name !== level && name !== message),
    root,
  };
}

function readJson(text: string): Record<string, unknown> | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return undefined;
  try {
    return JSON.parse(trimmed) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

const pair = /\s*([A-Za-z_@][\w.@/-]*)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?=\s|$)/y;

/** `level=info msg="all is well" took=3ms`: pairs from end to end, two at least. */
function readLogfmt(text: string): Record<string, unknown> | undefined {
  if (!text.includes('=')) return undefined;
  const trimmed = text.trimEnd();
  const found: [string, string][] = [];
  pair.lastIndex = 0;
  while (pair.lastIndex < trimmed.length) {
    const match = pair.exec(trimmed);
    if (!match) return undefined;
    found.push([match[1]!, match[2] === undefined ? (match[3] ?? '') : unquoted(match[2])]);
  }
  return found.length > 1 ? Object.fromEntries(found) : undefined;
}

function unquoted(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}

/** Seconds, milliseconds, micro- or nanoseconds since 1970 by their size; `{"$date": ...}` as MongoDB writes it. */
function timeText(value: unknown): string {
  if (typeof value === 'number') {
    const unit = [1e11, 1e14, 1e17].findIndex((limit) => value < limit);
    const ms = [value * 1000, value, value / 1000, value / 1e6].at(unit)!;
    const date = new Date(ms);
    return Number.isNaN(date.getTime()) ? String(value) : date.toISOString();
  }
  const nested = typeof value === 'object' && value !== null ? (value as { $date?: unknown }).$date : undefined;
  if (nested !== undefined) return timeText(nested);
  return typeof value === 'string' && /^\d{9,}(\.\d+)?$/.test(value) ? timeText(Number(value)) : valueText(value);
}

/** A value as a person reads it: text without quotes, the rest as JSON. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? '');
}

/** The value of a path: `user.id` is a key with a dot, or a field within a field. */
export function fieldAt(root: Readonly<Record<string, unknown>>, path: string): unknown {
  if (path in root) return root[path];
  let value: unknown = root;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}
