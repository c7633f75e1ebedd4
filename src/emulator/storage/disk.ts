import { backup, type DatabaseSync, type StatementSync } from 'node:sqlite';
import type { KubeObject } from '../../api/meta.ts';
import { internalError } from '../errors.ts';
import { damaged, openDatabase } from './database.ts';
import { textOf } from './encoded.ts';
import type { LoggedEvent } from './event-log.ts';
import { keyOf } from './object-table.ts';
import { keepWeight, weigh } from './weight.ts';

/** Copied between two turns of the event loop: a few milliseconds' worth. */
const PAGES_AT_ONCE = 1000;

/** The rows of the cluster's database. */
export class Disk {
  readonly #database: DatabaseSync;
  readonly #statements: Record<'put' | 'delete' | 'count' | 'begin' | 'commit' | 'rollback', StatementSync>;
  readonly #dataDir: string;
  #hasWritten = false;

  /** @throws KctlError `input` (damaged, newer), `conflict` (in use) */
  constructor(dataDir: string) {
    this.#dataDir = dataDir;
    this.#database = openDatabase(dataDir);
    const prepare = (sql: string) => this.#database.prepare(sql);
    this.#statements = this.#reading(() => ({
      put: prepare('INSERT INTO objects (revision, resource, key, body) VALUES (?, ?, ?, CAST(? AS BLOB))'),
      delete: prepare('DELETE FROM objects WHERE revision = ?'),
      count: prepare("UPDATE counters SET value = ? WHERE name = 'revision'"),
      begin: prepare('BEGIN IMMEDIATE'),
      commit: prepare('COMMIT'),
      rollback: prepare('ROLLBACK'),
    }));
  }

  /** Gives every object to `take`; returns the revision of the last write. @throws KctlError `input` */
  load(take: (resource: string, key: string, object: KubeObject) => void): number {
    return this.#reading(() => {
      let revision = Number(this.#database.prepare("SELECT value FROM counters WHERE name = 'revision'").get()?.value);
      if (!Number.isSafeInteger(revision)) throw new Error('the revision counter is missing');
      const decoder = new TextDecoder('utf-8', { fatal: true });
      const rows: [resource: string, key: string, object: KubeObject][] = [];
      for (const row of this.#database.prepare('SELECT resource, key, revision, body FROM objects').iterate()) {
        rows.push([String(row.resource), String(row.key), readObject(row, decoder)]);
        revision = Math.max(revision, Number(row.revision));
      }
      // As they were written last, they come in another order after each life of the cluster.
      for (const row of rows.sort(byKey)) take(...row);
      return revision;
    });
  }

  /**
   * Writes a group of changes, oldest first, in one synced transaction.
   * @throws ApiStatusError 500 that says why the disk did not take it; then none of them is kept
   */
  write(group: readonly LoggedEvent[]): void {
    this.#hasWritten = true;
    // Of several changes of one object only the last needs a row, in place of what was there before the first.
    const last = new Map<string, LoggedEvent>();
    const gone: KubeObject[] = [];
    for (const event of group) {
      const name = `${event.resource} ${keyOf(event.object)}`;
      // Taken out first, so that rows are written in the order of their revisions.
      if (!last.delete(name) && event.previous) gone.push(event.previous);
      last.set(name, event);
    }
    const { put, delete: remove, count, begin, commit, rollback } = this.#statements;
    try {
      begin.run();
      for (const { metadata } of gone) remove.run(Number(metadata.resourceVersion));
      for (const { type, resource, revision, object } of last.values()) {
        if (type !== 'DELETED') put.run(revision, resource, keyOf(object), textOf(object));
      }
      const newest = group.at(-1)!;
      // The counter is kept apart only here: everywhere else the newest row says how far it got.
      if (newest.type === 'DELETED') count.run(newest.revision);
      commit.run();
    } catch (error) {
      if (this.#database.isTransaction) rollback.run();
      throw internalError(`the cluster's database could not be written: ${(error as Error).message}`, error);
    }
  }

  /**
   * Copies all rows into another database, while writes go on: those that come meanwhile are in the copy, too.
   * @throws the error of SQLite or of the file system; what is at `path` is then of no use
   */
  async copyTo(path: string): Promise<void> {
    await backup(this.#database, path, { rate: PAGES_AT_ONCE });
  }

  close(): void {
    if (!this.#database.isOpen) return;
    try {
      if (this.#hasWritten) this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // A full disk: what is committed is in the log beside the file, and the next start reads it there.
    }
    this.#database.close();
  }

  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      this.#database.close();
      throw damaged(this.#dataDir, error);
    }
  }
}

type Row = readonly [resource: string, key: string, object: KubeObject];

function byKey([resource, key]: Row, [otherResource, otherKey]: Row): number {
  if (resource !== otherResource) return resource < otherResource ? -1 : 1;
  return key < otherKey ? -1 : 1;
}

function readObject(row: Record<string, unknown>, decoder: TextDecoder): KubeObject {
  try {
    const text = row.body instanceof Uint8Array ? decoder.decode(row.body) : String(row.body);
    const object = JSON.parse(text) as KubeObject;
    if (typeof object?.metadata !== 'object') throw new Error('not an object with metadata');
    keepWeight(object, weigh(text));
    return object;
  } catch (error) {
    throw new Error(`${row.resource} ${row.key}: ${(error as Error).message}`, { cause: error });
  }
}
