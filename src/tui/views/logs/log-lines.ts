import { escapeTerminal } from '../../../lib/escape.ts';
import { padText, textWidth } from '../../../lib/text-width.ts';
import { type LogLevel, levelNamed, levelOfLine } from '../../../store/logs/level.ts';
import type { EntrySource, LogEntry } from '../../../store/logs/log-entry.ts';
import { fieldAt, type StructuredLine, structuredLine, valueText } from '../../../store/logs/structured.ts';
import { podToken } from '../../../theme/pod-token.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import { say } from '../../words/say.ts';
import { plainText } from './log-filter.ts';
import { markSpans, type Span, sliceSpans, spansWidth, wrapSpans } from './spans.ts';

/** How lines are shown. */
export interface LineLook {
  timestamps: boolean;
  wrap: boolean;
  /** Lines that are data as fields; undefined: as they came, [] all fields. */
  fields: readonly string[] | undefined;
  /** The signs before lines, and where they come from. */
  hasMargin: boolean;
  marks: readonly RegExp[];
  left: number;
}

/** Where lines come from, as far as lines have to say it. */
export interface SourceColumns {
  name: ((source: EntrySource) => string) | undefined;
  nameWidth: number;
  /** 0: there is one container. */
  containerWidth: number;
}

/** A line is shown up to here; `enter` shows all of it. */
const longest = 16_384;

const levelLooks: Readonly<Record<LogLevel, { token: ThemeToken; sign: string }>> = {
  trace: { token: 'text.muted', sign: ' ' },
  debug: { token: 'text.muted', sign: ' ' },
  info: { token: 'status.ok', sign: ' ' },
  warn: { token: 'log.warn', sign: '!' },
  error: { token: 'log.error', sign: 'x' },
  fatal: { token: 'log.error', sign: 'x' },
};

const weights = { quiet: 'text.muted', warn: 'status.warn', error: 'status.error' } as const;

/** What names and containers take, for the sources that there are. */
export function sourceColumns(sources: readonly EntrySource[], width: number): SourceColumns {
  const values = (pick: (source: EntrySource) => string) => new Set(sources.map(pick));
  const [pods, containers] = [values(({ of }) => `${of.context} ${of.uid}`), values(({ of }) => of.container)];
  if (pods.size < 2 && containers.size < 2) return { name: undefined, nameWidth: 0, containerWidth: 0 };
  const isMany = (set: Set<string>) => set.size > 1;
  const [contexts, namespaces] = [values(({ of }) => of.context ?? ''), values(({ of }) => of.namespace)];
  const name = ({ of, name: short }: EntrySource) =>
    escapeTerminal((isMany(contexts) ? `${of.context}/` : '') + (isMany(namespaces) ? `${of.namespace}/` : '') + short);
  const widest = (texts: Iterable<string>, most: number) =>
    Math.min(most, Math.max(0, ...[...texts].map((text) => textWidth(text))));
  const nameWidth = isMany(pods) ? widest(sources.map(name), Math.max(8, Math.floor(width / 4))) : 0;
  // One container of each pod needs no name.
  const areSeveral = values(({ of }) => `${of.context} ${of.uid} ${of.container}`).size > pods.size;
  const containerWidth = areSeveral
    ? widest([...containers].map(escapeTerminal), Math.max(6, Math.floor(width / 8)))
    : 0;
  return { name, nameWidth, containerWidth };
}

/** The rows of an entry on a screen of `width` columns. */
export function entryRows(
  entry: LogEntry,
  look: LineLook,
  columns: SourceColumns,
  width: number,
  isHere: boolean,
): Span[][] {
  const own = entry.note || !look.hasMargin ? undefined : levelOfLine(entry.text);
  const margin = look.hasMargin ? marginOf(entry, own, columns, isHere) : [];
  const room = Math.max(10, width - spansWidth(margin));
  if (entry.isMark) return [markRow(entry, width)];
  const body = entry.note ? noteSpans(entry) : lineSpans(entry, look);
  const marked = entry.note ? body : markSpans(body, look.marks);
  if (!look.wrap) return [[...margin, ...sliceSpans(marked, look.left, room)]];
  const rest: Span = ['border', ' '.repeat(Math.max(0, spansWidth(margin) - 2)) + (margin.length > 1 ? '│ ' : '  ')];
  const indent: Span[] = look.hasMargin ? [rest] : [];
  return wrapSpans(marked, room).map((row, index) => [...(index === 0 ? margin : indent), ...row]);
}

