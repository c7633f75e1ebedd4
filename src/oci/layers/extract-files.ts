import { createWriteStream } from 'node:fs';
import { chmod, link, lstat, mkdir, rename, rm, symlink, utimes } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { KctlError } from '../../lib/errors.ts';
import type { LayerUnion, UnionEntry } from '../layer-union.ts';
import { partOf, removeDeadParts } from './extract-part.ts';
import { realPath } from './find-file.ts';
import type { ImageSource } from './image-source.ts';
import { readFiles, type WantedFiles } from './read-files.ts';

export interface ExtractTarget {
  /** In the image. */
  path: string;
  /** On this machine; '' for the path's own name here. A folder that is there gets it under its own name. */
  into: string;
  cwd: string;
  /** The one layer that is looked at. */
  layer: number | undefined;
}

export interface Extracted {
  path: string;
  /** Files, links not counted. */
  files: number;
  /** Devices, pipes, and hard links whose file is in another layer: they are not written. */
  leftOut: number;
}

/** How a big one is followed, and ended. */
export interface ExtractCare {
  signal?: AbortSignal;
  /** Told how many bytes of how many are written. */
  tell?(done: number, total: number): void;
  /** What is there gives way, once all is written. */
  replace?: boolean;
}

/**
 * Writes a file or a folder of the image to this machine, with permissions and times and owned by who asks for it.
 * Nothing that is there is written over unless that is asked for, and no link of the image is followed on this machine;
 * devices are left out. It stands under a name of its own until it is whole, and goes again where it fails; what a
 * killed process has left goes with the next extraction to the same place.
 * @throws KctlError `input` where the path is not in the image, the destination is there already or cannot be written to
 */
export async function extractFiles(
  source: ImageSource,
  files: LayerUnion,
  target: ExtractTarget,
  care: ExtractCare = {},
): Promise<Extracted> {
  const root = realPath(files, target.path);
  const { path, isTaken } = await extractPlace(target, root);
  if (isTaken && !care.replace) {
    throw new KctlError('input', `${path} is there already`, { hint: 'Name another place for it.' });
  }
  const seen = [...files.below(root)];
  const own = partOf(path);
  const told = (place: string) => `${path}${place.slice(own.length)}`;
  const inside = (of: string) => (of === root ? own : join(own, root === '' ? of : of.slice(root.length + 1)));
  try {
    if (files.at(root)?.entry.kind === 'directory' || !files.at(root)) await mkdir(own, { mode: 0o755 });
    const written = await writeFiles(source, seen, { inside, told }, target.layer, care);
    for (const { entry } of seen)
      if (entry.kind === 'symlink') await symlink(entry.link, await placed(inside(entry.path)));
    await finishFolders(seen, inside);
    await (isTaken ? giveWay(path, own) : appear(path, own));
    await removeDeadParts(path);
    return { path, files: written, leftOut: seen.filter(isLeftOut).length };
  } catch (error) {
    // What is in the way of writing is in the way of this, too, and was told first.
    await rm(own, { recursive: true, force: true }).catch(() => undefined);
    throw asMessage(error, path);
  }
}

/** What has come there in the meantime is not written over. */
async function appear(path: string, own: string): Promise<void> {
  if (await lstat(path).catch(() => undefined)) throw new KctlError('input', `${path} is there already`);
  await rename(own, path);
}

