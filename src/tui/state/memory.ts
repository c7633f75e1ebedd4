import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dataHome } from '../../lib/data-home.ts';
import { replaceFile } from '../../lib/replace-file.ts';
import type { TableSort } from '../../store/compact-row.ts';
import type { Timing } from '../../store/timing.ts';
import type { ColumnChoice } from '../views/table-lines.ts';

/** What the dashboard knows of a context from earlier days. */
export interface Remembered {
  /** The namespace and the command line (`pods shop /web`) that were seen last. */
  namespace?: string;
  lastLine?: string;
  /** By group resource: how its table was sorted. */
  sorts: Readonly<Record<string, TableSort>>;
  /** By group resource: columns that were chosen beside the usual ones. */
  columns: Readonly<Record<string, ColumnChoice>>;
  /** How logs are shown: `wrap`, `timestamps`, `fields`. */
  logs: Readonly<Record<string, boolean>>;
  /** Namespaces on the keys 1 to 9, the one used last in front. */
  favourites: readonly string[];
  /** Command lines by the name that the user gave them. */
  bookmarks: Readonly<Record<string, string>>;
  /** Command lines and filters that were typed, the newest last. */
  lines: readonly string[];
  filters: readonly string[];
}

const nothing: Remembered = { sorts: {}, columns: {}, logs: {}, favourites: [], bookmarks: {}, lines: [], filters: [] };

/** How long changes are collected before they are written, ms. */
const writeDelay = 1000;

/** `$KCTL_HOME/dashboard/contexts/NAME.json` */
export function memoryFile(env: Record<string, string | undefined>, context: string): string {
  return join(dataHome(env), 'dashboard', 'contexts', `${encodeURIComponent(context || '-')}.json`);
}

/**
 * What is remembered of one context, in a file. A file that cannot be read counts as empty, and one that
 * cannot be written is let go: none of it is worth a message.
 */
export class Memory {
  readonly #file: string | undefined;
  readonly #timing: Timing;
  #known: Remembered;
  #timer: { cancel(): void } | undefined;

  /** @param file undefined: it lasts as long as the process */
  constructor(file: string | undefined, timing: Timing) {
    this.#file = file;
    this.#timing = timing;
    this.#known = file === undefined ? nothing : readMemory(file);
  }

  get known(): Remembered {
    return this.#known;
  }

  /** Changes what is known; the file follows within a second. */
  learn(change: Partial<Remembered>): void {
    this.#known = { ...this.#known, ...change };
    if (this.#file === undefined || this.#timer) return;
    this.#timer = this.#timing.after(writeDelay, () => this.flush());
  }

  /** Writes what waits to be written. */
  flush(): void {
    if (!this.#timer || this.#file === undefined) return;
    this.#timer.cancel();
    this.#timer = undefined;
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      replaceFile(this.#file, `${JSON.stringify(this.#known, null, 2)}\n`, { lasting: false });
    } catch {
      // A full disk or a folder of somebody else's: the dashboard works without.
    }
  }
}

function readMemory(file: string): Remembered {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isRemembered(read) ? { ...nothing, ...read } : nothing;
  } catch {
    return nothing;
  }
}

const isTextList = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every((one) => typeof one === 'string'));
const isNameList = (value: unknown): boolean => value !== undefined && isTextList(value);
const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** People may have edited the file: one wrong field and it says nothing. */
function isRemembered(read: unknown): read is Partial<Remembered> {
  if (!isRecord(read)) return false;
  const { sorts = {}, columns = {}, logs = {}, bookmarks = {}, namespace, lastLine } = read;
  return (
    [read['favourites'], read['lines'], read['filters']].every(isTextList) &&
    [namespace, lastLine].every(isText) &&
    isRecord(bookmarks) &&
    Object.values(bookmarks).every(isText) &&
    isRecord(logs) &&
    Object.values(logs).every((on) => typeof on === 'boolean') &&
    isRecord(columns) &&
    Object.values(columns).every((one) => isRecord(one) && [one['shown'], one['hidden']].every(isNameList)) &&
    isRecord(sorts) &&
    Object.values(sorts).every(
      (sort) => isRecord(sort) && typeof sort['column'] === 'string' && typeof sort['descending'] === 'boolean',
    )
  );
}
