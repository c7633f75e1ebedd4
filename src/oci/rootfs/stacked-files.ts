import { lstatSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join, posix } from 'node:path';
import { followLinks } from '../follow-links.ts';

/** What a path of a root leads to, links followed inside of it. */
export interface FoundFile {
  /** In the root, without links: `usr/bin/sh`; '' is the root. Also where nothing is there (yet). */
  path: string;
  /** On this machine; undefined where nothing is there. */
  file: string | undefined;
  stats: Stats | undefined;
}

/**
 * The files of folders that lie on one another, as an overlay shows them, without mounting it: for what has to be known
 * before something runs in it. No link leads out of them.
 */
export class StackedFiles {
  readonly #folders: readonly string[];

  /** @param folders the topmost first */
  constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  find(path: string): FoundFile {
    const at = followLinks(path, (here) => {
      const seen = this.#at(here);
      return seen?.stats.isSymbolicLink() ? readlinkSync(seen.file) : undefined;
    });
    if (at === undefined) return { path: posix.resolve('/', path).slice(1), file: undefined, stats: undefined };
    const found = this.#at(at);
    return { path: at, file: found?.file, stats: found?.stats };
  }

  /** '' where it is not there or no file. */
  text(path: string): string {
    const { file, stats } = this.find(path);
    if (!file || !stats?.isFile() || stats.size > 16 << 20) return '';
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  }

  /** The topmost that has it; below a whiteout or what is no folder nothing is seen. */
  #at(path: string): { file: string; stats: Stats } | undefined {
    if (path === '') return { file: this.#folders[0]!, stats: lstatSync(this.#folders[0]!) };
    const parts = path.split('/');
    for (const folder of this.#folders) {
      for (let count = 1; count <= parts.length; count++) {
        const file = join(folder, ...parts.slice(0, count));
        const stats = statsOf(file);
        if (!stats) break;
        if (stats.isCharacterDevice() && stats.rdev === 0) return undefined;
        if (count === parts.length) return { file, stats };
        if (!stats.isDirectory()) return undefined;
      }
    }
    return undefined;
  }
}

/** undefined also for what the user may not look at: folders of other ids of a user namespace. */
function statsOf(file: string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return undefined;
    throw error;
  }
}
