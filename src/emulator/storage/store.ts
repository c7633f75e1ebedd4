import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { KubeObject } from '../../api/meta.ts';
import { internalError } from '../errors.ts';
import type { Report } from '../log.ts';
import { damaged, openDatabase } from './database.ts';
import { EventLog, type LoggedEvent } from './event-log.ts';
import { ObjectTable, objectKey } from './object-table.ts';

type Handler = (event: LoggedEvent) => void;

/**
 * All objects of the cluster: in memory for reading, in SQLite for keeping, numbered by one counter.
 * Every write goes to disk first; when that fails nothing has changed. Stored objects are shared and
 * must not be changed.
 */
export class Store {
  readonly #database: DatabaseSync;
  readonly #report: Report;
  readonly #statements: Record<'put' | 'delete' | 'count' | 'begin' | 'commit' | 'rollback', StatementSync>;
  readonly #tables = new Map<string, ObjectTable>();
  readonly #handlers = new Map<string, Set<Handler>>();
  #log: EventLog;
  #revision: number;
  readonly #undelivered: LoggedEvent[] = [];
  #batchDepth = 0;
  #writesSinceCommit = 0;

  /**
   * @param report told of subscribers that fail
   * @throws KctlError `input` when the database cannot be read
   */
  constructor(dataDir: string, report: Report = () => {}) {
    this.#report = report;
    this.#database = openDatabase(dataDir);
    try {
      const prepare = (sql: string) => this.#database.prepare(sql);
      this.#statements = {
        put: prepare('INSERT OR REPLACE INTO objects (resource, key, revision, body) VALUES (?, ?, ?, ?)'),
        delete: prepare('DELETE FROM objects WHERE resource = ? AND key = ?'),
        count: prepare("UPDATE counters SET value = ? WHERE name = 'revision'"),
        begin: prepare('BEGIN IMMEDIATE'),
        commit: prepare('COMMIT'),
        rollback: prepare('ROLLBACK'),
      };
      this.#revision = this.#load();
    } catch (error) {
      this.#database.close();
      throw damaged(join(dataDir, 'cluster.db'), error);
    }
    this.#log = new EventLog(this.#revision);
  }

  #load(): number {
    let revision = Number(this.#database.prepare("SELECT value FROM counters WHERE name = 'revision'").get()?.value);
    if (!Number.isSafeInteger(revision)) throw new Error('the revision counter is missing');
    for (const row of this.#database.prepare('SELECT resource, key, revision, body FROM objects').iterate()) {
      this.#table(String(row.resource)).set(String(row.key), JSON.parse(String(row.body)) as KubeObject);
      revision = Math.max(revision, Number(row.revision));
    }
    return revision;
  }

  /** The revision of the last write. */
  get revision(): number {
    return this.#revision;
  }

  /** Changes at or before this revision are forgotten. */
  get compactedRevision(): number {
    return this.#log.compacted;
  }

  get isEmpty(): boolean {
    return this.#tables.values().every((table) => table.size === 0);
  }

  /** Resources that hold, or held since the start, at least one object. */
  resources(): string[] {
    return [...this.#tables.keys()];
  }

  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#tables.get(resource)?.get(objectKey(namespace, name));
  }

  list(resource: string, namespace?: string): KubeObject[] {
    return this.#tables.get(resource)?.list(namespace) ?? [];
  }

  controlledBy(resource: string, ownerUid: string): KubeObject[] {
    return this.#tables.get(resource)?.controlledBy(ownerUid) ?? [];
  }

  /** What `list` gave at an earlier revision; undefined when that is forgotten. */
  listAt(revision: number, resource: string, namespace?: string): KubeObject[] | undefined {
    const later = this.#log.since(revision)?.filter((event) => event.resource === resource);
    if (!later) return undefined;
    if (later.length === 0) return this.list(resource, namespace);
    const past = new ObjectTable();
    for (const object of this.list(resource, namespace)) past.set(keyOf(object), object);
    for (const event of later.reverse()) {
      if (namespace !== undefined && event.object.metadata.namespace !== namespace) continue;
      if (event.previous) past.set(keyOf(event.object), event.previous);
      else past.delete(keyOf(event.object));
    }
    return past.list();
  }

  /** Changes after `revision`, oldest first; undefined when some are forgotten. */
  since(revision: number): LoggedEvent[] | undefined {
    return this.#log.since(revision);
  }

  /** Stores `object` under its namespace and name; sets its resourceVersion and returns it. The caller gives it away. */
  put(resource: string, object: KubeObject): KubeObject {
    const key = keyOf(object);
    const previous = this.#tables.get(resource)?.get(key);
    const revision = this.#revision + 1;
    object.metadata.resourceVersion = String(revision);
    const body = JSON.stringify(object);
    this.#write(() => this.#statements.put.run(resource, key, revision, body));
    this.#table(resource).set(key, object);
    this.#commit({ type: previous ? 'MODIFIED' : 'ADDED', resource, revision, object, previous });
    return object;
  }

  /** Removes the object; returns it as it was last, with the revision of its end. */
  delete(resource: string, namespace: string | undefined, name: string): KubeObject | undefined {
    const key = objectKey(namespace, name);
    const previous = this.#tables.get(resource)?.get(key);
    if (!previous) return undefined;
    const revision = this.#revision + 1;
    // The counter is kept apart only here: everywhere else the newest row says how far it got.
    this.#transaction(() => {
      this.#statements.delete.run(resource, key);
      this.#statements.count.run(revision);
    });
    this.#table(resource).delete(key);
    const object = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } };
    this.#commit({ type: 'DELETED', resource, revision, object, previous });
    return object;
  }

  /** Calls `handler` after each write of `resource` (`*`: of any); returns the unsubscribe. */
  subscribe(resource: string, handler: Handler): () => void {
    const handlers = this.#handlers.get(resource) ?? new Set();
    this.#handlers.set(resource, handlers);
    handlers.add(handler);
    return () => handlers.delete(handler);
  }

  /**
   * Many writes in one transaction, for the seed: faster, but nothing is kept before `run` is done.
   * When it throws, the database is as before; this store is then of no further use.
   */
  async batch<T>(run: () => Promise<T> | T): Promise<T> {
    if (this.#batchDepth++ === 0) this.#statements.begin.run();
    try {
      const result = await run();
      if (this.#batchDepth === 1) this.#write(() => this.#statements.commit.run());
      return result;
    } catch (error) {
      if (this.#batchDepth === 1 && this.#database.isTransaction) this.#statements.rollback.run();
      throw error;
    } finally {
      this.#batchDepth--;
    }
  }

  /** Forgets the changes until now: nobody can have seen what was before the first request. */
  forgetHistory(): void {
    this.#log = new EventLog(this.#revision);
  }

  close(): void {
    if (!this.#database.isOpen) return;
    if (this.#writesSinceCommit > 0) this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#database.close();
  }

  #table(resource: string): ObjectTable {
    let table = this.#tables.get(resource);
    if (!table) {
      table = new ObjectTable();
      this.#tables.set(resource, table);
    }
    return table;
  }

  #transaction(run: () => void): void {
    if (this.#batchDepth > 0) {
      this.#write(run);
      return;
    }
    this.#write(() => {
      this.#statements.begin.run();
      try {
        run();
        this.#statements.commit.run();
      } catch (error) {
        if (this.#database.isTransaction) this.#statements.rollback.run();
        throw error;
      }
    });
  }

  /** @throws ApiStatusError 500 that says why the disk did not take it */
  #write(run: () => void): void {
    try {
      run();
    } catch (error) {
      throw internalError(`the cluster's database could not be written: ${(error as Error).message}`, error);
    }
  }

  #commit(event: LoggedEvent): void {
    this.#revision = event.revision;
    this.#writesSinceCommit++;
    this.#log.append(event, Date.now());
    this.#undelivered.push(event);
    if (this.#undelivered.length > 1) return;
    // A handler that writes adds to this list: everybody sees all events in the order of their revisions.
    for (let next = 0; next < this.#undelivered.length; next++) this.#deliver(this.#undelivered[next]!);
    this.#undelivered.length = 0;
  }

  /** One handler's failure is its own: the write is done, and the others must hear of it. */
  #deliver(event: LoggedEvent): void {
    for (const name of [event.resource, '*']) {
      for (const handler of this.#handlers.get(name) ?? []) {
        try {
          handler(event);
        } catch (error) {
          this.#report(`subscriber of ${name}`, error);
        }
      }
    }
  }
}

function keyOf(object: KubeObject): string {
  return objectKey(object.metadata.namespace, object.metadata.name ?? '');
}
