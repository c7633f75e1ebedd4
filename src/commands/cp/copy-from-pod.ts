import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { byteText } from '../../lib/byte-text.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { withProgress } from '../shared/progress.ts';
import { withoutTar } from './copy-to-pod.ts';
import { archivePrefix } from './file-spec.ts';
import { lacksProgram, quoted, type RemoteSide } from './remote.ts';
import { openFailure, unpack } from './unpack.ts';

export interface CopyFromPod {
  source: string;
  /** As the user gave it. */
  target: string;
  /** How often a copy that broke off is taken up again; below zero without end. */
  retries: number;
  /** How links can be had, for the first one that is passed over. */
  linkAdvice: string;
}

/** Lets tar pack it there and unpacks it here. @throws KctlError for an archive that ends early */
export async function copyFromPod(request: CopyFromPod, remote: RemoteSide, io: IoStreams): Promise<void> {
  const archive = new PassThrough();
  const unpacking = unpack(archive, {
    prefix: archivePrefix(request.source),
    target: resolve(io.cwd, request.target),
    shownTarget: request.target,
    warn: (line) => io.stderr.write(line),
    linkAdvice: request.linkAdvice,
  });
  // What is unpacked fails by itself, or because the archive does: the archive's reason is told first.
  const failed = unpacking.then(
    () => undefined,
    (error: unknown) => error,
  );
  let sent = 0;
  try {
    sent = await sendArchive(request, archive, remote, io, failed);
  } catch (error) {
    archive.destroy();
    await failed;
    if (!lacksProgram(error, 'tar')) throw error;
    await receiveFile(request, remote, io, error as KctlError);
    return;
  }
  const failure = await failed;
  if (failure && sent > 0) throw failure instanceof KctlError ? failure : endedEarly(failure, request.target);
}

/** Until the archive is whole, or nobody wants to go on. @returns bytes */
async function sendArchive(
  { source, retries }: CopyFromPod,
  archive: PassThrough,
  remote: RemoteSide,
  io: IoStreams,
  failed: Promise<unknown>,
): Promise<number> {
  const { stdout } = io;
  const counter = new ArchiveCounter(archive, failed);
  for (let tries = 0; ; ) {
    // The first byte is number 1; kubectl asks for number 0 first, which is the same.
    const from = counter.bytes === 0 ? 0 : counter.bytes + 1;
    const command =
      retries === 0 ? ['tar', 'cf', '-', source] : ['sh', '-c', `tar cf - ${quoted(source)} | tail -c+${from}`];
    try {
      // The other side's complaints go where kubectl lets them go.
      await withProgress(
        io,
        () => `copying ${source}: ${byteText(counter.bytes)}`,
        () => remote.run(command, { stdout: counter.next(), stderr: stdout }),
      );
    } catch (error) {
      const lost = error instanceof KctlError && error.code === 'connection';
      if (!lost || !(retries < 0 || tries < retries)) throw error;
    }
    if (counter.isWhole || (await counter.refused())) break;
    if (retries < 0 || tries < retries) {
      tries++;
      stdout.write(`Resuming copy at ${counter.bytes} bytes, retry ${tries}/${retries}\n`);
      continue;
    }
    stdout.write(`Dropping out copy after ${tries} retries\n`);
    break;
  }
  archive.end();
  return counter.bytes;
}

/** An archive ends with two blocks of zeros (POSIX.1-1988, ustar). */
const endMark = 1024;

/** Counts what goes into an archive over several tries, and knows its end. */
class ArchiveCounter {
  bytes = 0;
  #zeros = 0;
  #refused = false;
  readonly #archive: PassThrough;

  constructor(archive: PassThrough, failed: Promise<unknown>) {
    this.#archive = archive;
    void failed.then(() => {
      this.#refused = true;
    });
  }

  get isWhole(): boolean {
    return this.#zeros >= endMark;
  }

  /** True once whoever unpacks has had enough: more of it is of no use. */
  async refused(): Promise<boolean> {
    return this.#refused;
  }

  next(): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#count(chunk);
        if (this.#refused || this.#archive.destroyed || this.#archive.write(chunk)) done();
        else {
          const go = () => {
            this.#archive.off('drain', go);
            this.#archive.off('close', go);
            done();
          };
          this.#archive.once('drain', go);
          this.#archive.once('close', go);
        }
      },
    });
  }

  #count(chunk: Buffer): void {
    this.bytes += chunk.length;
    let trailing = 0;
    while (trailing < chunk.length && trailing < endMark && chunk[chunk.length - 1 - trailing] === 0) trailing++;
    this.#zeros = trailing === chunk.length ? this.#zeros + trailing : trailing;
  }
}

function endedEarly(error: unknown, target: string): KctlError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== undefined && code !== 'ERR_STREAM_PREMATURE_CLOSE')
    return openFailure(error as NodeJS.ErrnoException, target);
  return new KctlError('connection', /unexpected end/i.test(message) ? 'unexpected EOF' : message, { cause: error });
}

/** One file through `cat`, for containers without tar. */
async function receiveFile({ source, target }: CopyFromPod, remote: RemoteSide, io: IoStreams, noTar: KctlError) {
  const chunks = fileLater(resolve(io.cwd, target));
  try {
    const run = () => remote.run(['cat', source], { stdout: chunks.stream, stderr: io.stderr });
    await withProgress(io, () => `copying ${source}`, run);
  } catch {
    throw withoutTar(noTar, 'only single files can be copied without it');
  }
  await chunks.finish();
}

/** Opens the file when the first bytes come, so that a failure leaves what was there. */
function fileLater(path: string) {
  let file: ReturnType<typeof createWriteStream> | undefined;
  let failure: NodeJS.ErrnoException | undefined;
  const open = () => {
    file ??= createWriteStream(path).on('error', (error) => {
      failure = error;
    });
    return file;
  };
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      open().write(chunk, () => done());
    },
  });
  return {
    stream,
    async finish() {
      await new Promise<void>((done) =>
        open()
          .end(() => done())
          .once('error', () => done()),
      );
      if (failure) throw openFailure(failure, path);
    },
  };
}
