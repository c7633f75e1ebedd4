import { createHash, randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { CommittedLayer } from '../../rootfs/types.ts';
import { isGone, processMark } from '../../store/process-mark.ts';
import { readPlatforms } from '../../store/read-image.ts';
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
/** How often it is looked whether another build has done a step, in ms. */
const WAIT = 50;

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
  /** Of its process, and of this build of it. */
  readonly #owner = `${processMark()}-${randomBytes(6).toString('hex')}`;

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

  /**
   * Steps are done by one build at a time, so that who comes later finds what was made.
   * @param waiting called once where another build does it now
   * @returns what lets others do it; the signal's reason is thrown where it was aborted
   */
  async claim(key: string, signal: AbortSignal, waiting: () => void): Promise<Disposable> {
    for (let isTold = false; ; isTold = true) {
      this.#database.run('INSERT OR IGNORE INTO doing VALUES (?, ?)', key, this.#owner);
      const { owner = this.#owner } =
        this.#database.get<{ owner: string }>('SELECT owner FROM doing WHERE key = ?', key) ?? {};
      if (owner === this.#owner) break;
      if (isGone(owner)) {
        this.#database.run('DELETE FROM doing WHERE key = ? AND owner = ?', key, owner);
        continue;
      }
      if (!isTold) waiting();
      await setTimeout(WAIT, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
    const release = () => this.#database.run('DELETE FROM doing WHERE key = ? AND owner = ?', key, this.#owner);
    return { [Symbol.dispose]: release };
  }

  /** @param title as progress shows it, for lists */
  keep(key: string, record: CacheRecord, title = 'a file that was fetched'): void {
    // The pin comes first: a record never stands for a layer that may be collected.
    if (record.layer) this.#store.pin(`${PREFIX}${key}`, [record.layer.digest]);
    const now = Math.round(this.#now());
    const sql = 'INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, 0)';
    this.#database.run(sql, key, JSON.stringify(record), now, title, now);
  }

  /** Writes down which results were used; one step for all. */
  save(): void {
    const at = Math.round(this.#now());
    const used = JSON.stringify(this.#used.splice(0));
    const sql = 'UPDATE records SET used_at = ?, uses = uses + 1 WHERE key IN (SELECT value FROM json_each(?))';
    this.#database.run(sql, at, used);
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

/** A result that is kept, as lists show it. */
export interface KeptResult {
  key: string;
  title: string;
  /** Of its layer; 0 where it has none, or where that is gone. */
  bytes: number;
  /** An image or another result keeps its layer, too. */
  isShared: boolean;
  /** ms */
  madeAt: number;
  usedAt: number;
  /** How many builds have taken it. */
  uses: number;
}

/** What is kept, what was used last first. */
export async function keptResults(store: ImageStore, database: BuildDatabase): Promise<KeptResult[]> {
  const rows = database.all<{
    key: string;
    record: string;
    used_at: number;
    title: string;
    made_at: number;
    uses: number;
  }>('SELECT key, record, used_at, title, made_at, uses FROM records ORDER BY used_at DESC, made_at DESC, key');
  const ofImages = new Set<string>();
  for (const { target } of store.images.list()) {
    for (const { manifest } of await readPlatforms(store, target)) {
      for (const { digest } of manifest.layers) ofImages.add(digest);
    }
  }
  const counted = new Set<string>();
  return Promise.all(
    rows.map(async ({ key, record, used_at: usedAt, title, made_at: madeAt, uses }) => {
      const { layer } = JSON.parse(record) as CacheRecord;
      const isShared = layer !== undefined && (ofImages.has(layer.digest) || counted.has(layer.digest));
      if (layer) counted.add(layer.digest);
      const bytes = layer ? ((await store.blob(layer.digest))?.size ?? 0) : 0;
      return { key, title, bytes, isShared, madeAt, usedAt, uses };
    }),
  );
}
