import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { UnionEntry } from '../../layer-union.ts';
import { realPath } from '../../layers/find-file.ts';
import { belowRoot } from '../plan/paths.ts';
import { type FileTree, fileOf } from './file-tree.ts';
import { MissingSource } from './select-files.ts';

/** What is at and below a path of a tree. @throws MissingSource */
function subtree(tree: FileTree, path: string): { real: string; all: UnionEntry[] } {
  const below = belowRoot(path);
  try {
    const real = realPath(tree.files, below);
    return { real, all: [...tree.files.below(real)] };
  } catch {
    throw new MissingSource(below, tree.whyMissing?.(below));
  }
}

/** A digest of all that is at and below a path: contents and permissions, no times. @throws MissingSource */
export async function digestBelow(tree: FileTree, path: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of subtree(tree, path).all) {
    const source = fileOf(file).entry;
    const content = source.kind === 'file' ? await tree.hash(fileOf(file)) : source.link;
    hash.update(`${file.entry.path}\0${source.kind}\0${source.mode}\0${content}\0`);
  }
  return hash.digest('hex');
}

/**
 * Writes what is at a path of a tree to this machine, so that it can be mounted.
 * @param into a path that is not there
 * @throws MissingSource
 */
export async function materialise(tree: FileTree, path: string, into: string): Promise<void> {
  const { real, all } = subtree(tree, path);
  const place = (of: string) => (of === real ? into : join(into, real === '' ? of : of.slice(real.length + 1)));
  const top = tree.files.at(real);
  if (!top || top.entry.kind === 'directory') await mkdir(into, { recursive: true });
  const byFile = Map.groupBy(
    all.filter((one) => fileOf(one).entry.kind === 'file'),
    fileOf,
  );
  for (const { entry } of all) {
    if (entry.kind === 'directory') await mkdir(place(entry.path), { recursive: true });
    if (entry.kind === 'symlink') await symlink(entry.link, place(entry.path));
  }
  await tree.read([...byFile.keys()], async (file, content) => {
    const [first, ...others] = byFile.get(file)!;
    const to = place(first!.entry.path);
    await mkdir(dirname(to), { recursive: true });
    if (Buffer.isBuffer(content)) await writeFile(to, content, { flag: 'wx' });
    else await pipeline(content, createWriteStream(to, { flags: 'wx' }));
    await chmod(to, file.entry.mode & 0o777);
    for (const other of others) await (await import('node:fs/promises')).link(to, place(other.entry.path));
  });
  for (const { entry } of all) if (entry.kind === 'directory') await chmod(place(entry.path), entry.mode & 0o777);
}
