import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/**
 * One process per cluster, and one for the registry, by a lock that the system itself releases when its holder dies: an
 * exclusive transaction on an empty SQLite file. A file with a process id in it would be left behind
 * by `kill -9` and could name a stranger's process later; this cannot.
 */
export interface ProcessLock {
  release(): void;
}

/**
 * Takes the lock, or returns undefined when another process holds it. Waits `patience` ms, since a
 * process that only asks (`isLocked`) holds it for a moment too.
 */
export async function acquireLock(path: string, patience = 250): Promise<ProcessLock | undefined> {
  const { DatabaseSync } = await import('node:sqlite');
  const database: DatabaseSync = new DatabaseSync(path, { timeout: patience });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
}

/** True while some process holds the lock. */
export async function isLocked(path: string): Promise<boolean> {
  if (!existsSync(path)) return false;
  const lock = await acquireLock(path, 0);
  lock?.release();
  return lock === undefined;
}

/** sqlite3 result code: the database file is locked. */
const SQLITE_BUSY = 5;
