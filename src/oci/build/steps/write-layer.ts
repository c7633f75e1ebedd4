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
  const listed = entries.map(({ entry }) => ({ ...entry, mtime: clamp(entry.mtime) }));
  const tar = pack();
  const plain = new DigestTap();
  const gzip = createGzip({ chunkSize: 64 * 1024 });
  const filled = fill(tar, entries, clamp).then(
    () => tar.finalize(),
    (error) => tar.destroy(error as Error),
  );
  const piped = pipeline(tar, inPieces, plain, gzip, { signal });
  piped.catch(() => {});
  const info = await lease.write(withoutSystem(gzip));
  await Promise.all([piped, filled]);
  return { ...info, diffId: plain.digest(), mediaType: TYPE, entries: listed };
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

async function fill(tar: Pack, entries: readonly DraftEntry[], clamp: (ms: number) => number): Promise<void> {
  const header = ({ path, kind, mode, uid, gid, mtime, link }: LayerEntry): Partial<Header> & { name: string } => ({
    ...{ name: kind === 'directory' ? `${path}/` : path, mode, uid, gid, mtime: new Date(clamp(mtime)) },
    type: kind === 'directory' ? 'directory' : kind === 'symlink' ? 'symlink' : kind === 'fifo' ? 'fifo' : 'file',
    ...(kind === 'symlink' ? { linkname: link } : {}),
  });
  for (const { entry } of entries) if (entry.kind === 'directory') tar.entry(header(entry));
  const links: (() => void)[] = [];
  const trees = new Map<FileTree, Map<UnionEntry, LayerEntry[]>>();
  for (const { entry, content } of entries) {
    if (Buffer.isBuffer(content)) tar.entry(header(entry), content);
    else if (content) {
      const files = trees.get(content.tree) ?? new Map<UnionEntry, LayerEntry[]>();
      trees.set(content.tree, files);
      const file = fileOf(content.file);
      files.set(file, [...(files.get(file) ?? []), entry]);
    } else if (entry.kind !== 'directory') links.push(() => void tar.entry(header(entry)));
  }
  for (const [tree, files] of trees) {
    await tree.read([...files.keys()], async (file, content, size) => {
      const [first, ...others] = files.get(file)!;
      await write(tar, { ...header(first!), size }, content);
      for (const other of others) {
        links.push(() => void tar.entry({ ...header(other), type: 'link', linkname: first!.path }));
      }
    });
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
