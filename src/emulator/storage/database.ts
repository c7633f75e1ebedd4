import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { KctlError } from '../../lib/errors.ts';

/** Raised with every change of the tables; older programs refuse what they do not know. */
const SCHEMA_VERSION = 1;

const SCHEMA = `
CREATE TABLE objects (
  resource TEXT NOT NULL,
  key TEXT NOT NULL,
  revision INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (resource, key)
) WITHOUT ROWID;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters VALUES ('revision', 0);
PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * Opens (or makes) `cluster.db` in `dataDir`; `:memory:` keeps nothing. An acknowledged write
 * survives the end of the process however it comes: it is in the WAL before the answer goes out.
 * @throws KctlError `input` when the file is damaged or was written by a newer kctl; nothing is deleted
 */
export function openDatabase(dataDir: string): DatabaseSync {
  const file = dataDir === ':memory:' ? dataDir : join(dataDir, 'cluster.db');
  if (dataDir !== ':memory:') mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 100;');
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
    if (version > SCHEMA_VERSION) {
      throw new KctlError('input', `the cluster's database ${file} was written by a newer version of kctl`, {
        hint: 'update kctl, or use another cluster name',
      });
    }
    if (version === 0) database.exec(`BEGIN;${SCHEMA}COMMIT;`);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof KctlError) throw error;
    throw damaged(file, error);
  }
}

/** What to tell a user whose database cannot be read. */
export function damaged(file: string, cause: unknown): KctlError {
  return new KctlError('input', `the cluster's database ${file} cannot be read: ${(cause as Error).message}`, {
    hint: 'nothing was deleted: restore the file, or delete the cluster to begin anew',
    cause,
  });
}
