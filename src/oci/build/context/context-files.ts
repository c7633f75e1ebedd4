import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
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
  /** The same for all names of one file; undefined for a file that has one name alone. */
  hardLinks: string | undefined;
  /** Where a symlink leads; else ''. */
  link: string;
}

/** So many files are looked at before others get their turn: asking for each by itself would take ten times as long. */
const AT_ONCE = 1000;

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

  let looked = 0;
  const look = (path: string): ContextEntry | undefined => {
    const facts = lstatSync(`${root}/${path}`, { throwIfNoEntry: false });
    const kind = facts?.isDirectory()
      ? 'directory'
      : facts?.isSymbolicLink()
        ? 'symlink'
        : facts?.isFile()
          ? 'file'
          : undefined;
    // One that went while the folder was read is as one that was never there.
    if (!facts || !kind) return undefined;
    return {
      ...{ path, kind, mode: facts.mode & 0o7777, mtime: facts.mtimeMs, ctime: facts.ctimeMs, inode: facts.ino },
      size: kind === 'file' ? facts.size : 0,
      hardLinks: kind === 'file' && facts.nlink > 1 ? `${facts.dev}:${facts.ino}` : undefined,
      link: kind === 'symlink' ? readlinkSync(`${root}/${path}`) : '',
    };
  };

  const visit = async (folder: string): Promise<ContextEntry[]> => {
    const found: ContextEntry[] = [];
    for (const name of readdirSync(`${root}/${folder}`).sort()) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (!isWanted(path)) continue;
      if (++looked % AT_ONCE === 0) await setImmediate();
      const entry = look(path);
      if (!entry) continue;
      const isFolder = entry.kind === 'directory';
      if (isFolder && ignore.matchesAllBelow(path)) continue;
      const below = isFolder ? await visit(path) : [];
      // A folder that is left out is there for what of it was taken back.
      if (!ignore.matches(path) || below.length > 0) found.push(entry);
      for (const one of below) found.push(one);
    }
    return found;
  };
  return visit('');
}
