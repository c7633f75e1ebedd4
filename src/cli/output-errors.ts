import type { IoStreams } from '../lib/io.ts';

/** How writing to standard output ended, where it did not go well. */
export interface OutputFailure {
  /** The reader left (`| head`): nothing to complain about. */
  readerGone: boolean;
  message: string;
}

/**
 * Watches standard output. A reader that leaves and a full disk reach Node as `error` events, which
 * would end the process with a stack trace where nobody listens.
 * @param onFailure called once, at the first failure
 */
export function watchOutput(io: IoStreams, onFailure: (failure: OutputFailure) => void): () => void {
  let failed = false;
  const listener = (error: NodeJS.ErrnoException) => {
    if (failed) return;
    failed = true;
    const readerGone = error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED';
    onFailure({
      readerGone,
      message: `cannot write to the standard output: ${reasons[error.code ?? ''] ?? error.message}`,
    });
  };
  const ignore = () => {};
  io.stdout.on('error', listener);
  io.stderr.on('error', ignore);
  return () => {
    io.stdout.off('error', listener);
    io.stderr.off('error', ignore);
  };
}

const reasons: Record<string, string> = {
  ENOSPC: 'no space left on device',
  EBADF: 'it is closed',
  EIO: 'input/output error',
  EDQUOT: 'disk quota exceeded',
};

/** Resolves when what was written to `io.stdout` has been handed on, or has failed. */
export function outputDone(io: IoStreams): Promise<void> {
  return new Promise((resolve) => {
    if (io.stdout.destroyed || io.stdout.writableLength === 0) setImmediate(resolve);
    else io.stdout.write('', () => resolve());
  });
}
