import { createHash } from 'node:crypto';
import type { CommittedLayer } from '../../rootfs/types.ts';
import type { ImageStore, StoreLease } from '../../store/types.ts';
import type { BuildDatabase } from './build-database.ts';

/** What a step's result depends on, by name. Values are texts, or digests of what is long. */
export type KeyParts = Readonly<Record<string, string>>;

export interface CacheRecord {
  /** undefined where the step changed no file. */
  layer: CommittedLayer | undefined;
  /** When it was done, in ms. */
  created: number;
  /** The key of the content that steps after it depend on. */
  key: string;
  /** Of a file that was fetched, and stands in place of a layer: what its server said of it. */
  fetched?: { etag: string; lastModified: string };
}

const PREFIX = 'build-cache:';

export function keyOf(parts: KeyParts): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(parts).sort())
    hash.update(`${name.length}:${name}${parts[name]!.length}:${parts[name]}`);
  return hash.digest('hex');
}

/** Results of steps. Their layers are kept in the image store by a pin each. */
export class BuildCache {
  readonly #store: ImageStore;
  readonly #database: BuildDatabase;
  readonly #now: () => number;
  readonly #used: string[] = [];

  constructor(store: ImageStore, database: BuildDatabase, now: () => number) {
    this.#store = store;
    this.#database = database;
    this.#now = now;
  }

  /** A result whose layer is there; it is held by the lease from then on. */
  async find(key: string, lease: StoreLease): Promise<CacheRecord | undefined> {
    const row = this.#database.get<{ record: string }>('SELECT record FROM records WHERE key = ?', key);
    if (!row) return undefined;
    const record = JSON.parse(row.record) as CacheRecord;
    if (record.layer && !(await lease.hold(record.layer.digest))) {
      this.#forget(key);
      return undefined;
    }
    this.#used.push(key);
    return record;
  }

  keep(key: string, record: CacheRecord): void {
    // The pin comes first: a record never stands for a layer that may be collected.
    if (record.layer) this.#store.pin(`${PREFIX}${key}`, [record.layer.digest]);
    const sql = 'INSERT OR REPLACE INTO records VALUES (?, ?, ?)';
    this.#database.run(sql, key, JSON.stringify(record), Math.round(this.#now()));
  }

  /** Writes down which results were used; one step for all. */
  save(): void {
    const at = Math.round(this.#now());
    const used = JSON.stringify(this.#used.splice(0));
    this.#database.run('UPDATE records SET used_at = ? WHERE key IN (SELECT value FROM json_each(?))', at, used);
  }

  #forget(key: string): void {
    this.#database.run('DELETE FROM records WHERE key = ?', key);
    this.#store.unpin(`${PREFIX}${key}`);
  }
}

export interface PrunedCache {
  records: number;
  /** Freed in the image store. */
  bytes: number;
}

/** Forgets results that were not used since `before` (ms), and removes layers that only they kept. */
export async function pruneCache(store: ImageStore, database: BuildDatabase, before: number): Promise<PrunedCache> {
  const old = database.all<{ key: string }>('SELECT key FROM records WHERE used_at < ?', Math.round(before));
  const kept = new Set(database.all<{ key: string }>('SELECT key FROM records').map(({ key }) => key));
  for (const { key } of old) kept.delete(key);
  for (const { key } of old) database.run('DELETE FROM records WHERE key = ?', key);
  // Also pins whose record was lost.
  for (const owner of store.pins(PREFIX).keys()) if (!kept.has(owner.slice(PREFIX.length))) store.unpin(owner);
  if (kept.size === 0) for (const table of ['files', 'builds', 'listings']) database.run(`DELETE FROM ${table}`);
  const { bytes } = await store.collect();
  return { records: old.length, bytes };
}
