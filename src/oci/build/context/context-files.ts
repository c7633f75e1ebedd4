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
  /** ms; when anything of it last changed. */
  ctime: number;
  inode: number;
  /** Where a symlink leads; else ''. */
  link: string;
}

/** Files that are looked at together: a folder of ten thousand would else wait for each of them. */
const AT_ONCE = 32;

/**
 * What a build may see of a folder, sorted so that folders come before what is in them. Sockets and devices are left
 * out, as docker does.
 * @param only folders and files of which something is wanted, `''` for all: others are not looked into
 * @throws Error of the file system
 */
export async function contextFiles(
  root: string,
  ignore = new PathFilter([]),
  only: readonly string[] = [''],
): Promise<ContextEntry[]> {
  const isWanted = (path: string): boolean =>
    only.some((one) => one === '' || path === one || path.startsWith(`${one}/`) || one.startsWith(`${path}/`));

  const look = async (path: string): Promise<ContextEntry | undefined> => {
    const facts = await lstat(join(root, path)).catch((error: NodeJS.ErrnoException) => {
      // It went while the folder was read.
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    const kind = facts?.isDirectory()
      ? 'directory'
      : facts?.isSymbolicLink()
        ? 'symlink'
        : facts?.isFile()
          ? 'file'
          : undefined;
    if (!facts || !kind) return undefined;
    return {
      ...{ path, kind, mode: facts.mode & 0o7777, mtime: facts.mtimeMs, ctime: facts.ctimeMs, inode: facts.ino },
      size: kind === 'file' ? facts.size : 0,
      link: kind === 'symlink' ? await readlink(join(root, path)) : '',
    };
  };

  const visit = async (folder: string): Promise<ContextEntry[]> => {
    const names = (await readdir(join(root, folder))).sort();
    const paths = names.map((name) => (folder === '' ? name : `${folder}/${name}`)).filter(isWanted);
    const found: ContextEntry[] = [];
    for (let at = 0; at < paths.length; at += AT_ONCE) {
      const entries = await Promise.all(paths.slice(at, at + AT_ONCE).map(look));
      for (const entry of entries) {
        if (!entry) continue;
        const isFolder = entry.kind === 'directory';
        if (isFolder && ignore.matchesAllBelow(entry.path)) continue;
        const below = isFolder ? await visit(entry.path) : [];
        // A folder that is left out is there for what of it was taken back.
        if (!ignore.matches(entry.path) || below.length > 0) found.push(entry);
        for (const one of below) found.push(one);
      }
    }
    return found;
  };
  return visit('');
}
