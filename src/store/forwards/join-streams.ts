import type { Duplex } from 'node:stream';
import { systemTiming, type Timing } from '../timing.ts';

/**
 * How long the pod may stay silent after the client has ended its half. The channel protocol cannot
 * pass that end on, so a pod that waits for it would hold the connection for ever.
 */
const HALF_OPEN_MS = 30_000;

/**
 * Copies both ways with back-pressure until the connection is over. A client may end its half and
 * still read the answer.
 *
 * @param count bytes of each piece: read from `remote`, read from `local`
 * @throws the error of either side; both are destroyed then
 */
export function joinStreams(
  local: Duplex,
  remote: Duplex,
  count: (received: number, sent: number) => void,
  timing: Timing = systemTiming,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let silence: { cancel(): void } | undefined;
  const watchSilence = () => {
    silence?.cancel();
    silence = timing.after(HALF_OPEN_MS, () => remote.destroy());
  };
  const fail = (error: Error) => {
    local.destroy();
    remote.destroy();
    reject(error);
  };
  local.once('error', fail);
  remote.once('error', fail);
  local.once('close', () => {
    silence?.cancel();
    remote.destroy();
    resolve();
  });
  // What the pod sent last must still reach the client, so its side is ended and not cut.
  remote.once('close', () => {
    if (local.writableFinished) local.destroy();
    else local.end(() => local.destroy());
  });
  remote.once('end', () => local.end());
  local.once('end', () => {
    remote.end();
    watchSilence();
  });
  remote.on('data', (chunk: Buffer) => {
    count(chunk.length, 0);
    if (silence) watchSilence();
  });
  local.on('data', (chunk: Buffer) => count(0, chunk.length));
  remote.pipe(local, { end: false });
  local.pipe(remote, { end: false });
  return promise;
}
