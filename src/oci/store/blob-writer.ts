import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { checkDigest } from '../digest.ts';
import type { BlobFiles } from './blob-files.ts';
import { diskFailure } from './disk-failure.ts';
import type { BlobInfo, BlobWriter, WriterOptions } from './types.ts';

/** What a writer asks of the lease under which it writes. */
interface WriterOwner {
  /** Before the blob is put into place, so that no collection takes it away. */
  hold(digest: string): Promise<boolean>;
  /** The blob is new. */
  wrote(digest: string): void;
  ended(): void;
}

/** How much is made lasting at a time. */
const SYNC_BYTES = 16 << 20;

/** Writes one blob into a file of its own below `ingest`. */
export class FileBlobWriter implements BlobWriter {
  offset = 0;
  readonly #blobs: BlobFiles;
  readonly #path: string;
  readonly #options: WriterOptions;
  readonly #owner: WriterOwner;
  readonly #algorithm: string;
  #hash: Hash;
  #handle: FileHandle;
  #unsynced = 0;
  #syncing: Promise<void> | undefined;
  #syncFailure: { error: unknown } | undefined;

  private constructor(blobs: BlobFiles, path: string, handle: FileHandle, options: WriterOptions, owner: WriterOwner) {
    this.#blobs = blobs;
    this.#path = path;
    this.#handle = handle;
    this.#options = options;
    this.#owner = owner;
    this.#algorithm = options.digest?.split(':')[0] ?? 'sha256';
    this.#hash = createHash(this.#algorithm);
  }

  /** @param file its name below `ingest`; what is in it already is gone on with */
  static async open(
    blobs: BlobFiles,
    file: string,
    options: WriterOptions,
    owner: WriterOwner,
  ): Promise<FileBlobWriter> {
    if (options.digest !== undefined) checkDigest(options.digest);
    const path = join(blobs.ingest, file);
    const handle = await mkdir(blobs.ingest, { recursive: true, mode: 0o700 })
      .then(() => open(path, 'a', 0o600))
      .catch((error: unknown) => {
        throw diskFailure(error, blobs.folder);
      });
    const before = await stat(path).catch(() => undefined);
    const writer = new FileBlobWriter(blobs, path, handle, options, owner);
    try {
      await writer.#goOn(before?.size ?? 0);
    } catch (error) {
      await writer.abort();
      throw error;
    }
    return writer;
  }

  async write(content: Uint8Array | readonly Uint8Array[]): Promise<void> {
    const { size = Infinity, maxBytes = Infinity } = this.#options;
    const chunks = content instanceof Uint8Array ? [content] : content;
    const after = chunks.reduce((sum, { length }) => sum + length, this.offset);
    if (after > size) throw new KctlError('input', `more bytes came than the ${size} that were announced`);
    if (after > maxBytes) throw new KctlError('input', `it is larger than the ${maxBytes} bytes that are allowed`);
    for (const chunk of chunks) this.#hash.update(chunk);
    try {
      for (let rest = chunks; rest.length > 0; ) {
        rest = without(rest, (await this.#handle.writev([...rest])).bytesWritten);
      }
    } catch (error) {
      throw diskFailure(error, this.#blobs.folder);
    }
    this.#unsynced += after - this.offset;
    this.offset = after;
    this.#makeLasting();
  }

  /** While more comes, so that little is left to do at the end. The system tells of a failure once, so it is kept for then. */
  #makeLasting(): void {
    if (this.#unsynced < SYNC_BYTES || this.#syncing) return;
    this.#unsynced = 0;
    this.#syncing = this.#handle.datasync().then(
      () => {
        this.#syncing = undefined;
      },
      (error: unknown) => {
        this.#syncFailure = { error };
      },
    );
  }

  async commit(stated?: string): Promise<BlobInfo> {
    try {
      return await this.#commit(stated);
    } catch (error) {
      await this.abort();
      throw diskFailure(error, this.#blobs.folder);
    }
  }

  async #commit(stated?: string): Promise<BlobInfo> {
    const { size } = this.#options;
    if (size !== undefined && this.offset !== size) {
      throw new KctlError('input', `${this.offset} bytes came where ${size} were announced`);
    }
    const sum = this.#hash.digest('hex');
    const wanted = checkDigest(stated ?? this.#options.digest ?? `${this.#algorithm}:${sum}`);
    const found = wanted.startsWith(`${this.#algorithm}:`) ? sum : await this.#sum(wanted.split(':')[0]!);
    if (wanted !== `${wanted.split(':')[0]}:${found}`) {
      throw new KctlError('input', `the content does not have the digest ${wanted}`, {
        hint: `It has ${wanted.split(':')[0]}:${found}.`,
      });
    }
    await this.#owner.hold(wanted);
    // One of another size is damaged, and healed by this.
    const isThere = (await this.#blobs.info(wanted))?.size === this.offset;
    if (!isThere) {
      await this.#syncing;
      if (this.#syncFailure) throw this.#syncFailure.error;
      await this.#handle.sync();
    }
    await this.#handle.close();
    if (isThere) await rm(this.#path, { force: true });
    else {
      this.#owner.wrote(wanted);
      await this.#blobs.place(this.#path, wanted);
    }
    this.#owner.ended();
    return { digest: wanted, size: this.offset };
  }

  async suspend(): Promise<void> {
    await this.#handle.close();
    this.#owner.ended();
  }

  async abort(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await rm(this.#path, { force: true });
    this.#owner.ended();
  }

  /** Reads what was written before into the sum. */
  async #goOn(size: number): Promise<void> {
    const { size: most = Infinity, maxBytes = Infinity } = this.#options;
    if (size > Math.min(most, maxBytes)) {
      await this.#handle.truncate(0);
      return;
    }
    if (size === 0) return;
    for await (const chunk of createReadStream(this.#path, { end: size - 1 })) this.#hash.update(chunk as Buffer);
    this.offset = size;
  }

  async #sum(algorithm: string): Promise<string> {
    const hash = createHash(algorithm);
    for await (const chunk of createReadStream(this.#path)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  }
}

/** What is left of them when that many bytes are written. */
function without(chunks: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let left = written;
  let at = 0;
  while (at < chunks.length && chunks[at]!.length <= left) left -= chunks[at++]!.length;
  return left === 0 ? chunks.slice(at) : [chunks[at]!.subarray(left), ...chunks.slice(at + 1)];
}
