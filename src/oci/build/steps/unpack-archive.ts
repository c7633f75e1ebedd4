import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Header } from 'tar-stream';
import { KctlError } from '../../../lib/errors.ts';
import { type Compression, compressionOf } from '../../decompress.ts';
import { LayerUnion, type UnionEntry } from '../../layer-union.ts';
import { type EntryKind, insidePath, type LayerEntry } from '../../read-layer.ts';
import { plainLayer } from '../../store/plain-layer.ts';
import { ownerAndTime, tarReader } from '../../tar-reader.ts';
import { UnknownWay } from '../../unknown-way.ts';
import type { FileTree } from './file-tree.ts';
import type { LayerDraft } from './layer-draft.ts';
import type { Owner } from './owner.ts';

/**
 * Whether ADD unpacks a file: a tar, by its content and not by its name.
 * @throws KctlError `input` for one that is compressed in a way that cannot be read
 */
export async function isArchive(file: string, name: string): Promise<boolean> {
  const head = await headOf(file);
  return compressionOf(head) ? holdsTar(file, name) : head.length === 512 && isTarHeader(head);
}

async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The sum of a tar's header is in it (pax(1), ustar). */
function isTarHeader(head: Buffer): boolean {
  const written = Number.parseInt(head.toString('latin1', 148, 156).replace(/\0.*$/s, '').trim(), 8);
  let sum = 0;
  for (let at = 0; at < 512; at++) sum += at >= 148 && at < 156 ? 32 : head[at]!;
  return sum === written;
}

async function holdsTar(file: string, name: string): Promise<boolean> {
  try {
    let head = Buffer.alloc(0);
    for await (const chunk of plainLayer(createReadStream(file), name)) {
      head = Buffer.concat([head, chunk as Buffer]);
      if (head.length >= 512) break;
    }
    return head.length >= 512 && isTarHeader(head);
  } catch (error) {
    if (error instanceof KctlError && error.cause instanceof UnknownWay) {
      throw new KctlError('input', error.message, {
        hint: `Unpack it before (xz -d ${name}), or take it as it is: ADD --unpack=false.`,
        cause: error,
      });
    }
    // A file that only begins like one is a file like others.
    return false;
  }
}

const SLOW: ReadonlySet<Compression | undefined> = new Set<Compression>(['bzip2', 'xz']);

/**
 * An archive that can be read several times without being uncompressed each time, which takes long for some.
 * @param into where it is written then
 * @returns `file` itself, or `into`
 */
export async function readyArchive(file: string, name: string, into: string): Promise<string> {
  if (!SLOW.has(compressionOf(await headOf(file)))) return file;
  await pipeline(plainLayer(createReadStream(file), name), createWriteStream(into, { mode: 0o600 })).catch((cause) => {
    throw unreadable(name, cause);
  });
  return into;
}

const kinds: Readonly<Record<string, EntryKind>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'directory',
  symlink: 'symlink',
  fifo: 'fifo',
};

/**
 * Lays the files of a tar into a draft, with the owners and permissions that it says. It is read once now for what it
 * holds, and once more for the contents when the layer is written.
 * @param into a folder of the draft, below the root
 * @param owner in place of those of the archive
 * @throws KctlError `input` for damaged archives and paths that lead out of them
 */
export async function unpackArchive(
  file: string,
  name: string,
  draft: LayerDraft,
  into: string,
  owner: Owner | undefined,
): Promise<void> {
  const tree = archiveTree(file, name);
  let position = 0;
  await eachEntry(file, name, async (header, content) => {
    const inside = insidePath(header.name.replace(/^\/+/, ''), name);
    const number = position++;
    const hash = createHash('sha256');
    for await (const chunk of content) hash.update(chunk as Buffer);
    if (inside === '') return;
    const entry = entryOf(header, inside, owner, hash.digest('base64'));
    if (!entry) return;
    const below = (path: string) => (into === '' ? path : `${into}/${path}`);
    const slash = inside.lastIndexOf('/');
    const folder = slash < 0 ? into : draft.makeFolder(below(inside.slice(0, slash)), owner ?? ROOT);
    entry.path = folder === '' ? inside.slice(slash + 1) : `${folder}/${inside.slice(slash + 1)}`;
    if (header.type === 'link') {
      const to = insidePath((header.linkname ?? '').replace(/^\/+/, ''), inside);
      const target = draft.entries.get(draft.resolve(below(to)));
      if (!target) throw new KctlError('input', `${inside}: its hard link leads to what is not in the archive`);
      draft.replace({ ...target.entry, path: entry.path }, target.content);
    } else draft.replace(entry, entry.kind === 'file' ? { tree, file: { entry, layer: number } } : undefined);
  });
}

const ROOT: Owner = { uid: 0, gid: 0 };

/** Its files are known by their place in the archive, which `layer` holds. */
function archiveTree(file: string, name: string): FileTree {
  return {
    files: new LayerUnion(),
    hash: async ({ entry }) => entry.hash,
    async read(wanted, handle) {
      const byPlace = new Map<number, UnionEntry>(wanted.map((one) => [one.layer, one]));
      let position = 0;
      await eachEntry(file, name, async (_header, content) => {
        const found = byPlace.get(position++);
        if (found) await handle(found, content, found.entry.size);
      });
    },
  };
}

async function eachEntry(
  file: string,
  name: string,
  visit: (header: Header, content: Readable) => Promise<void>,
): Promise<void> {
  const tar = tarReader();
  const reading = pipeline(plainLayer(createReadStream(file), name), tar);
  reading.catch(() => {});
  try {
    for await (const one of tar) {
      await visit(one.header, one as unknown as Readable);
      one.resume();
    }
    await reading;
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

const unreadable = (name: string, cause: unknown): KctlError =>
  cause instanceof KctlError
    ? cause
    : new KctlError('input', `${name} cannot be unpacked: ${(cause as Error).message}`, { cause });

/** undefined for devices: they cannot be had without rights, and docker leaves them out where it has none. */
function entryOf(header: Header, path: string, owner: Owner | undefined, hash: string): LayerEntry | undefined {
  const { mode = 0o644, linkname, type, size = 0 } = header;
  const { uid, gid, mtime } = ownerAndTime(header);
  const kind = type === 'link' ? 'file' : kinds[type ?? 'file'];
  if (!kind) return undefined;
  return {
    ...{ path, kind, mode: mode & 0o7777, ...(owner ?? { uid, gid }), mtime },
    size: kind === 'file' ? size : 0,
    link: kind === 'symlink' ? (linkname ?? '') : '',
    hash: kind === 'file' && size > 0 ? hash : '',
  };
}
