import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Header, type Pack, pack } from 'tar-stream';
import { DigestTap } from '../../digest.ts';
import type { UnionEntry } from '../../layer-union.ts';
import type { LayerEntry } from '../../read-layer.ts';
import type { CommittedLayer } from '../../rootfs/types.ts';
import type { StoreLease } from '../../store/types.ts';
import { type FileTree, fileOf } from './file-tree.ts';
import type { DraftEntry, LayerDraft } from './layer-draft.ts';

const TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';

export interface WrittenLayer extends CommittedLayer {
  entries: LayerEntry[];
}

/**
 * Writes a draft as a layer into the store; the same draft makes the same bytes.
 * @param latest ms; later times become this one (SOURCE_DATE_EPOCH)
 * @throws what reading the files fails with
 */
export async function writeLayer(
  draft: LayerDraft,
  lease: StoreLease,
  latest: number | undefined,
  signal: AbortSignal,
): Promise<WrittenLayer> {
  const entries = [...draft.entries.values()].sort((a, b) => (a.entry.path < b.entry.path ? -1 : 1));
  const clamp = (ms: number): number => (latest === undefined ? ms : Math.min(ms, latest));
  const tar = pack();
  const plain = new DigestTap();
  const gzip = createGzip({ chunkSize: 64 * 1024 });
  const links = new Map<LayerEntry, string>();
  const filled = fill(tar, entries, clamp, links).then(
    () => tar.finalize(),
    (error) => tar.destroy(error as Error),
  );
  const piped = pipeline(tar, inPieces, plain, gzip, { signal });
  piped.catch(() => {});
  const info = await lease.write(withoutSystem(gzip));
  await Promise.all([piped, filled]);
  const diffId = plain.digest();
  lease.remember({ digest: info.digest, diffId, plainSize: plain.bytes });
  return { ...info, diffId, mediaType: TYPE, entries: listing(entries, clamp, links) };
}

/** As who reads the layer would list it: hard links come after the files that they lead to. */
function listing(
  entries: readonly DraftEntry[],
  clamp: (ms: number) => number,
  links: ReadonlyMap<LayerEntry, string>,
): LayerEntry[] {
  const listed = entries.map(({ entry }): LayerEntry => {
    const link = links.get(entry);
    const own = { ...entry, mtime: clamp(entry.mtime) };
    return link === undefined ? own : { ...own, kind: 'hardlink', size: 0, hash: '', link };
  });
  const isLink = ({ kind }: LayerEntry) => kind === 'hardlink';
  return [...listed.filter((entry) => !isLink(entry)), ...listed.filter(isLink)];
}

const PIECE = 128 * 1024;

/** A tar comes in headers, contents and fillings of their own: each by itself would be one task for zlib. */
async function* inPieces(tar: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let size = 0;
  for await (const chunk of tar) {
    waiting.push(chunk);
    size += chunk.length;
    if (size < PIECE) continue;
    yield Buffer.concat(waiting, size);
    waiting = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(waiting, size);
}

/** The tenth byte of gzip names the system that it was made on: unknown, so that all make the same bytes (RFC 1952). */
async function* withoutSystem(gzip: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let before = 0;
  for await (const chunk of gzip) {
    if (before <= 9 && before + chunk.length > 9) chunk[9 - before] = 255;
    before += chunk.length;
    yield chunk;
  }
}

/** @param hardLinks is told which names are links, and to which path */
async function fill(
  tar: Pack,
  entries: readonly DraftEntry[],
  clamp: (ms: number) => number,
  hardLinks: Map<LayerEntry, string>,
): Promise<void> {
  const header = ({ path, kind, mode, uid, gid, mtime, link }: LayerEntry): Partial<Header> & { name: string } => ({
    ...{ name: kind === 'directory' ? `${path}/` : path, mode, uid, gid, mtime: new Date(clamp(mtime)) },
    type: kind === 'directory' ? 'directory' : kind === 'symlink' ? 'symlink' : kind === 'fifo' ? 'fifo' : 'file',
    ...(kind === 'symlink' ? { linkname: link } : {}),
  });
  for (const { entry } of entries) if (entry.kind === 'directory') tar.entry(header(entry));
  const links: (() => void)[] = [];
  const trees = new Map<FileTree, Map<UnionEntry, Map<object, LayerEntry[]>>>();
  for (const { entry, content } of entries) {
    if (Buffer.isBuffer(content)) tar.entry(header(entry), content);
    else if (content) {
      const file = fileOf(content.file);
      const names = trees.getOrInsertComputed(content.tree, () => new Map()).getOrInsertComputed(file, () => new Map());
      names.getOrInsertComputed(content.together ?? content, () => []).push(entry);
    } else if (entry.kind !== 'directory') links.push(() => void tar.entry(header(entry)));
  }
  for (const [tree, files] of trees) {
    const waiting = new Map([...files].map(([file, names]) => [file, [...names.values()]]));
    // What is copied several times is read again for each copy: content comes as a stream.
    for (let copy = 0; waiting.size > 0; copy++) {
      await tree.read([...waiting.keys()], async (file, content, size) => {
        const [first, ...others] = waiting.get(file)![copy]!;
        await write(tar, { ...header(first!), size }, content);
        for (const other of others) {
          hardLinks.set(other, first!.path);
          links.push(() => void tar.entry({ ...header(other), type: 'link', linkname: first!.path }));
        }
      });
      for (const [file, copies] of waiting) if (copies.length === copy + 1) waiting.delete(file);
    }
  }
  for (const link of links) link();
}

async function write(
  tar: Pack,
  header: Partial<Header> & { name: string; size: number },
  content: Readable | Buffer,
): Promise<void> {
  if (Buffer.isBuffer(content)) {
    await new Promise<void>((resolve, reject) => {
      tar.entry(header, content, (error) => (error ? reject(error) : resolve()));
    });
    return;
  }
  await pipeline(content, tar.entry(header));
}
