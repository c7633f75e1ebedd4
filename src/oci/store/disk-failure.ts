import { accessSync, constants, statfsSync } from 'node:fs';
import { KctlError } from '../../lib/errors.ts';

const full = { message: 'no space is left on its disk', hint: 'Make room, for example by: kctl image prune -a' };
const closed = { message: 'it cannot be written', hint: 'set KCTL_HOME to a folder that can be written' };

/** What files and databases fail with (errno; sqlite.org/rescode.html) that is the disk's doing and not ours. */
const failures: Readonly<Record<string, { message: string; hint: string }>> = {
  ENOSPC: full,
  EDQUOT: full,
  '13': full,
  EROFS: closed,
  EACCES: closed,
  EPERM: closed,
  '8': closed,
};

/** The error in the user's words where the disk cannot take what is written below the folder, else the error itself. */
export function diskFailure(error: unknown, folder: string): unknown {
  const { code, errcode } = (error ?? {}) as { code?: string; errcode?: number };
  if (error instanceof KctlError || code === undefined) return error;
  // SQLite says no more than that it could not, where it has to make a file beside its own.
  const known =
    failures[code] ?? failures[String((errcode ?? 0) & 0xff)] ?? (errcode === undefined ? undefined : lookedUp(folder));
  if (!known) return error;
  return new KctlError('config', `the image store in ${folder}: ${known.message}`, { hint: known.hint, cause: error });
}

function lookedUp(folder: string): { message: string; hint: string } | undefined {
  try {
    accessSync(folder, constants.W_OK);
    return statfsSync(folder).bavail === 0 ? full : undefined;
  } catch {
    return closed;
  }
}
