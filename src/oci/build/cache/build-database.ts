import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const VERSION = 2;

const schema = `
DROP TABLE IF EXISTS files; DROP TABLE IF EXISTS records; DROP TABLE IF EXISTS builds; DROP TABLE IF EXISTS listings;
DROP TABLE IF EXISTS doing;
CREATE TABLE files (
  path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime REAL NOT NULL, ctime REAL NOT NULL, inode INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE records (
  key TEXT PRIMARY KEY, record TEXT NOT NULL, used_at INTEGER NOT NULL, title TEXT NOT NULL, made_at INTEGER NOT NULL,
  uses INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE doing (key TEXT PRIMARY KEY, owner TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE builds (scope TEXT PRIMARY KEY, steps TEXT NOT NULL, used_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE listings (digest TEXT PRIMARY KEY, entries BLOB NOT NULL) STRICT;
PRAGMA user_version = ${VERSION};
`;

/** SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html). */
const DAMAGED: ReadonlySet<number> = new Set([11, 26]);

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 15_000 });
  try {
    // Nothing waits for the disk.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;');
    const version = () => (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
    if (version() === VERSION) return database;
    database.exec('BEGIN IMMEDIATE');
    // Another process may have been quicker.
    if (version() !== VERSION) database.exec(schema);
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * What builds remember, beside the image store. All of it can be lost: then steps are done again. So it need not
 * survive a crash of the machine, and one of another version begins anew.
 */
export class BuildDatabase {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();

  /** @param folder the image store's */
  constructor(folder: string) {
    const file = join(folder, 'builds.db');
    try {
      this.#database = open(file);
    } catch (error) {
      // A crash of the machine may have damaged it.
      if (!DAMAGED.has((error as { errcode?: number }).errcode ?? 0)) throw error;
      for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
      this.#database = open(file);
    }
  }

  all<Row>(sql: string, ...values: (string | number)[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[];
  }

  get<Row>(sql: string, ...values: (string | number)[]): Row | undefined {
    return this.#prepared(sql).get(...values) as Row | undefined;
  }

  run(sql: string, ...values: (string | number | Uint8Array)[]): void {
    this.#prepared(sql).run(...values);
  }

  step(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepared(sql: string): ReturnType<DatabaseSync['prepare']> {
    const found = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, found);
    return found;
  }
}