/** What was there goes when the new one stands in its place. */
async function giveWay(path: string, own: string): Promise<void> {
  const aside = `${own}-before`;
  await rename(path, aside);
  try {
    await rename(own, path);
  } catch (error) {
    await rename(aside, path);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

function isLeftOut({ entry, content }: UnionEntry): boolean {
  const { kind } = (content ?? { entry }).entry;
  return kind === 'device' || kind === 'fifo' || kind === 'hardlink';
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on device',
  EDQUOT: 'disk quota exceeded',
  EROFS: 'read-only file system',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOTDIR: 'a file is in the way',
  EEXIST: 'a file is in the way',
  ENOENT: 'no such file or directory',
  ENAMETOOLONG: 'file name too long',
  EFBIG: 'file too large',
};

function asMessage(error: unknown, path: string): unknown {
  const reason = reasons[(error as NodeJS.ErrnoException | undefined)?.code ?? ''];
  return error instanceof KctlError || !reason ? error : new KctlError('input', `${path}: ${reason}`, { cause: error });
}

/**
 * Where a path of an image would be written to.
 * @param root that path, links followed
 */
export async function extractPlace(
  { into, cwd }: Pick<ExtractTarget, 'into' | 'cwd'>,
  root: string,
): Promise<{ path: string; isTaken: boolean; isFolder: boolean }> {
  const name = basename(root) || 'rootfs';
  const wanted = resolve(cwd, into || name);
  const there = await lstat(wanted).catch(() => undefined);
  if (!there?.isDirectory() || !into) {
    return { path: wanted, isTaken: there !== undefined, isFolder: there?.isDirectory() ?? false };
  }
  const path = join(wanted, name);
  const below = await lstat(path).catch(() => undefined);
  return { path, isTaken: below !== undefined, isFolder: below?.isDirectory() ?? false };
}

/** Contents by the layers that hold them; names that share one become hard links here, too. */
async function writeFiles(
  source: ImageSource,
  seen: readonly UnionEntry[],
  { inside, told }: { inside: (path: string) => string; told: (place: string) => string },
  only: number | undefined,
  { signal, tell }: ExtractCare,
): Promise<number> {
  let total = 0;
  let done = 0;
  const wanted = new Map<number, Map<string, UnionEntry[]>>();
  for (const one of seen) {
    const { entry, layer } = one.content ?? one;
    if (entry.kind !== 'file') continue;
    const number = only ?? layer;
    total += one.content ? 0 : entry.size;
    const paths = wanted.get(number) ?? new Map<string, UnionEntry[]>();
    wanted.set(number, paths);
    paths.set(entry.path, [...(paths.get(entry.path) ?? []), one]);
  }
  let written = 0;
  for (const [number, paths] of wanted) {
    const request: WantedFiles = new Map([[number, new Set(paths.keys())]]);
    await readFiles(source, request, async (path, content) => {
      const [first, ...others] = paths.get(path)!;
      const place = inside(first!.entry.path);
      try {
        signal?.throwIfAborted();
        const to = await placed(place);
        // Anew and only anew: what a name of the image leads to here is never written through.
        const counted = async function* (stream: AsyncIterable<Buffer>) {
          for await (const piece of stream) {
            done += piece.length;
            tell?.(done, total);
            yield piece;
          }
        };
        const file = createWriteStream(to, { flags: 'wx', mode: 0o600 });
        await (tell ? pipeline(content, counted, file, { ...(signal && { signal }) }) : pipeline(content, file));
        const { mode, mtime } = (first!.content ?? first!).entry;
        await chmod(to, mode & 0o777);
        if (mtime > 0) await utimes(to, mtime / 1000, mtime / 1000);
        for (const other of others) await link(to, await placed(inside(other.entry.path)));
        written += 1 + others.length;
      } catch (error) {
        // Said here: whoever reads the image takes what fails for its fault.
        throw asMessage(error, told(place));
      }
    });
  }
  return written;
}

/** A path whose folder is there. */
async function placed(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  return path;
}

/** At the end and from below: a folder that may not be written to, and times that change with each file. */
async function finishFolders(seen: readonly UnionEntry[], inside: (path: string) => string): Promise<void> {
  for (const { entry } of seen.toReversed()) {
    if (entry.kind !== 'directory') continue;
    const path = inside(entry.path);
    await mkdir(path, { recursive: true });
    await chmod(path, entry.mode & 0o777);
    if (entry.mtime > 0) await utimes(path, entry.mtime / 1000, entry.mtime / 1000);
  }
}
