import type { FeedState } from '../../../store/logs/log-feed.ts';
import type { Theme } from '../../../theme/theme.ts';
import { say } from '../../words/say.ts';
import { errorLines } from '../error-lines.ts';
import type { LogQuery, LogRange } from './log-query.ts';

export interface LogNotesOptions {
  query: LogQuery;
  state: FeedState | undefined;
  isHeld: boolean;
  isFollowing: boolean;
  /** Entries behind the last one on the screen. */
  below: number;
  toggles: { wrap: boolean; timestamps: boolean; fields: boolean; lock: boolean };
  fields: readonly string[];
  /** Lines that fell out. */
  dropped: number;
  left: number;
  /** Pods that are not shown. */
  hidden: number;
  /** How much of what is kept was looked through, 0 to 1. */
  progress: number;
}

const numberText = (count: number): string => count.toLocaleString('en');

/** How the view is set and what it is doing, what matters most first. */
export function logNotes(options: LogNotesOptions): string[] {
  const { query, state, isHeld, isFollowing, below, toggles, fields, dropped, left, hidden, progress } = options;
  const notes: (string | false | undefined)[] = [
    phaseNote(state, isHeld),
    query.previous && say('previous'),
    dropped > 0 && say('{count} older lines fell out', { count: numberText(dropped) }),
    isFollowing
      ? say('autoscroll')
      : below > 0
        ? say('{count} below', { count: numberText(below) })
        : say('no autoscroll'),
    progress < 1 && say('searching {percent} %', { percent: String(Math.floor(progress * 100)) }),
    state && state.waiting > 0 && say('{count} logs wait', { count: String(state.waiting) }),
    state && state.reading > 1 && say('{count} logs', { count: String(state.reading) }),
    hidden > 0 && say('{count} pods hidden', { count: String(hidden) }),
    query.containers === '*' && say('all containers'),
    rangeNote(query.range),
    toggles.fields && (fields.length > 0 ? `${say('fields')} ${fields.join(',')}` : say('fields')),
    toggles.wrap && say('wrap'),
    toggles.timestamps && say('timestamps'),
    toggles.lock && say('column lock'),
    left > 0 && say('column {number}', { number: String(left + 1) }),
  ];
  return notes.filter((note) => typeof note === 'string' && note !== '') as string[];
}

function phaseNote(state: FeedState | undefined, isHeld: boolean): string | undefined {
  if (isHeld) return say('paused: nothing is read');
  switch (state?.phase) {
    case 'full':
      return say('full: reading stands still');
    case 'lost':
      return say('reconnecting');
    case 'ended':
      return say('ended');
    case 'failed':
      return say('failed');
    case 'connecting':
    case undefined:
      return say('connecting');
    default:
      return undefined;
  }
}

function rangeNote(range: LogRange): string {
  if (range.kind === 'head') return say('head');
  if (range.kind === 'tail') return say('tail {lines}', { lines: String(range.lines) });
  const minutes = range.ms / 60_000;
  return minutes >= 60
    ? say('last {count} h', { count: String(minutes / 60) })
    : say('last {count} min', { count: String(minutes) });
}

export interface EmptyOptions {
  state: FeedState | undefined;
  /** There are lines, and none of them passes. */
  isFiltered: boolean;
  isSearching: boolean;
  filter: string;
  error: unknown;
  previous: boolean;
}

/** What stands where no line does. */
export function emptyLines(options: EmptyOptions, width: number, theme: Theme): readonly string[] {
  if (options.error) return errorLines(options.error, width, theme);
  return ['', `  ${theme.paint('text.muted', emptyText(options))}`];
}

function emptyText({ state, isFiltered, isSearching, filter, previous }: EmptyOptions): string {
  if (isSearching) return say('Searching…');
  if (isFiltered) return say('No line matches {filter}. Esc clears the filter.', { filter });
  if (!state || state.phase === 'connecting') return say('Loading…');
  if (previous) return say('No container here has a log of an instance before the last restart.');
  if (state.phase === 'ended') return say('No pod has a log here yet. Those that come are followed.');
  return say('Nothing has been logged yet.');
}
