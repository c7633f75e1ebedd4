import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PathFilter } from './patterns.ts';

/** One path of a build context. */
export interface ContextEntry {
  /** Relative to the context, with `/`. */
  path: string;
  kind: 'file' | 'directory' | 'symlink';
  size: number;
  /** Permissions. */
  mode: number;
  /** ms */
  mtime: number;
  /** Where a symlink leads; else ''. */
  link: string;
}

/**
 * What a build may see of a folder, sorted so that folders come before what is in them. Sockets and devices are left
 * out, as docker does.
 * @throws Error of the file system
 */
export async function contextFiles(root: string, ignore = new PathFilter([])): Promise<ContextEntry[]> {
  const found: ContextEntry[] = [];
  const visit = async (folder: string): Promise<void> => {
    const names = (await readdir(join(root, folder))).sort();
    for (const name of names) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const facts = await lstat(join(root, path)).catch((error: NodeJS.ErrnoException) => {
        // It went while the folder was read.
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      if (!facts) continue;
      const kind = facts.isDirectory()
        ? 'directory'
        : facts.isSymbolicLink()
          ? 'symlink'
          : facts.isFile()
            ? 'file'
            : undefined;
      if (!kind) continue;
      if (kind === 'directory' && ignore.matchesAllBelow(path)) continue;
      const isLeftOut = ignore.matches(path);
      if (!isLeftOut) {
        found.push({
          ...{ path, kind, mode: facts.mode & 0o7777, mtime: facts.mtimeMs },
          size: kind === 'file' ? facts.size : 0,
          link: kind === 'symlink' ? await readlink(join(root, path)) : '',
        });
      }
      if (kind !== 'directory') continue;
      const before = found.length;
      await visit(path);
      // A folder that is left out is there for what of it was taken back.
      if (isLeftOut && found.length > before) {
        const entry: ContextEntry = { path, kind, mode: facts.mode & 0o7777, mtime: facts.mtimeMs, size: 0, link: '' };
        found.splice(before, 0, entry);
      }
    }
  };
  await visit('');
  return found;
}
