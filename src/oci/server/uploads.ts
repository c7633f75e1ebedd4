import { randomUUID } from 'node:crypto';
import type { BlobInfo, BlobWriter, ImageStore, StoreLease } from '../store/types.ts';
import { diskFull, isDiskFull, RegistryError } from './registry-error.ts';

export interface UploadLimits {
  /** Bytes of one blob. */
  blobBytes: number;
  /** Uploads that may be unfinished at a time. */
  uploads: number;
  /** How long an upload may rest before it is given up, in ms. */
  idleMs: number;
}

export const uploadLimits: UploadLimits = { blobBytes: 64 * 2 ** 30, uploads: 1000, idleMs: 3_600_000 };

/** A blob that comes in several requests. */
export interface Upload {
  readonly id: string;
  readonly repository: string;
  readonly offset: number;
}

interface Session extends Upload {
  offset: number;
  lease: StoreLease;
  writer: BlobWriter;
  /** A request is writing to it. */
  isBusy: boolean;
  touchedAt: number;
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Uploads that are under way. Their bytes are in the store's unfinished writes, so that they outlive this process. */
export class Uploads {
  readonly #store: ImageStore;
  readonly #limits: UploadLimits;
  readonly #now: () => number;
  readonly #sessions = new Map<string, Session>();
  /** Reopenings that are under way: two requests must not open one file. */
  readonly #opening = new Map<string, Promise<Session>>();

  constructor(store: ImageStore, limits: UploadLimits, now: () => number) {
    this.#store = store;
    this.#limits = limits;
    this.#now = now;
  }

  async begin(repository: string): Promise<Upload> {
    if (this.#sessions.size >= this.#limits.uploads) {
      throw new RegistryError('TOOMANYREQUESTS', `${this.#limits.uploads} uploads are unfinished already`);
    }
    return this.#open(repository, randomUUID());
  }

  /** @throws RegistryError `BLOB_UPLOAD_UNKNOWN` */
  async find(repository: string, id: string): Promise<Upload> {
    return this.#find(repository, id);
  }

  /**
   * Appends. What came before a connection broke stays.
   * @throws RegistryError `SIZE_INVALID` beyond the limit, `BLOB_UPLOAD_INVALID` while another request appends
   */
  async append({ repository, id }: Upload, content: AsyncIterable<Buffer>): Promise<Upload> {
    const session = await this.#find(repository, id);
    return this.#busy(session, async () => {
      for await (const chunk of content) {
        if (session.offset + chunk.length > this.#limits.blobBytes) {
          await this.#end(session, () => session.writer.abort());
          throw new RegistryError('SIZE_INVALID', `a blob may have ${this.#limits.blobBytes} bytes`, { status: 413 });
        }
        await this.#write(session, chunk);
        session.offset = session.writer.offset;
        session.touchedAt = this.#now();
      }
      return session;
    });
  }

  /** What came so far goes where the disk is full: nobody else could go on otherwise. @throws RegistryError 507 */
  async #write(session: Session, chunk: Buffer): Promise<void> {
    try {
      await session.writer.write(chunk);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      await this.#end(session, () => session.writer.abort());
      throw diskFull();
    }
  }

  /** Makes a blob of it, which the repository has from now on. @throws KctlError `input` where the digest is another */
  async finish({ repository, id }: Upload, digest: string): Promise<BlobInfo> {
    const session = await this.#find(repository, id);
    return this.#busy(session, async () => {
      let blob: BlobInfo | undefined;
      await this.#end(session, async () => {
        blob = await session.writer.commit(digest);
        this.#store.repositories.linkBlob(repository, digest);
      });
      return blob!;
    });
  }

  async cancel({ repository, id }: Upload): Promise<void> {
    const session = await this.#find(repository, id);
    await this.#busy(session, () => this.#end(session, () => session.writer.abort()));
  }

  /** Gives up those that rest for too long. */
  async sweep(): Promise<void> {
    for (const session of this.#sessions.values()) {
      if (session.isBusy || session.touchedAt > this.#now() - this.#limits.idleMs) continue;
      await this.#end(session, () => session.writer.abort());
    }
  }

  /** Keeps what came, for the next process. */
  async close(): Promise<void> {
    for (const session of this.#sessions.values()) await this.#end(session, () => session.writer.suspend());
  }

  async #find(repository: string, id: string): Promise<Session> {
    const known = this.#sessions.get(id);
    if (known?.repository === repository) return known;
    const opening = this.#opening.get(id);
    if (opening) return opening;
    if (known || !ID.test(id) || (await this.#store.unfinished(keyOf(repository, id))) === undefined) {
      throw new RegistryError('BLOB_UPLOAD_UNKNOWN', 'there is no such upload', { detail: { id } });
    }
    return this.#sessions.get(id) ?? this.#opening.get(id) ?? this.#open(repository, id);
  }

  #open(repository: string, id: string): Promise<Session> {
    const lease = this.#store.lease(`upload to ${repository}`);
    const opening = (async () => {
      const writer = await lease.writer({ resume: keyOf(repository, id) });
      const session = { id, repository, offset: writer.offset, lease, writer, isBusy: false, touchedAt: this.#now() };
      this.#sessions.set(id, session);
      return session;
    })().finally(() => this.#opening.delete(id));
    this.#opening.set(id, opening);
    return opening;
  }

  async #busy<T>(session: Session, work: () => Promise<T>): Promise<T> {
    if (session.isBusy) {
      throw new RegistryError('BLOB_UPLOAD_INVALID', 'another request is writing to this upload', { status: 409 });
    }
    session.isBusy = true;
    try {
      return await work();
    } finally {
      session.isBusy = false;
      session.touchedAt = this.#now();
    }
  }

  async #end(session: Session, how: () => Promise<void>): Promise<void> {
    this.#sessions.delete(session.id);
    try {
      await how();
    } finally {
      session.lease.release();
    }
  }
}

const keyOf = (repository: string, id: string): string => `upload ${id} ${repository}`;
