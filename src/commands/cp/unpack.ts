import { createWriteStream } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { KctlError } from '../../lib/errors.ts';
import { remotePath } from './file-spec.ts';
import { placeOf } from './safe-target.ts';

export interface UnpackOptions {
  /** What every name in the archive begins with. */
  prefix: string;
  /** Where what is called `prefix` goes: absolute, and as messages name it. */
  target: string;
  shownTarget: string;
  warn(line: string): void;
  /** Said once, after the first link that was passed over: how links can be had. */
  linkAdvice: string;
}

/**
 * Unpacks an archive that a container made: files and directories, nothing else, and nothing outside
 * the target. Owners, modes and times stay the user's own.
 * @throws KctlError for an archive with other names than were asked for, or that breaks off
 */
export async function unpack(archive: Readable, options: UnpackOptions): Promise<void> {
  const entries = extract();
  const unpacked = takeEntries(entries, options);
  try {
    await Promise.all([pipeline(archive, entries), unpacked]);
  } finally {
    entries.destroy();
    await unpacked.catch(() => undefined);
  }
}

type Entry = Readable & { header: Header };

async function takeEntries(entries: AsyncIterable<unknown>, options: UnpackOptions): Promise<void> {
  const { prefix, target, warn } = options;
  let advised = false;
  for await (const item of entries) {
    const entry = item as Entry;
    const { header } = entry;
    if (!header.name.startsWith(prefix)) throw new KctlError('connection', 'tar contents corrupted');
    const name = remotePath(header.name.slice(prefix.length));
    const { path, isInside } = await placeOf(target, name);
    const shown = join(options.shownTarget, name);
    if (!isInside) {
      warn(`warning: file ${JSON.stringify(shown)} is outside target destination, skipping\n`);
      entry.resume();
      continue;
    }
    const place = kinds[header.type ?? 'file'] ?? kinds.special!;
    if (header.type === 'symlink') {
      const link = `warning: skipping symlink: ${JSON.stringify(shown)} -> ${JSON.stringify(header.linkname ?? '')}`;
      warn(advised ? `${link}\n` : `${link} ${options.linkAdvice}\n`);
      advised = true;
    }
    await place(entry, { path, shown }, options);
  }
}

type Placing = (entry: Entry, place: { path: string; shown: string }, options: UnpackOptions) => Promise<void>;

const kinds: Readonly<Record<string, Placing>> = {
  file: async (entry, { path, shown }) => {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(entry, createWriteStream(path)).catch((error: NodeJS.ErrnoException) => {
      throw isLocal(error) ? openFailure(error, shown) : error;
    });
  },
  directory: async (entry, { path }) => {
    entry.resume();
    await mkdir(path, { recursive: true });
  },
  symlink: async (entry, { path }) => {
    entry.resume();
    await mkdir(dirname(path), { recursive: true });
  },
  /** A second name of a file that came before it. */
  link: async (entry, { path, shown }, { prefix, target, warn }) => {
    entry.resume();
    const named = entry.header.linkname ?? '';
    const from = named.startsWith(prefix) ? await placeOf(target, remotePath(named.slice(prefix.length))) : undefined;
    await mkdir(dirname(path), { recursive: true });
    const copied =
      from?.isInside &&
      (await copyFile(from.path, path).then(
        () => true,
        () => false,
      ));
    if (!copied) warn(`warning: skipping link: ${JSON.stringify(shown)} -> ${JSON.stringify(named)}\n`);
  },
  special: async (entry, { shown }, { warn }) => {
    entry.resume();
    warn(`warning: skipping ${JSON.stringify(shown)}: it is neither a file nor a directory\n`);
  },
};

const isLocal = ({ syscall }: NodeJS.ErrnoException) => syscall === 'open' || syscall === 'write';

const reasons: Readonly<Record<string, string>> = {
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
};

/** Go's words for a file that cannot be written: `open hosts: is a directory`. */
export function openFailure(error: NodeJS.ErrnoException, shown: string): KctlError {
  const reason = reasons[error.code ?? ''] ?? error.message;
  return new KctlError('input', `${error.syscall} ${shown}: ${reason}`, {
    cause: error,
  });
}
