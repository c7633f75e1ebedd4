import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';
import { checkDigest } from '../digest.ts';
import { MAX_DOCUMENT_BYTES } from './manifest.ts';
import { sameContent } from './same-content.ts';
import type { BlobInfo } from './types.ts';

const algorithms = ['sha256', 'sha512'];

/** The files of blobs: `blobs/sha256/<hex>`, as in an OCI layout; each is whole as soon as it is there. */
export class BlobFiles {
  /** Where blobs are while they are written: the same file system, so that a rename puts them into place. */
  readonly ingest: string;
  /** Of the store. */
  readonly folder: string;
  readonly #root: string;

  constructor(folder: string) {
    this.folder = folder;
    this.#root = join(folder, 'blobs');
    this.ingest = join(folder, 'ingest');
  }

  /** @throws KctlError `input` for what is no digest: digests become paths */
  path(digest: string): string {
    return join(this.#root, checkDigest(digest).replace(':', '/'));
  }

  async info(digest: string): Promise<BlobInfo | undefined> {
    const found = await stat(this.path(digest)).catch(() => undefined);
    return found?.isFile() ? { digest, size: found.size } : undefined;
  }

  /** As `info`, for steps of the database, which cannot wait. */
  infoNow(digest: string): BlobInfo | undefined {
    const found = statSync(this.path(digest), { throwIfNoEntry: false });
    return found?.isFile() ? { digest, size: found.size } : undefined;
  }

  read(digest: string, range?: { start: number; end: number }): Readable {
    return createReadStream(this.path(digest), { ...range, highWaterMark: 256 * 1024 });
  }

  /** @throws KctlError `input` where it is missing, too large or not what its digest says */
  document(digest: string): Buffer {
    const found = this.infoNow(digest);
    if (!found) throw new KctlError('input', `the blob ${digest} is not in the image store`);
    if (found.size > MAX_DOCUMENT_BYTES) throw new KctlError('input', `the blob ${digest} is too large for a document`);
    const content = readFileSync(this.path(digest));
    if (!sameContent(content, digest)) {
      throw new KctlError('input', `the blob ${digest} is damaged: its content does not have that digest`, {
        hint: 'Remove the image and pull or load it again.',
      });
    }
    return content;
  }

  /** Puts a written file into place, lasting: after this a crash of the machine leaves it there, whole. */
  async place(file: string, digest: string): Promise<void> {
    const target = this.path(digest);
    const folder = dirname(target);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rename(file, target);
    await syncFolder(folder);
  }

  /** Every blob that is there. */
  *list(): Generator<BlobInfo> {
    for (const algorithm of algorithms) {
      for (const hex of namesIn(join(this.#root, algorithm))) {
        const digest = `${algorithm}:${hex}`;
        const found = isDigest(digest) ? this.infoNow(digest) : undefined;
        if (found) yield found;
      }
    }
  }

  /** Unfinished writes. */
  *unfinished(): Generator<{ file: string; path: string; size: number; changedAt: number }> {
    for (const file of namesIn(this.ingest)) {
      const path = join(this.ingest, file);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.isFile()) yield { file, path, size: found.size, changedAt: found.mtimeMs };
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isDigest(text: string): boolean {
  try {
    checkDigest(text);
    return true;
  } catch {
    return false;
  }
}

/** Makes names in a folder lasting. Systems that cannot (Windows) do so by themselves. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  if (!handle) return;
  try {
    await handle.sync().catch(() => {});
  } finally {
    await handle.close();
  }
}
