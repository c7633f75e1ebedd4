import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, normalize, posix, resolve } from 'node:path';

import { Readable } from 'node:stream';
import { byteText } from '../../lib/byte-text.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { withProgress } from '../shared/progress.ts';
import { remotePath } from './file-spec.ts';
import { newArchive, packPath } from './pack.ts';
import { isRemoteDirectory, lacksProgram, type RemoteSide } from './remote.ts';

export interface CopyToPod {
  /** As the user gave it. */
  source: string;
  target: string;
  noPreserve: boolean;
}

/**
 * Packs what is here and lets tar unpack it there. A single file also gets into containers without tar,
 * as long as they have a shell.
 * @throws KctlError `input` for a source that is not there
 */
export async function copyToPod({ source, target, noPreserve }: CopyToPod, remote: RemoteSide, io: IoStreams) {
  const path = resolve(io.cwd, source);
  const facts = await stat(path).catch(() => undefined);
  if (!facts) throw new KctlError('input', `${source} doesn't exist in local filesystem`);
  const intoDirectory = await isRemoteDirectory(remote, target);
  const place = intoDirectory ? posix.join(target, basename(normalize(source))) : target;
  const whole = remotePath(posix.normalize(place));
  const owners = noPreserve ? ['--no-same-permissions', '--no-same-owner'] : [];
  const command = ['tar', ...owners, '-xmf', '-', '-C', posix.dirname(whole)];
  try {
    await sendArchive(path, posix.basename(whole), command, remote, io);
  } catch (error) {
    if (!lacksProgram(error, 'tar')) throw error;
    if (facts.isDirectory()) throw withoutTar(error as KctlError, 'a directory cannot be copied without it');
    await sendFile(path, whole, remote, io).catch(() => {
      throw withoutTar(error as KctlError, 'the container has no shell that could do without');
    });
  }
}

async function sendArchive(
  path: string,
  name: string,
  command: readonly string[],
  remote: RemoteSide,
  io: IoStreams,
): Promise<void> {
  const { stdout, stderr } = io;
  const archive = newArchive();
  let sent = 0;
  async function* counted() {
    for await (const chunk of archive as unknown as AsyncIterable<Uint8Array>) {
      sent += chunk.length;
      yield chunk;
    }
  }
  const stop = new AbortController();
  let packing: unknown;
  const packed = packPath(archive, path, name, (line) => stderr.write(line)).then(
    () => archive.finalize(),
    (error) => {
      // What breaks off must not look like an end to the tar over there.
      packing = error;
      stop.abort();
    },
  );
  try {
    const stdin = Readable.from(counted(), { objectMode: false });
    const run = () => remote.run(command, { stdin, stdout, stderr }, { signal: stop.signal });
    await withProgress(io, () => `copying ${path}: ${byteText(sent)}`, run);
  } catch (error) {
    throw packing === undefined ? error : readFailure(packing);
  } finally {
    archive.destroy();
  }
  await packed;
}

async function sendFile(path: string, target: string, remote: RemoteSide, { stdout, stderr }: IoStreams) {
  await remote.run(['sh', '-c', 'cat > "$0"', target], { stdin: createReadStream(path), stdout, stderr });
}

function readFailure(error: unknown): KctlError {
  if (error instanceof KctlError) return error;
  return new KctlError('input', (error as Error).message, { cause: error });
}

export function withoutTar(error: KctlError, why: string): KctlError {
  return new KctlError(error.code, error.message, { cause: error, hint: `The container has no tar, and ${why}.` });
}
