import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { KctlError } from '../../lib/errors.ts';
import { diskFailure } from './disk-failure.ts';

/** How long another process may take for its step, in ms. */
const PATIENCE = 15_000;
const VERSION = 1;

const schema = `
CREATE TABLE images (digest TEXT PRIMARY KEY, media_type TEXT NOT NULL, size INTEGER NOT NULL, stored_at INTEGER NOT NULL) STRICT;
CREATE TABLE names (name TEXT PRIMARY KEY, digest TEXT NOT NULL REFERENCES images ON DELETE CASCADE) STRICT;
CREATE INDEX names_of_image ON names (digest);
CREATE TABLE leases (id TEXT PRIMARY KEY, purpose TEXT NOT NULL, renewed_at INTEGER NOT NULL) STRICT;
CREATE TABLE lease_blobs (
  lease TEXT NOT NULL REFERENCES leases ON DELETE CASCADE, digest TEXT NOT NULL, PRIMARY KEY (lease, digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE writes (file TEXT PRIMARY KEY, lease TEXT NOT NULL REFERENCES leases ON DELETE CASCADE) STRICT;
CREATE TABLE pins (owner TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (owner, digest)) STRICT, WITHOUT ROWID;
CREATE TABLE layers (digest TEXT PRIMARY KEY, diff_id TEXT NOT NULL, plain_size INTEGER NOT NULL) STRICT;
CREATE TABLE manifests (
  repository TEXT NOT NULL, digest TEXT NOT NULL, media_type TEXT NOT NULL, size INTEGER NOT NULL, subject TEXT,
  artifact_type TEXT, annotations TEXT, pushed_at INTEGER NOT NULL, PRIMARY KEY (repository, digest)
) STRICT;
CREATE INDEX manifests_by_subject ON manifests (repository, subject) WHERE subject IS NOT NULL;
CREATE TABLE tags (
  repository TEXT NOT NULL, tag TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (repository, tag),
  FOREIGN KEY (repository, digest) REFERENCES manifests ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_of_manifest ON tags (repository, digest);
CREATE TABLE repository_blobs (
  repository TEXT NOT NULL, digest TEXT NOT NULL, linked_at INTEGER NOT NULL, PRIMARY KEY (repository, digest)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = ${VERSION};
`;

/** The store's small database, and steps that others see whole or not at all. */
export class StoreDatabase {
  readonly #database: DatabaseSync;
  readonly #folder: string;
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  #depth = 0;

  /** @throws KctlError `config` where the folder cannot be made or the file is no store of this version */
  constructor(folder: string) {
    this.#folder = folder;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      this.#database = opened(join(folder, 'store.db'));
      this.#migrate(folder);
    } catch (cause) {
      const told = diskFailure(cause, folder);
      if (told instanceof KctlError) throw told;
      throw new KctlError('config', `cannot open the image store in ${folder}: ${(cause as Error).message}`, {
        hint: 'set KCTL_HOME to a folder that can be written',
        cause,
      });
    }
  }

  #migrate(folder: string): void {
    const version = () => this.get<{ user_version: number }>('PRAGMA user_version')!.user_version;
    if (version() === 0) {
      this.step(() => {
        if (version() === 0) this.#database.exec(schema);
      });
    }
    if (version() > VERSION) {
      throw new KctlError('config', `the image store in ${folder} belongs to a newer kctl`);
    }
  }

  /** Does all of it in one step; no other process writes meanwhile. What it throws undoes it. */
  step<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#exec('BEGIN IMMEDIATE');
    this.#depth++;
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk may have ended it already.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw diskFailure(error, this.#folder);
    } finally {
      this.#depth--;
    }
  }

  /**
   * Steps that may be forgotten where the machine crashes, not where a process does: they do not wait for the disk.
   * Those of a lease, which ends with its machine.
   */
  lightly<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#database.exec('PRAGMA synchronous = NORMAL');
    try {
      return work();
    } finally {
      this.#database.exec('PRAGMA synchronous = FULL');
    }
  }

  all<Row>(sql: string, ...values: (string | number | null)[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[];
  }

  get<Row>(sql: string, ...values: (string | number | null)[]): Row | undefined {
    return this.#prepared(sql).get(...values) as Row | undefined;
  }

  /** @returns how many rows it changed */
  run(sql: string, ...values: (string | number | null)[]): number {
    try {
      return Number(this.#prepared(sql).run(...values).changes);
    } catch (error) {
      throw diskFailure(error, this.#folder);
    }
  }

  #exec(sql: string): void {
    try {
      this.#database.exec(sql);
    } catch (error) {
      throw diskFailure(error, this.#folder);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepared(sql: string): ReturnType<DatabaseSync['prepare']> {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function opened(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: PATIENCE });
  try {
    // A step survives kill -9 and a crash of the machine; readers do not wait for writers.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
    return database;
  } catch (cause) {
    database.close();
    const toRead = isReadOnly(cause) ? openedToRead(file) : undefined;
    if (toRead) return toRead;
    throw cause;
  }
}

/** SQLITE_READONLY and SQLITE_CANTOPEN, with what stands behind them (sqlite.org/rescode.html). */
const isReadOnly = (cause: unknown): boolean => {
  const { errcode = 0 } = cause as { errcode?: number };
  return [8, 14].includes(errcode & 0xff);
};

/**
 * Where nothing can be written, as on a medium that is mounted read-only. SQLite wants to write beside a database whose
 * readers and writers do not wait for each other, even to read it; told that nobody changes it (`immutable`) it does
 * not, and does not look at what writers have not put into the file itself yet. So there must be none of that.
 */
function openedToRead(file: string): DatabaseSync | undefined {
  if (!existsSync(file) || (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) return undefined;
  const address = pathToFileURL(file);
  address.searchParams.set('immutable', '1');
  return new DatabaseSync(address, { readOnly: true });
}
