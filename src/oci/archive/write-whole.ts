import { createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KctlError } from '../../lib/errors.ts';

/**
 * Writes a stream to a file that is there whole or not at all; what was there before stays until then.
 * @throws KctlError `input` where it cannot be written, or what the stream fails with
 */
export async function writeWhole(path: string, content: Readable): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) {
    content.destroy();
    throw new KctlError('input', `${path} is a folder`);
  }
  const part = `${path}.${process.pid}.part`;
  try {
    await pipeline(content, createWriteStream(part, { flags: 'wx', mode: 0o644 }));
    const handle = await open(part, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, path);
  } catch (cause) {
    await rm(part, { force: true });
    if (cause instanceof KctlError) throw cause;
    throw new KctlError('input', `cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}
