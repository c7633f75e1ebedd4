import { levelOfLine, logLevels } from './level.ts';
import type { Timed } from './line-merger.ts';
import type { LogContainer } from './log-source.ts';
import type { NoteText } from './note-text.ts';
import type { StampedLine } from './stamped-line.ts';

/** Where entries come from: one container of one pod. */
export interface EntrySource {
  of: LogContainer;
  /** The pod's short name, unique among those that were seen. */
  name: string;
  /** Index into `logLevels` of the last line that said one; -1 before. */
  level: number;
  /** The place of its newest entry; -1 before the first. */
  last: number;
  /** Nothing more will come of it. */
  isOver: boolean;
}

/** A line of a log, or what is said between lines. */
export interface LogEntry extends Timed {
  /** Its place among all that ever came; given by the ring. */
  seq: number;
  /** Undefined: about all of them. */
  source: EntrySource | undefined;
  /** The time as the server wrote it; '' where it wrote none. */
  stamp: string;
  /** The raw line: escape it before it reaches a terminal. */
  text: string;
  /** Index into `logLevels`, of the line or, for those without one (a stack), of the line before; -1 where none is known. */
  level: number;
  /** No line, but this. */
  note: NoteText | undefined;
  /** A mark that a reader has set. */
  isMark: boolean;
}

/** An entry of a line. `source` learns its level. */
export function lineEntry(line: StampedLine, source: EntrySource): LogEntry {
  const own = levelOfLine(line.text);
  if (own !== undefined) source.level = logLevels.indexOf(own);
  const { key, stamp, text } = line;
  return { key, size: text.length, seq: 0, source, stamp, text, level: source.level, note: undefined, isMark: false };
}

export function noteEntry(note: NoteText, key: string, source?: EntrySource): LogEntry {
  const { text } = note;
  return { key, size: text.length, seq: 0, source, stamp: '', text, level: -1, note, isMark: false };
}

export function markEntry(text: string, key: string): LogEntry {
  return { ...noteEntry({ text, weight: 'quiet' }, key), isMark: true };
}
