import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { dataHome } from '../../lib/data-home.ts';
import { KctlError } from '../../lib/errors.ts';
import { checkDigest } from '../digest.ts';
import { sweepRoots } from '../rootfs/sweep-roots.ts';
import { BlobFiles } from './blob-files.ts';
import { StoreDatabase } from './database.ts';
import { Garbage } from './garbage.ts';
import { knownFacts, measureLayer, rememberFacts } from './layer-facts.ts';
import { Lease, RESUME_MS, resumeFile } from './lease.ts';
import { type PlainLimits, plainLayer, plainLimits } from './plain-layer.ts';
import { NamedImages } from './stored-images.ts';
import { StoredRepositories } from './stored-repositories.ts';
import type {
  BlobInfo,
  Collected,
  ImageStore,
  LayerFacts,
  Repositories,
  StoredImages,
  StoreLease,
  Verification,
} from './types.ts';
import { verifyStore } from './verify.ts';

/** Where the user's images are: `$KCTL_HOME/images`. */
export function imageStorePath(env: Record<string, string | undefined>): string {
  return join(dataHome(env), 'images');
}

interface StoreOptions {
  /** The time, in ms. */
  now?: () => number;
  /** What layers may become when they are uncompressed. */
  limits?: PlainLimits;
}

/**
 * Opens the images in that folder, which is made where it is not there yet.
 * @throws KctlError `config` where it cannot be opened
 */
export function openImageStore(path: string, options: StoreOptions = {}): ImageStore {
  return new FileImageStore(path, options);
}

class FileImageStore implements ImageStore {
  readonly path: string;
  readonly images: StoredImages;
  readonly repositories: Repositories;
  readonly #database: StoreDatabase;
  readonly #blobs: BlobFiles;
  readonly #garbage: Garbage;
  readonly #now: () => number;
  readonly #limits: PlainLimits;

  constructor(path: string, { now = Date.now, limits = plainLimits }: StoreOptions) {
    this.path = path;
    this.#now = now;
    this.#limits = limits;
    this.#database = new StoreDatabase(path);
    this.#blobs = new BlobFiles(path);
    this.#garbage = new Garbage(this.#database, this.#blobs, now);
    this.images = new NamedImages(this.#database, this.#blobs, now);
    this.repositories = new StoredRepositories(this.#database, now);
  }

  blob(digest: string): Promise<BlobInfo | undefined> {
    return this.#blobs.info(digest);
  }

  fileOf(digest: string): string {
    return this.#blobs.path(digest);
  }

  read(digest: string, range?: { start: number; end: number }): Readable {
    return this.#blobs.read(digest, range);
  }

  async document(digest: string): Promise<Buffer> {
    return this.#blobs.document(digest);
  }

  documentNow(digest: string): Buffer {
    return this.#blobs.document(digest);
  }

  version(): string {
    // The first of the two counts what other connections do, the second what this one does.
    const { others, own } = this.#database.get<{ others: number; own: number }>(
      'SELECT data_version AS others, total_changes() AS own FROM pragma_data_version',
    )!;
    return `${others} ${own}`;
  }

  plain(digest: string): Readable {
    return plainLayer(this.#blobs.read(digest), `layer ${digest}`, this.#limits);
  }

  async layerFacts(digest: string): Promise<LayerFacts> {
    const known = knownFacts(this.#database, checkDigest(digest));
    if (known) return known;
    if (!(await this.#blobs.info(digest))) {
      throw new KctlError('input', `the layer ${digest} is not in the image store`);
    }
    const facts = await measureLayer(this.#blobs.read(digest), digest, this.#limits);
    this.remember(facts);
    return facts;
  }

  remember(facts: LayerFacts): void {
    rememberFacts(this.#database, facts);
  }

  async unfinished(key: string): Promise<number | undefined> {
    const found = statSync(join(this.#blobs.ingest, resumeFile(key)), { throwIfNoEntry: false });
    return found && found.mtimeMs > this.#now() - RESUME_MS ? found.size : undefined;
  }

  lease(purpose: string): StoreLease {
    return new Lease(purpose, {
      database: this.#database,
      blobs: this.#blobs,
      now: () => Math.round(this.#now()),
      sweep: async (digests) => this.#garbage.sweep(digests),
    });
  }

  pin(owner: string, digests: readonly string[]): void {
    this.#database.step(() => {
      this.unpin(owner);
      for (const digest of digests) {
        this.#database.run('INSERT OR IGNORE INTO pins VALUES (?, ?)', owner, checkDigest(digest));
      }
    });
  }

  unpin(owner: string): void {
    this.#database.run('DELETE FROM pins WHERE owner = ?', owner);
  }

  pins(prefix = ''): ReadonlyMap<string, readonly string[]> {
    const rows = this.#database
      .all<{ owner: string; digest: string }>('SELECT owner, digest FROM pins ORDER BY owner, digest')
      .filter(({ owner }) => owner.startsWith(prefix));
    const found = new Map<string, string[]>();
    for (const { owner, digest } of rows) found.set(owner, [...(found.get(owner) ?? []), digest]);
    return found;
  }

  async collect(): Promise<Collected> {
    const collected = this.#garbage.collect();
    await sweepRoots(this.path, {
      hasBlob: (digest) => this.#blobs.infoNow(digest) !== undefined,
      hasLease: (id) => this.#database.get('SELECT id FROM leases WHERE id = ?', id) !== undefined,
    });
    return collected;
  }

  verify({ repair = false, signal }: { repair?: boolean; signal?: AbortSignal } = {}): Promise<Verification> {
    return verifyStore(this.#database, this.#blobs, signal).then((result) => {
      const damaged = result.problems.filter(({ kind }) => kind === 'damaged');
      if (repair) for (const { digest } of damaged) rmSync(this.#blobs.path(digest), { force: true });
      return result;
    });
  }

  close(): void {
    this.#database.close();
  }
}
