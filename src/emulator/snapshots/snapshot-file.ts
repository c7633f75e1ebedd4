import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { SnapshotFacts } from '../../api/control/snapshots.ts';
import { KctlError } from '../../lib/errors.ts';
import { SCHEMA_VERSION } from '../storage/migrations.ts';
import type { VolumeContents } from './volumes.ts';

const TABLE = 'CREATE TABLE snapshot (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID';
const VOLUMES = 'CREATE TABLE volumes (file TEXT PRIMARY KEY, content BLOB NOT NULL)';
type Written = Pick<SnapshotFacts, 'name' | 'takenAt' | 'clusterTime' | 'version' | 'authority'>;

/** Turns the copy of a cluster's database into a snapshot: one file, synced, that says what it is. */
export function sealSnapshot(file: string, facts: Written, volumes: VolumeContents): void {
  const database = new DatabaseSync(file);
  try {
    // A log beside it would have to be carried along.
    database.exec(`PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; BEGIN IMMEDIATE; ${TABLE}; ${VOLUMES}`);
    const put = database.prepare('INSERT INTO snapshot (name, value) VALUES (?, ?)');
    for (const [name, value] of Object.entries(facts)) put.run(name, value);
    const add = database.prepare('INSERT INTO volumes (file, content) VALUES (?, ?)');
    for (const [name, content] of volumes) add.run(name, content);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}

/**
 * Opens a snapshot for `read`; nothing can change it.
 * @throws KctlError `input` for a file that is none, is damaged, or was written by a newer kctl
 */
export function withSnapshot<T>(file: string, name: string, read: (database: DatabaseSync) => T): T {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    const isOne = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'snapshot'").get();
    if (!isOne) throw new KctlError('input', `${name} is not a snapshot of a cluster`);
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
    if (version > SCHEMA_VERSION) {
      throw new KctlError('input', `snapshot ${name} was taken by a newer version of kctl (${kctlOf(database)})`, {
        hint: 'update kctl to restore it',
      });
    }
    return read(database);
  } catch (error) {
    if (error instanceof KctlError) throw error;
    throw new KctlError('input', `snapshot ${name} cannot be read: ${(error as Error).message}`, { cause: error });
  } finally {
    database?.close();
  }
}

const kctlOf = (database: DatabaseSync): string =>
  String(database.prepare("SELECT value FROM snapshot WHERE name = 'version'").get()?.value ?? 'of unknown version');

/** False for one of an older kctl. */
const hasVolumes = (database: DatabaseSync): boolean =>
  database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'volumes'").get() !== undefined;

/**
 * Hands over the contents of one volume after the other: together they may be large.
 * @returns false for a snapshot that has none of any, being of an older kctl
 * @throws KctlError `input`, and what `take` throws
 */
export function eachVolume(file: string, name: string, take: (file: string, content: Uint8Array) => void): boolean {
  return withSnapshot(file, name, (database) => {
    if (!hasVolumes(database)) return false;
    for (const row of database.prepare('SELECT file, content FROM volumes').iterate()) {
      if (!(row.content instanceof Uint8Array)) throw new Error(`volume ${row.file} has no content`);
      take(String(row.file), row.content);
    }
    return true;
  });
}

/** @throws KctlError `input` */
export function readFacts(file: string, name: string): SnapshotFacts {
  return withSnapshot(file, name, (database) => {
    const rows = database.prepare('SELECT name, value FROM snapshot').all();
    const values = new Map(rows.map((row) => [String(row.name), String(row.value)]));
    const text = (field: keyof Written) => values.get(field) ?? '';
    const count = database.prepare('SELECT count(*) AS objects, max(revision) AS newest FROM objects').get()!;
    const counter = database.prepare("SELECT value FROM counters WHERE name = 'revision'").get();
    return {
      name,
      takenAt: text('takenAt'),
      clusterTime: text('clusterTime'),
      version: text('version'),
      objects: Number(count.objects),
      ...(hasVolumes(database)
        ? { volumes: Number(database.prepare('SELECT count(*) AS volumes FROM volumes').get()!.volumes) }
        : {}),
      revision: Math.max(Number(count.newest ?? 0), Number(counter?.value ?? 0)),
      authority: text('authority'),
      bytes: statSync(file).size,
    };
  });
}
