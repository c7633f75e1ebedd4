import { createHash, randomBytes } from 'node:crypto';
import type { BlobFiles } from './blob-files.ts';
import { FileBlobWriter } from './blob-writer.ts';
import type { StoreDatabase } from './database.ts';
import { rememberFacts } from './layer-facts.ts';
import { isGone, processMark } from './process-mark.ts';
import type { BlobInfo, BlobWriter, LayerFacts, StoreLease, WriterOptions } from './types.ts';

/**
 * How long a lease outlives its last renewal, in ms: a laptop that slept, a process that was stopped for a while. That
 * of a process that is surely gone ends with it.
 */
const LEASE_MS = 15 * 60_000;
const RENEW_MS = 60_000;
/** How long unfinished writes that can be gone on with are kept, in ms. */
export const RESUME_MS = 24 * 3_600_000;

interface LeaseParts {
  database: StoreDatabase;
  blobs: BlobFiles;
  now: () => number;
  /** Removes those of the blobs that nothing refers to. */
  sweep(digests: readonly string[]): Promise<void>;
}

/** See `StoreLease`. It is written down with the first blob, so that one that holds nothing costs nothing. */
export class Lease implements StoreLease {
  readonly id = `${randomBytes(8).toString('hex')}-${processMark()}`;
  readonly #parts: LeaseParts;
  readonly #purpose: string;
  readonly #held = new Set<string>();
  readonly #wrote: string[] = [];
  readonly #open = new Set<BlobWriter>();
  #renewal: NodeJS.Timeout | undefined;
  #files = 0;
  #ended = false;

  constructor(purpose: string, parts: LeaseParts) {
    this.#purpose = purpose;
    this.#parts = parts;
  }

  async hold(digest: string): Promise<boolean> {
    this.#begin();
    if (!this.#held.has(digest)) {
      this.#whileThere(() =>
        this.#parts.database.run('INSERT OR IGNORE INTO lease_blobs VALUES (?, ?)', this.id, digest),
      );
      this.#held.add(digest);
    }
    return (await this.#parts.blobs.info(digest)) !== undefined;
  }

  async writer(options: WriterOptions = {}): Promise<BlobWriter> {
    this.#begin();
    const file = this.#fileFor(options);
    const writer: FileBlobWriter = await FileBlobWriter.open(this.#parts.blobs, file, options, {
      hold: (digest) => this.hold(digest),
      wrote: (digest) => this.#wrote.push(digest),
      ended: () => {
        this.#open.delete(writer);
        const { database } = this.#parts;
        database.lightly(() => database.run('DELETE FROM writes WHERE file = ? AND lease = ?', file, this.id));
      },
    });
    this.#open.add(writer);
    return writer;
  }

  async put(content: Uint8Array): Promise<BlobInfo> {
    const writer = await this.writer();
    return finish(writer, [content], undefined);
  }

  async write(content: AsyncIterable<Uint8Array>, options: WriterOptions = {}): Promise<BlobInfo> {
    return finish(await this.writer(options), content, options.digest);
  }

  remember(facts: LayerFacts): void {
    rememberFacts(this.#parts.database, facts);
  }

  release(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#renewal);
    const { database } = this.#parts;
    if (this.#renewal) database.lightly(() => database.run('DELETE FROM leases WHERE id = ?', this.id));
  }

  async discard(): Promise<void> {
    for (const writer of this.#open) await writer.abort();
    this.release();
    await this.#parts.sweep(this.#wrote);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const writer of this.#open) await writer.abort();
    this.release();
  }

  #begin(): void {
    if (this.#ended) throw new Error('this lease has ended');
    if (this.#renewal) return;
    this.#renew();
    this.#renewal = setInterval(() => {
      try {
        this.#renew();
      } catch {
        // The next time will do: a lease lasts for many of these.
      }
    }, RENEW_MS).unref();
  }

  /** Also puts back what was taken for dead: a process that slept for longer than a lease lasts. */
  #renew(): void {
    const { database, now } = this.#parts;
    const renew = () => {
      const at = now();
      if (database.run('UPDATE leases SET renewed_at = ? WHERE id = ?', at, this.id) > 0) return;
      database.run('INSERT INTO leases VALUES (?, ?, ?)', this.id, this.#purpose, at);
      for (const digest of this.#held) database.run('INSERT OR IGNORE INTO lease_blobs VALUES (?, ?)', this.id, digest);
    };
    database.lightly(() => database.step(renew));
  }

  /** Another process may have taken this one for dead and its lease away, so that nothing can be written under it. */
  #whileThere<T>(work: () => T): T {
    const { database } = this.#parts;
    const whole = () => {
      const isThere = database.get('SELECT 1 AS found FROM leases WHERE id = ?', this.id) !== undefined;
      if (!isThere) this.#renew();
      return work();
    };
    return database.lightly(() => database.step(whole));
  }

  #fileFor({ resume }: WriterOptions): string {
    const { database } = this.#parts;
    const alone = `${this.id}.${++this.#files}`;
    return this.#whileThere(() => {
      const file = resume === undefined ? alone : resumeFile(resume);
      const taken = database.run('INSERT OR IGNORE INTO writes VALUES (?, ?)', file, this.id) === 0;
      if (!taken) return file;
      const owner = database.get<LeaseRow>(
        'SELECT id, renewed_at FROM writes JOIN leases ON leases.id = writes.lease WHERE file = ?',
        file,
      );
      const isDead = !owner || hasEnded(owner, this.#parts.now());
      if (isDead) database.run('UPDATE writes SET lease = ? WHERE file = ?', this.id, file);
      else database.run('INSERT INTO writes VALUES (?, ?)', alone, this.id);
      return isDead ? file : alone;
    });
  }
}

export interface LeaseRow {
  id: string;
  renewed_at: number;
}

export function hasEnded({ id, renewed_at: renewedAt }: LeaseRow, now: number): boolean {
  return renewedAt < now - LEASE_MS || isGone(id.slice(id.indexOf('-') + 1));
}

/** The file below `ingest` of what can be gone on with; the key may be any text. */
export function resumeFile(key: string): string {
  return `resume.${createHash('sha256').update(key).digest('hex')}`;
}

async function finish(
  writer: BlobWriter,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  digest: string | undefined,
): Promise<BlobInfo> {
  try {
    for await (const chunk of content) await writer.write(chunk);
  } catch (error) {
    await writer.abort();
    throw error;
  }
  return writer.commit(digest);
}
