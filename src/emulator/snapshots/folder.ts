import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KctlError } from '../../lib/errors.ts';

const SUFFIX = '.snapshot';
/** Marks what is still being written; no snapshot can have such a name. */
const UNFINISHED = '.unfinished-';

let count = 0;

/** Of a process that is there no more. */
function isLeftover(file: string): boolean {
  if (!file.startsWith(UNFINISHED)) return false;
  const pid = Number.parseInt(file.slice(UNFINISHED.length), 10);
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPERM';
  }
}

/** @throws KctlError `usage` for what could be anything but a file of its own in the folder */
function checkSnapshotName(name: string): void {
  if (/^[a-z0-9]([-._a-z0-9]{0,61}[a-z0-9])?$/.test(name) && !name.includes('..')) return;
  throw new KctlError(
    'usage',
    `"${name}" cannot name a snapshot: use lower-case letters, digits, "-", "_" and ".", at most 63 characters`,
  );
}

/** Where the snapshots of a cluster are, beside its database. */
export class SnapshotFolder {
  readonly #dir: string;

  constructor(dataDir: string) {
    this.#dir = join(dataDir, 'snapshots');
  }

  /** @throws KctlError `usage` for a name that cannot be */
  fileOf(name: string): string {
    checkSnapshotName(name);
    return join(this.#dir, `${name}${SUFFIX}`);
  }

  /** Sorted. */
  names(): string[] {
    return this.#files()
      .filter((file) => file.endsWith(SUFFIX) && !file.startsWith('.'))
      .map((file) => file.slice(0, -SUFFIX.length))
      .sort();
  }

  /** An empty file that only its owner may read (0600), to be renamed once it is whole. What processes that ended left behind goes. */
  unfinished(): string {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    for (const file of this.#files()) if (isLeftover(file)) rmSync(join(this.#dir, file), { force: true });
    const file = join(this.#dir, `${UNFINISHED}${process.pid}-${++count}`);
    closeSync(openSync(file, 'wx', 0o600));
    return file;
  }

  /** Takes away what could not be finished. */
  discard(unfinished: string): void {
    for (const part of ['', '-journal', '-wal', '-shm']) rmSync(unfinished + part, { force: true });
  }

  /** Makes the content of a file last. */
  syncFile(path: string): void {
    const file = openSync(path, 'r+');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  /** Makes what was renamed or removed in the folder last. */
  sync(): void {
    // Windows knows no folders that can be opened.
    if (process.platform === 'win32') return;
    const folder = openSync(this.#dir, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }

  #files(): string[] {
    try {
      return readdirSync(this.#dir);
    } catch {
      return [];
    }
  }
}