function marginOf(entry: LogEntry, own: LogLevel | undefined, columns: SourceColumns, isHere: boolean): Span[] {
  const { source, note } = entry;
  const look = own && levelLooks[own];
  const sign: Span = isHere ? ['accent', '> '] : [look?.token, `${look?.sign ?? ' '} `];
  if (!columns.name) return [sign];
  const name = source && !note ? columns.name(source) : '';
  const spans: Span[] = [sign];
  if (columns.nameWidth > 0) {
    spans.push([
      source ? podToken(source.of.pod) : undefined,
      padText(endOf(name, columns.nameWidth), columns.nameWidth),
    ]);
    spans.push([undefined, ' ']);
  }
  if (columns.containerWidth > 0) {
    const container = source && !note ? escapeTerminal(source.of.container) : '';
    spans.push(['text.muted', padText(endOf(container, columns.containerWidth), columns.containerWidth)]);
    spans.push([undefined, ' ']);
  }
  return [...spans, ['border', '│ ']];
}

/** Names differ at their ends. */
function endOf(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = text;
  while (textWidth(kept) > width - 1) kept = kept.slice((kept.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
  return `…${kept}`;
}

function markRow(entry: LogEntry, width: number): Span[] {
  const text = `── ${entry.text} `;
  return [['accent', text + '─'.repeat(Math.max(0, width - textWidth(text)))]];
}

function noteSpans({ note }: LogEntry): Span[] {
  const { text, weight } = note!;
  return [[weights[weight], safe(text)]];
}

const safe = (text: string): string => escapeTerminal(text.replace(/\r$/, '').replaceAll('\t', '    '));

function lineSpans(entry: LogEntry, look: LineLook): Span[] {
  const whole = plainText(entry.text);
  const text = whole.length > longest ? whole.slice(0, longest) : whole;
  const cut: Span[] =
    whole.length > longest
      ? [
          [
            'text.muted',
            `… (${say('{count} characters, Enter shows all', { count: whole.length.toLocaleString('en') })})`,
          ],
        ]
      : [];
  const stamp: Span[] = look.timestamps ? [['log.timestamp', `${shortStamp(entry.stamp)} `]] : [];
  const data = look.fields && cut.length === 0 ? structuredLine(text) : undefined;
  if (data) return [...stamp, ...(look.fields!.length > 0 ? pickedSpans(data, look.fields!) : fieldSpans(data, look))];
  const level = levelOfLine(text);
  const token = level === undefined || level === 'info' ? 'text' : levelLooks[level].token;
  return [...stamp, [token, safe(text)], ...cut];
}

/** To the millisecond; the rest says nothing to people. */
const shortStamp = (stamp: string): string => (/^.{19}\.\d{9}Z$/.test(stamp) ? `${stamp.slice(0, 23)}Z` : stamp);

function fieldSpans({ time, level, levelText, message, rest }: StructuredLine, { timestamps }: LineLook): Span[] {
  const spans: Span[] = [];
  const add = (...more: Span[]) => {
    if (spans.length > 0) spans.push([undefined, ' ']);
    spans.push(...more);
  };
  if (time !== undefined && !timestamps) add(['log.timestamp', safe(time)]);
  if (levelText !== '') add([level ? levelLooks[level].token : 'text', safe(levelText.toUpperCase().padEnd(5))]);
  if (message !== undefined) add([level === 'error' || level === 'fatal' ? 'log.error' : 'text', oneLine(message)]);
  for (const [name, value] of rest) {
    const text = valueText(value);
    const shown = typeof value === 'string' && /[\s="]|^$/.test(text) ? JSON.stringify(text) : text;
    add(['yaml.key', `${safe(name)}=`], [typeof value === 'number' ? 'yaml.literal' : 'yaml.value', oneLine(shown)]);
  }
  return spans;
}

/** The values alone; `-` where a line has no such field. */
function pickedSpans({ root, level, levelText, time, message }: StructuredLine, paths: readonly string[]): Span[] {
  const usual: Readonly<Record<string, string | undefined>> = { time, level: levelText || undefined, message };
  return paths.flatMap((path, index): Span[] => {
    const value = fieldAt(root, path);
    const text = value === undefined ? (usual[path] ?? '-') : valueText(value);
    const isLevel = level !== undefined && levelNamed(text) === level;
    const token: ThemeToken = isLevel ? levelLooks[level].token : text === time ? 'log.timestamp' : 'text';
    return [
      ...(index > 0 ? [[undefined, ' '] as Span] : []),
      [token, oneLine(isLevel ? text.toUpperCase().padEnd(5) : text)],
    ];
  });
}

const oneLine = (text: string): string => safe(text.replaceAll('\n', '\\n'));

/** An entry as text in files and on clipboards: as it came, with where it comes from. */
export function entryText(entry: LogEntry, columns: SourceColumns, timestamps: boolean): string {
  const { source, note, isMark, stamp, text } = entry;
  if (isMark) return `── ${text} ──`;
  if (note) return `# ${note.text}`;
  const where = source && columns.name ? `[${columns.name(source)}/${source.of.container}] ` : '';
  return `${where}${timestamps && stamp !== '' ? `${stamp} ` : ''}${text}`;
}
