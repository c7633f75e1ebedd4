import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Replaces a file in one step; only its owner may read it (0600). Readers see the old or the new
 * content, and so does who comes after `kill -9`, a crash of the machine (with `lasting`) or a full
 * disk. What is written beside the file is new: a link that somebody has put there is not followed.
 * @throws the error of the file system; then nothing is left behind
 */
export function replaceFile(
  path: string,
  content: string | Uint8Array,
  { lasting = true }: { lasting?: boolean } = {},
): void {
  const part = `${path}.${process.pid}.${Math.random().toString(36).slice(2, 10)}`;
  const descriptor = openSync(part, 'wx', 0o600);
  try {
    try {
      writeFileSync(descriptor, content);
      if (lasting) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
