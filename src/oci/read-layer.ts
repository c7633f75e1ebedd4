import { createHash, hash as digestAtOnce, type Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Header } from 'tar-stream';
import { KctlError } from '../lib/errors.ts';
import { compressionOf, decompress } from './decompress.ts';
import { DigestTap } from './digest.ts';
import { attributeOf } from './rootfs/tar/pax-attributes.ts';
import { HeaderGuard, ownerAndTime, tarReader } from './tar-reader.ts';

export type EntryKind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'device' | 'fifo';

/** One path of a layer. Whiteouts are entries of their own here (`.wh.name`). */
export interface LayerEntry {
  /** Without leading `./` or trailing `/`. */
  path: string;
  kind: EntryKind;
  /** Bytes of the content that stands in the layer: 0 for all but files. */
  size: number;
  mode: number;
  uid: number;
  gid: number;
  /** ms; 0 where the layer does not say. */
  mtime: number;
  /** Where a link leads: of a hard link a path of the image. */
  link: string;
  /** sha256 of a file's content, in base64 to be short; else ''. */
  hash: string;
  /** `security.capability` in base64, of the few programs that have one. */
  capability?: string;
  /** Of a device, where it is one of blocks. */
  isBlock?: true;
}

export interface LayerContents {
  /** Of the bytes as stored (compressed where they are). */
  digest: string;
  sizeBytes: number;
  /** Of the uncompressed tar. */
  diffId: string;
  plainBytes: number;
  entries: LayerEntry[];
}

/**
 * Reads a layer's listing and digests in one pass; nothing of the files' contents is kept.
 * @param name how messages call the layer
 * @param known the digest, where it is known already: then the stored bytes are not hashed
 * @throws KctlError `input` for damaged layers and for paths that lead out of the image
 */
export async function readLayer(stream: Readable, name: string, known?: string): Promise<LayerContents> {
  const entries: LayerEntry[] = [];
  const plain = new DigestTap();
  const listing = tarReader();
  const guard = new HeaderGuard(name);
  listing.on('error', () => {});
  listing.on('entry', (header, content, next) => {
    try {
      guard.check(header);
      const path = insidePath(header.name, name);
      const entry = entryOf(header, path, name);
      if (path !== '') entries.push(entry);
      if (entry.kind === 'file' && entry.size > 0) {
        hashInto(entry, content);
      }
    } catch (error) {
      // The pipeline reports it; both parser and entry do so a second time.
      content.on('error', () => {});
      listing.destroy(error as Error);
      return;
    }
    content.once('end', next);
    // The pipeline reports what cuts an entry short; the entry does so a second time.
    content.on('error', () => {});
    content.resume();
  });
  try {
    const [head, whole] = await peek(stream);
    const kind = compressionOf(head);
    const stored = kind && new StoredBytes(whole, known);
    await pipeline(kind && stored ? decompress(kind, stored.flow()) : whole, plain, listing);
    const diffId = plain.digest();
    const sizeBytes = stored?.bytes ?? plain.bytes;
    return { digest: stored?.digest() ?? diffId, sizeBytes, diffId, plainBytes: plain.bytes, entries };
  } catch (error) {
    throw error instanceof KctlError ? error : damaged(name, error);
  }
}

/** Most files come in one piece: hashed at once they leave nothing behind that the garbage collector has to close. */
function hashInto(entry: LayerEntry, content: NodeJS.EventEmitter): void {
  let hash: Hash | undefined;
  content.on('data', (piece: Buffer) => {
    if (piece.length === entry.size) entry.hash = digestAtOnce('sha256', piece, 'base64');
    else {
      hash ??= createHash('sha256');
      hash.update(piece);
    }
  });
  content.once('end', () => {
    if (hash) entry.hash = hash.digest('base64');
  });
}

/** What tar calls the kinds; all that holds content is a file. */
const kinds: Readonly<Record<string, EntryKind>> = {
  directory: 'directory',
  symlink: 'symlink',
  link: 'hardlink',
  'character-device': 'device',
  'block-device': 'device',
  fifo: 'fifo',
};

/** @param path as `insidePath` gives it */
export function entryOf(header: Header, path: string, layer: string): LayerEntry {
  const kind = kinds[header.type ?? 'file'] ?? 'file';
  const { size = 0, mode = 0, linkname } = header;
  const { uid, gid, mtime } = ownerAndTime(header);
  const link = kind === 'hardlink' ? insidePath(linkname ?? '', layer) : kind === 'symlink' ? (linkname ?? '') : '';
  // One literal: objects that are put together keep some of their fields in a list of their own.
  const entry: LayerEntry = {
    path,
    kind,
    size: kind === 'file' ? size : 0,
    mode,
    uid,
    gid,
    mtime,
    link,
    hash: '',
  };
  const capability = attributeOf(header.pax as Record<string, string> | undefined, 'security.capability');
  if (capability !== '') entry.capability = capability;
  if (header.type === 'block-device') entry.isBlock = true;
  return entry;
}

/** PATH_MAX of Linux. Each folder of a path costs as much as the path is long. */
const MAX_PATH = 4096;

/** A tar's path below the root of the image (image-spec layer.md; reference 5.2: `..` and absolute paths are refused). */
export function insidePath(raw: string, layer: string): string {
  if (raw.length > MAX_PATH) {
    throw new KctlError(
      'input',
      `${layer}: path ${JSON.stringify(raw.slice(0, 60))}… is longer than ${MAX_PATH} bytes`,
      {
        hint: 'No system takes such paths.',
      },
    );
  }
  const parts = raw.split('/').filter((part) => part !== '' && part !== '.');
  if (raw.startsWith('/') || parts.includes('..')) {
    throw new KctlError('input', `${layer}: path ${JSON.stringify(raw)} leads out of the image`);
  }
  return parts.join('/');
}

/** Bytes on their way to being uncompressed. */
class StoredBytes {
  bytes = 0;
  readonly #source: AsyncIterable<Buffer>;
  readonly #known: string | undefined;
  readonly #hash = createHash('sha256');

  constructor(source: AsyncIterable<Buffer>, known: string | undefined) {
    this.#source = source;
    this.#known = known;
  }

  async *flow(): AsyncGenerator<Buffer> {
    for await (const chunk of this.#source) {
      this.bytes += chunk.length;
      if (this.#known === undefined) this.#hash.update(chunk);
      yield chunk;
    }
  }

  /** Once, after the end. */
  digest(): string {
    return this.#known ?? `sha256:${this.#hash.digest('hex')}`;
  }
}

/** The first bytes of a stream, and the whole of it. */
async function peek(stream: Readable): Promise<[Buffer, AsyncIterable<Buffer>]> {
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await iterator.next();
  const head = first.done ? Buffer.alloc(0) : first.value;
  async function* whole() {
    yield head;
    for (;;) {
      const { done, value } = await iterator.next();
      if (done) return;
      yield value;
    }
  }
  return [head, whole()];
}

export function damaged(name: string, cause: unknown): KctlError {
  const { message } = cause as Error;
  const cut = /unexpected end|premature|incomplete/i.test(message);
  return new KctlError('input', `${name}: ${cut ? 'the file is cut short' : `cannot be read: ${message}`}`, { cause });
}
