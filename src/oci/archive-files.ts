import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KctlError } from '../lib/errors.ts';
import { damaged } from './read-layer.ts';
import { plainLayer } from './store/plain-layer.ts';
import { TarFile } from './tar-file.ts';
import { tarReader } from './tar-reader.ts';

/** The files of an image archive, without saying whether it is a tar or a folder. */
export interface ArchiveFiles {
  has(name: string): boolean | Promise<boolean>;
  /** A JSON document; undefined where there is none of that name. */
  json<T>(name: string): Promise<T | undefined>;
  /** The bytes of that document, for checking its digest. */
  bytes(name: string): Promise<Buffer | undefined>;
  /**
   * Streams each wanted file once, in whatever order they are stored; `names` are those of the wanted
   * ones that it stands for. Missing ones are left out.
   */
  visit(wanted: ReadonlySet<string>, handle: FileHandler): Promise<void>;
}

type FileHandler = (names: readonly string[], content: Readable) => Promise<void>;

/** @throws KctlError `input` where the path is not there */
export async function openArchive(path: string): Promise<ArchiveFiles> {
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'does not exist' : `cannot be read: ${cause.message}`;
    throw new KctlError('input', `the path "${path}" ${reason}`, { cause });
  });
  return info.isDirectory() ? new FolderFiles(path) : TarFiles.open(path);
}

class FolderFiles implements ArchiveFiles {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async has(name: string): Promise<boolean> {
    return (await stat(this.#inside(name)).catch(() => undefined))?.isFile() === true;
  }

  async bytes(name: string): Promise<Buffer | undefined> {
    return readFile(this.#inside(name)).catch(() => undefined);
  }

  async json<T>(name: string): Promise<T | undefined> {
    const bytes = await this.bytes(name);
    return bytes && parseJson<T>(bytes, name);
  }

  async visit(wanted: ReadonlySet<string>, handle: FileHandler): Promise<void> {
    for (const name of wanted) {
      if (await this.has(name)) await handle([name], createReadStream(this.#inside(name)));
    }
  }

  /** Names come from the archive's own documents, which may name anything. */
  #inside(name: string): string {
    const path = clean(name);
    if (path.split('/').includes('..')) throw new KctlError('input', `${this.#path}: ${name} leads out of the archive`);
    return join(this.#path, path);
  }
}

/** Documents above this size are no manifests; 4 MiB is what registries accept. */
const MAX_DOCUMENT = 4 * 1024 * 1024;
/** All documents together: what an archive may make us hold. */
const MAX_DOCUMENTS = 64 * 1024 * 1024;
const MAX_ENTRIES = 200_000;

/**
 * A tar, or a gzipped one. It is read twice: once for its names and documents, once for the layers,
 * since the manifest that says which files are layers usually comes last.
 */
class TarFiles implements ArchiveFiles {
  readonly #path: string;
  readonly #names = new Set<string>();
  readonly #links = new Map<string, string>();
  readonly #documents = new Map<string, Buffer>();

  private constructor(path: string) {
    this.#path = path;
  }

  static async open(path: string): Promise<TarFiles> {
    const files = new TarFiles(path);
    let held = 0;
    await files.#scan(isDocument, async (name, header, content) => {
      if (header.type === 'symlink' || header.type === 'link') {
        const target = header.linkname ?? '';
        files.#links.set(name, header.type === 'link' ? clean(target) : clean(posix.join(posix.dirname(name), target)));
      } else if (header.type === 'file' && files.#names.has(name)) {
        // Whoever checked the first could be given the second.
        throw new KctlError('input', `${path} holds ${name} twice`);
      } else files.#names.add(name);
      if (files.#names.size + files.#links.size > MAX_ENTRIES) {
        throw new KctlError('input', `${path} holds too many files to be an image`);
      }
      if (!isDocument(name, header)) return;
      const document = await readDocument(content);
      held += document?.length ?? 0;
      if (held > MAX_DOCUMENTS) throw new KctlError('input', `${path} holds too many documents to be an image`);
      if (document) files.#documents.set(name, document);
    });
    return files;
  }

  has(name: string): boolean {
    return this.#names.has(this.#real(name));
  }

  async bytes(name: string): Promise<Buffer | undefined> {
    return this.#documents.get(this.#real(name));
  }

  async json<T>(name: string): Promise<T | undefined> {
    const bytes = await this.bytes(name);
    return bytes && parseJson<T>(bytes, name);
  }

  async visit(wanted: ReadonlySet<string>, handle: FileHandler): Promise<void> {
    // Old docker archives store equal layers once and link to them.
    const byFile = Map.groupBy(wanted, (name) => this.#real(name));
    const isWanted = (name: string) => byFile.has(name);
    await this.#scan(isWanted, async (name, _header, content) => {
      const names = byFile.get(name);
      byFile.delete(name);
      if (names) await handle(names, content);
    });
  }

  #real(name: string): string {
    let real = clean(name);
    for (let hops = 0; hops < 8 && this.#links.has(real); hops++) real = this.#links.get(real)!;
    return real;
  }

  /** @param isRead whether the content of a file is wanted */
  async #scan(
    isRead: (name: string, header: TarHeader) => boolean,
    visit: (name: string, header: TarHeader, content: Readable) => Promise<void>,
  ): Promise<void> {
    const tar = tarReader();
    const file = new TarFile(this.#path);
    const source = file.stream();
    const reading = pipeline(plainLayer(source, this.#path), tar);
    // The loop below reports what goes wrong; this keeps the same error from counting as unhandled.
    reading.catch(() => {});
    let entries = 0;
    try {
      for await (const entry of tar) {
        entries++;
        const { type = 'file', size = 0, linkname } = entry.header;
        const header = { type: type ?? 'file', size, ...(linkname ? { linkname } : {}) };
        const name = clean(entry.header.name);
        const { byteOffset } = entry.header as { byteOffset?: number };
        // Of files only: other kinds may state a size and have nothing behind them.
        if (type === 'file' && byteOffset !== undefined && !isRead(name, header)) {
          file.skip(byteOffset, byteOffset + size);
        }
        await visit(name, header, Readable.from(entry) as Readable);
        entry.resume();
      }
      await reading;
    } catch (error) {
      source.destroy();
      throw error instanceof KctlError ? error : notAnArchive(this.#path, entries, error);
    }
  }
}

interface TarHeader {
  type: string;
  size: number;
  linkname?: string;
}

const isDocument = (_name: string, { type, size }: TarHeader) => type === 'file' && size <= MAX_DOCUMENT;

/** Before the first entry nothing says that it is a tar at all; after it the tar is damaged. */
function notAnArchive(path: string, entries: number, cause: unknown): KctlError {
  if (entries > 0) return damaged(path, cause);
  return new KctlError('input', `${path} is not an image archive: it is neither a tar file nor a folder`, { cause });
}

/** The whole of a small file that begins like JSON; undefined for anything else, which is read past. */
async function readDocument(content: Readable): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let isJson: boolean | undefined;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    isJson ??= /^\s*[{[]/.test(chunk.subarray(0, 64).toString('latin1'));
    if (isJson) chunks.push(chunk);
  }
  return isJson ? Buffer.concat(chunks) : undefined;
}

function parseJson<T>(bytes: Buffer, name: string): T {
  try {
    return JSON.parse(bytes.toString('utf8')) as T;
  } catch (cause) {
    throw new KctlError('input', `${name} is not valid JSON`, { cause });
  }
}

const clean = (name: string): string => posix.normalize(name).replace(/^\.?\/+/, '');
