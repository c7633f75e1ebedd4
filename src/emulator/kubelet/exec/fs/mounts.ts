import { SystemError } from './errors.ts';
import { directory, type Node, plant } from './nodes.ts';

/** What all simulated file systems of the process may hold together (bytes): it is one process's memory. */
const MOST_OF_ALL = 512 * 1024 * 1024;
let usedByAll = 0;

/** How many bytes a file system holds, and may hold. Every file counts at least its inode. */
export class Budget {
  readonly limit: number;
  used = 0;
  /** Told after each change of what is kept. */
  changed: (() => void) | undefined;
  #isClosed = false;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** @throws SystemError ENOSPC */
  take(bytes: number, path: string): void {
    if (bytes > 0 && (this.used + bytes > this.limit || usedByAll + bytes > MOST_OF_ALL))
      throw new SystemError('ENOSPC', path);
    const before = this.used;
    this.used = Math.max(this.used + bytes, 0);
    if (!this.#isClosed) usedByAll += this.used - before;
    this.changed?.();
  }

  /** The file system is gone. */
  close(): void {
    if (!this.#isClosed) usedByAll -= this.used;
    this.#isClosed = true;
  }
}

/** What a new file costs besides its bytes. */
export const INODE_BYTES = 256;

export interface Mount {
  /** Where it is; `/` for the container's own. */
  path: string;
  root: Node;
  readOnly: boolean;
  /** As in the first and third column of /proc/mounts. */
  source: string;
  type: string;
  budget: Budget;
}

/** What is mounted where in one container. */
export class MountTable {
  readonly #mounts = new Map<string, Mount>();

  constructor(root: Mount) {
    this.#mounts.set('/', root);
  }

  /** Adds a mount and the empty folder or file that it hides. */
  add(mount: Mount): void {
    const holder = [...this.#mounts.values()]
      .filter(({ path }) => path === '/' || mount.path.startsWith(`${path}/`))
      .sort((a, b) => b.path.length - a.path.length)[0]!;
    const inside = mount.path.slice(holder.path === '/' ? 1 : holder.path.length + 1);
    if (holder.root.type === 'directory' && !holder.root.generate && inside) {
      if (!exists(holder.root, inside)) plant(holder.root, inside, directory(holder.root.mtime));
    }
    this.#mounts.set(mount.path, mount);
  }

  at(path: string): Mount | undefined {
    return this.#mounts.get(path);
  }

  /** In the order in which they were mounted. */
  all(): Mount[] {
    return [...this.#mounts.values()];
  }
}

function exists(root: Node, path: string): boolean {
  let at: Node | undefined = root;
  for (const part of path.split('/')) at = at?.type === 'directory' ? at.entries.get(part) : undefined;
  return at !== undefined;
}
