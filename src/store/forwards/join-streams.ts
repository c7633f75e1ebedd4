import type { Duplex } from 'node:stream';

/** Pieces of this size are of a stream of many; smaller ones are answers that somebody waits for. */
const LARGE = 8 * 1024;

/**
 * Copies both ways with back-pressure until the connection is over. Each side may end its half and go on reading.
 *
 * @param count bytes of each piece: read from `remote`, read from `local`
 * @throws the error of either side, also where the remote one breaks off before its end; both are destroyed then, and
 * a TCP client sees a reset, so that it does not take a part for the whole
 */
export function joinStreams(
  local: Duplex,
  remote: Duplex,
  count: (received: number, sent: number) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let isOver = false;
  const fail = (error: Error) => {
    if (isOver) return;
    isOver = true;
    cutOff(local);
    remote.destroy();
    reject(error);
  };
  const done = () => {
    if (isOver) return;
    isOver = true;
    resolve();
  };
  let isGathering = false;
  // TLS hands out 16 KiB at a time; what comes in one turn of the event loop goes to the client in one write.
  const gather = ({ length }: Buffer) => {
    if (isGathering || length < LARGE) return;
    isGathering = true;
    local.cork();
    setImmediate(() => {
      isGathering = false;
      local.uncork();
    });
  };
  local.once('error', fail);
  remote.once('error', fail);
  local.once('close', () => {
    // A client that is gone has heard enough.
    done();
    remote.destroy();
  });
  remote.once('close', () => {
    if (isOver) return;
    if (!remote.readableEnded) fail(new Error('lost connection to pod'));
    // What the pod sent last must still reach the client, so its side is ended and not cut.
    else if (local.writableFinished) local.destroy();
    else local.end(() => local.destroy());
  });
  // What went wrong is told on another stream, and may be on its way beside the end.
  remote.once('end', () => setImmediate(() => local.end()));
  local.once('end', () => remote.end());
  remote.on('data', (chunk: Buffer) => {
    count(chunk.length, 0);
    gather(chunk);
  });
  local.on('data', (chunk: Buffer) => count(0, chunk.length));
  if (remote.destroyed) fail(remote.errored ?? new Error('lost connection to pod'));
  remote.pipe(local, { end: false });
  local.pipe(remote, { end: false });
  return promise;
}

/** Ends a connection so that its client knows that something is missing. */
export function cutOff(local: Duplex): void {
  const socket = local as Duplex & { resetAndDestroy?: () => void };
  if (socket.resetAndDestroy) socket.resetAndDestroy();
  else socket.destroy();
}
