import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataHome } from '../../../lib/data-home.ts';
import { parseExactJson } from '../../../lib/exact-json.ts';
import type { Settings } from '../../../settings/settings.ts';
import type { JournalChange, JournalEntry, JournalHeader } from './entry.ts';

type Environment = Record<string, string | undefined>;

const dayLong = 86_400_000;
/** Bytes of all entries together. */
const mostBytes = 64 * 1024 * 1024;
const mostEntries = 500;
const mostDays = 30;

/** `$KCTL_HOME/journal`: a file per command, readable by its owner alone. */
export function journalFolder(env: Environment): string {
  return join(dataHome(env), 'journal');
}

const fileOf = (folder: string, id: number): string => join(folder, `${String(id).padStart(6, '0')}.jsonl`);

function idsIn(folder: string): number[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d{6,}\.jsonl$/.test(name))
      .map((name) => Number.parseInt(name, 10))
      .sort((a, b) => a - b);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Begins an entry under the next free number; of several programs at once each gets one of its own. */
export function beginEntry(
  env: Environment,
  header: Omit<JournalHeader, 'id'>,
  settings: Settings['journal'] = {},
): { id: number; append(change: JournalChange): void } {
  const folder = journalFolder(env);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ids = idsIn(folder);
  for (let id = (ids.at(-1) ?? 0) + 1; ; id++) {
    const file = fileOf(folder, id);
    try {
      writeFileSync(file, line({ id, ...header }), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw error;
    }
    prune(folder, ids, Date.parse(header.time), settings);
    // One write of one line at the end of the file: a reader and a killed program leave whole lines.
    return { id, append: (change) => appendFileSync(file, line(change)) };
  }
}

const line = (value: object): string => `${JSON.stringify(value)}\n`;

/** The oldest go: those beyond the number, the days and the bytes that are kept. */
function prune(folder: string, ids: readonly number[], now: number, settings: NonNullable<Settings['journal']>): void {
  const { keep = mostEntries, days = mostDays } = settings;
  let bytes = 0;
  for (const [at, id] of ids.toReversed().entries()) {
    const file = fileOf(folder, id);
    try {
      const { size, mtimeMs } = statSync(file);
      bytes += size;
      // The entry that was just begun counts.
      if (at + 1 >= keep || bytes > mostBytes || mtimeMs < now - days * dayLong) rmSync(file, { force: true });
    } catch {
      // Another program has pruned it.
    }
  }
}

/** All entries that say something, oldest first; a line that was cut off (a full disk) ends its entry. */
export function readJournal(env: Environment): JournalEntry[] {
  const folder = journalFolder(env);
  return idsIn(folder).flatMap((id) => readEntry(fileOf(folder, id)) ?? []);
}

function readEntry(file: string): JournalEntry | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // Pruned meanwhile.
    return undefined;
  }
  const [first, ...rest] = text.split('\n');
  const header = parsed<JournalHeader>(first);
  if (!header) return undefined;
  const changes: JournalChange[] = [];
  for (const one of rest) {
    const change = parsed<JournalChange>(one);
    if (!change) break;
    changes.push(change);
  }
  return changes.length > 0 ? { ...header, changes } : undefined;
}

function parsed<T>(text = ''): T | undefined {
  try {
    return parseExactJson(text) as T;
  } catch {
    return undefined;
  }
}

/**
 * The numbers of entries that do not stand any more. What took one back may have been taken back itself.
 * @param entries oldest first
 */
export function undoneEntries(entries: readonly JournalHeader[]): ReadonlySet<number> {
  const undone = new Set<number>();
  for (const { id, undoes } of entries.toReversed()) {
    if (undoes !== undefined && !undone.has(id)) undone.add(undoes);
  }
  return undone;
}
