import { createWriteStream } from 'node:fs';
import { chmod, link, lstat, mkdir, rm, symlink, utimes } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { KctlError } from '../../lib/errors.ts';
import type { LayerUnion, UnionEntry } from '../layer-union.ts';
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
}

/**
 * Writes a file or a folder of the image to this machine, with permissions and times and owned by who asks for it.
 * Nothing that is there is written over, and no link of the image is followed on this machine; devices are left out.
 * What was written so far goes again where it fails.
 * @throws KctlError `input` where the path is not in the image or the destination is there already
 */
export async function extractFiles(source: ImageSource, files: LayerUnion, target: ExtractTarget): Promise<Extracted> {
  const root = realPath(files, target.path);
  const path = await destination(target, basename(root) || 'rootfs');
  const seen = [...files.below(root)];
  const inside = (of: string) => (of === root ? path : join(path, root === '' ? of : of.slice(root.length + 1)));
  try {
    if (files.at(root)?.entry.kind === 'directory' || !files.at(root)) await mkdir(path, { mode: 0o755 });
    const written = await writeFiles(source, seen, inside, target.layer);
    for (const { entry } of seen)
      if (entry.kind === 'symlink') await symlink(entry.link, await placed(inside(entry.path)));
    await finishFolders(seen, inside);
    return { path, files: written };
  } catch (error) {
    await rm(path, { recursive: true, force: true });
    throw error;
  }
}

async function destination({ into, cwd }: ExtractTarget, name: string): Promise<string> {
  const wanted = resolve(cwd, into || name);
  const there = await lstat(wanted).catch(() => undefined);
  const path = there?.isDirectory() && into ? join(wanted, name) : wanted;
  const isTaken = path === wanted ? there !== undefined : (await lstat(path).catch(() => undefined)) !== undefined;
  if (isTaken) throw new KctlError('input', `${path} is there already`, { hint: 'Name another place for it.' });
  return path;
}

/** Contents by the layers that hold them; names that share one become hard links here, too. */
async function writeFiles(
  source: ImageSource,
  seen: readonly UnionEntry[],
  inside: (path: string) => string,
  only: number | undefined,
): Promise<number> {
  const wanted = new Map<number, Map<string, UnionEntry[]>>();
  for (const one of seen) {
    const { entry, layer } = one.content ?? one;
    if (entry.kind !== 'file') continue;
    const number = only ?? layer;
    const paths = wanted.get(number) ?? new Map<string, UnionEntry[]>();
    wanted.set(number, paths);
    paths.set(entry.path, [...(paths.get(entry.path) ?? []), one]);
  }
  let written = 0;
  for (const [number, paths] of wanted) {
    const request: WantedFiles = new Map([[number, new Set(paths.keys())]]);
    await readFiles(source, request, async (path, content) => {
      const [first, ...others] = paths.get(path)!;
      const to = await placed(inside(first!.entry.path));
      // Anew and only anew: what a name of the image leads to here is never written through.
      await pipeline(content, createWriteStream(to, { flags: 'wx', mode: 0o600 }));
      const { mode, mtime } = (first!.content ?? first!).entry;
      await chmod(to, mode & 0o777);
      if (mtime > 0) await utimes(to, mtime / 1000, mtime / 1000);
      for (const other of others) await link(to, await placed(inside(other.entry.path)));
      written += 1 + others.length;
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
