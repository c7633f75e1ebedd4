import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KctlError } from '../../lib/errors.ts';
import { fileError } from './file-error.ts';

/** How long another kctl or kubectl may take for its change, ms; each holds the lock for a moment only. */
const lockPatience = 2_000;
const lockPoll = 10;

/**
 * Takes `<file>.lock`, the lock of kubectl (client-go, `lockFile`), and makes the folder where there is none.
 * @param shown the file as messages name it
 * @returns what gives the lock back
 * @throws KctlError `config` while another program holds it
 */
export async function lockKubeconfig(file: string, shown: string): Promise<() => void> {
  const path = `${file}.lock`;
  for (const deadline = Date.now() + lockPatience; ; await sleep(lockPoll)) {
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o750 });
      closeSync(openSync(path, 'wx', 0o600));
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST' && Date.now() < deadline) continue;
      throw lockError(error, `${shown}.lock`);
    }
  }
}

function lockError(error: unknown, path: string): KctlError {
  const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
  return new KctlError('config', exists ? `open ${path}: file exists` : fileError(error, 'open', path), {
    cause: error,
    ...(exists ? { hint: 'another program is changing this kubeconfig; if none is, delete the .lock file' } : {}),
  });
}
