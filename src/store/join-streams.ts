import type { Duplex } from 'node:stream';

/**
 * Copies both ways with back-pressure until both sides have ended; an end on one side is passed on,
 * so that a client may close its half and still read the answer.
 *
 * @param count bytes of each piece: read from `remote`, read from `local`
 * @throws the error of either side; both are destroyed then
 */
export function joinStreams(
  local: Duplex,
  remote: Duplex,
  count: (received: number, sent: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let open = 2;
    const fail = (error: Error) => {
      local.destroy();
      remote.destroy();
      reject(error);
    };
    const closed = (other: Duplex) => () => {
      // A side that closed without an end (reset) leaves the other with nobody to talk to.
      if (!other.destroyed && !other.writableEnded) other.end();
      if (--open === 0) resolve();
    };
    local.once('error', fail);
    remote.once('error', fail);
    local.once('close', closed(remote));
    remote.once('close', closed(local));
    remote.once('end', () => local.end());
    local.once('end', () => remote.end());
    remote.on('data', (chunk: Buffer) => count(chunk.length, 0));
    local.on('data', (chunk: Buffer) => count(0, chunk.length));
    remote.pipe(local, { end: false });
    local.pipe(remote, { end: false });
  });
}
