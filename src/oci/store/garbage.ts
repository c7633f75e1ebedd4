import { rmSync } from 'node:fs';
import type { BlobFiles } from './blob-files.ts';
import type { StoreDatabase } from './database.ts';
import { hasEnded, type LeaseRow, RESUME_MS } from './lease.ts';
import { MAX_DOCUMENT_BYTES, parseManifest, referencesOf } from './manifest.ts';
import type { Collected } from './types.ts';

/** How long a blob that was pushed may wait for the manifest that names it, in ms. */
const PUSH_MS = 3_600_000;

/** Finds and removes what nothing refers to. All of it happens in steps during which nobody else writes. */
export class Garbage {
  readonly #database: StoreDatabase;
  readonly #blobs: BlobFiles;
  readonly #now: () => number;
  /** What each manifest refers to: content never changes, so it is read once. */
  readonly #references = new Map<string, readonly string[]>();

  constructor(database: StoreDatabase, blobs: BlobFiles, now: () => number) {
    this.#database = database;
    this.#blobs = blobs;
    this.#now = now;
  }

  collect(): Collected {
    const removed: Collected = { blobs: [], bytes: 0 };
    this.#database.step(() => {
      this.#endLeases();
      this.#dropWaitingLinks();
      const reachable = this.#reachable();
      for (const { digest, size } of this.#blobs.list()) {
        if (reachable.has(digest)) continue;
        this.#remove(digest);
        removed.blobs.push(digest);
        removed.bytes += size;
      }
      removed.bytes += this.#dropUnfinished();
    });
    return removed;
  }

  /** Of these blobs, removes those that nothing refers to. */
  sweep(digests: readonly string[]): void {
    if (digests.length === 0) return;
    this.#database.step(() => {
      const reachable = this.#reachable();
      for (const digest of digests) if (!reachable.has(digest)) this.#remove(digest);
    });
  }

  /** What a manifest or an index refers to; nothing for other blobs and those that are missing or damaged. */
  references(digest: string): readonly string[] {
    const known = this.#references.get(digest);
    if (known) return known;
    const found = this.#read(digest);
    if (found) this.#references.set(digest, found);
    return found ?? [];
  }

  #read(digest: string): readonly string[] | undefined {
    const info = this.#blobs.infoNow(digest);
    if (!info) return undefined;
    if (info.size > MAX_DOCUMENT_BYTES) return [];
    try {
      return referencesOf(parseManifest(this.#blobs.document(digest))).map((reference) => reference.digest);
    } catch {
      return [];
    }
  }

  #endLeases(): void {
    for (const lease of this.#database.all<LeaseRow>('SELECT id, renewed_at FROM leases')) {
      if (hasEnded(lease, this.#now())) this.#database.run('DELETE FROM leases WHERE id = ?', lease.id);
    }
  }

  #reachable(): Set<string> {
    const roots = this.#database.all<{ digest: string }>(
      `SELECT digest FROM images UNION SELECT digest FROM manifests UNION SELECT digest FROM repository_blobs
       UNION SELECT digest FROM pins UNION SELECT digest FROM lease_blobs`,
    );
    const reachable = new Set<string>();
    const waiting = roots.map(({ digest }) => digest);
    for (let digest = waiting.pop(); digest !== undefined; digest = waiting.pop()) {
      if (reachable.has(digest)) continue;
      reachable.add(digest);
      waiting.push(...this.references(digest));
    }
    return reachable;
  }

  #remove(digest: string): void {
    rmSync(this.#blobs.path(digest), { force: true });
    this.#database.run('DELETE FROM layers WHERE digest = ?', digest);
    this.#references.delete(digest);
  }

  /** Links to blobs that no manifest of their repository names, an hour after they were pushed. */
  #dropWaitingLinks(): void {
    const waiting = this.#database.all<{ repository: string; digest: string }>(
      'SELECT repository, digest FROM repository_blobs WHERE linked_at < ?',
      this.#now() - PUSH_MS,
    );
    for (const [repository, links] of Map.groupBy(waiting, (link) => link.repository)) {
      const manifests = this.#database.all<{ digest: string }>(
        'SELECT digest FROM manifests WHERE repository = ?',
        repository,
      );
      const used = new Set(manifests.flatMap(({ digest }) => this.references(digest)));
      for (const { digest } of links) {
        if (used.has(digest)) continue;
        this.#database.run('DELETE FROM repository_blobs WHERE repository = ? AND digest = ?', repository, digest);
      }
    }
  }

  /** @returns bytes freed */
  #dropUnfinished(): number {
    const owned = new Set(this.#database.all<{ file: string }>('SELECT file FROM writes').map(({ file }) => file));
    let bytes = 0;
    for (const { file, path, size, changedAt } of this.#blobs.unfinished()) {
      const canGoOn = file.startsWith('resume.') && changedAt > this.#now() - RESUME_MS;
      if (owned.has(file) || canGoOn) continue;
      rmSync(path, { force: true });
      bytes += size;
    }
    return bytes;
  }
}
