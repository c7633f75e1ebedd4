import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { KctlError } from '../../lib/errors.ts';
import { migrate, SCHEMA_VERSION } from './migrations.ts';

/** sqlite3 result code: another process holds the file. */
const SQLITE_BUSY = 5;

const databaseFile = (dataDir: string): string => (dataDir === ':memory:' ? dataDir : join(dataDir, 'cluster.db'));

/**
 * Opens (or makes) `cluster.db` in `dataDir`; `:memory:` keeps nothing. What an older version wrote is
 * brought up to date. Each commit is synced, so that what is committed survives the end of the process
 * and, where the disk keeps its word, of the machine.
 * @throws KctlError `input` when the file is damaged or was written by a newer kctl, `conflict` when another
 *   process uses it; nothing is deleted
 */
export function openDatabase(dataDir: string): DatabaseSync {
  const file = databaseFile(dataDir);
  if (dataDir !== ':memory:') mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  let database: DatabaseSync | undefined;
  try {
    // It holds secrets, also in a folder that others may read; SQLite's own files beside it get the same mode.
    if (dataDir !== ':memory:') closeSync(openSync(file, 'a', 0o600));
    database = new DatabaseSync(file);
    // Rows that change again and again are copied into the table once for 16 MB of changes.
    // Nobody else may read or write while this process runs; the system lets go of the lock when it ends.
    database.exec(
      'PRAGMA busy_timeout = 100; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000',
    );
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
    if (version > SCHEMA_VERSION) {
      throw new KctlError('input', `the cluster's database ${file} was written by a newer version of kctl`, {
        hint: 'update kctl, or use another cluster name',
      });
    }
    migrate(database, version);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof KctlError) throw error;
    throw damaged(dataDir, error);
  }
}

/** What to tell a user whose database cannot be read. */
export function damaged(dataDir: string, cause: unknown): KctlError {
  const file = databaseFile(dataDir);
  if (((cause as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY) {
    return new KctlError('conflict', `the cluster's database ${file} is in use by another process`, {
      hint: 'stop that process, or use another cluster name',
      cause,
    });
  }
  return new KctlError('input', `the cluster's database ${file} cannot be read: ${(cause as Error).message}`, {
    hint: 'nothing was deleted: restore the file, or delete the cluster to begin anew',
    cause,
  });
}
