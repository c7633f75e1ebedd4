import type { Readable, Writable } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';
import type { ChannelSocket } from '../cluster.ts';
import type { RemoteCommand } from './command-contract.ts';
import { commandFailure, longestStatus } from './command-status.ts';

/** Channels of `v4.channel.k8s.io` and `v5.channel.k8s.io`; 255 closes the channel that its byte names (v5). */
const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Largest message sent: servers read into buffers of this size. */
const largestPiece = 32 * 1024;

/** A server says the outcome last; one that does not hang up after it is left, in ms. */
const farewell = 5_000;

/** Carries one command over an open socket until the server says how it ended. */
export async function runOverChannels(socket: ChannelSocket, command: RemoteCommand): Promise<void> {
  const { stdin, stdout, stderr, sizes } = command;
  const over = Promise.withResolvers<Error | undefined>();
  const outputs: Record<number, Writable | undefined> = { [channel.stdout]: stdout, [channel.stderr]: stderr };
  let status = '';
  let leave: NodeJS.Timeout | undefined;
  socket.onClose((error) => over.resolve(error));
  const receive = (number: number, data: Buffer) => {
    if (data.length === 0) return;
    if (number === channel.error) {
      status += data.toString('utf8');
      leave ??= setTimeout(() => over.resolve(undefined), farewell);
      if (status.length > longestStatus) over.resolve(undefined);
      return;
    }
    const output = outputs[number];
    if (!output || output.write(data)) return;
    socket.pause();
    output.once('drain', () => socket.resume());
  };
  socket.onMessage(receive);
  const forgetSizes = sizes?.((size) => {
    const text = JSON.stringify({ Width: size.width, Height: size.height });
    socket.send(channel.resize, Buffer.from(text)).catch(() => undefined);
  });
  const stopInput = stdin && sendInput(stdin, socket);
  try {
    const lost = await over.promise;
    command.signal?.throwIfAborted();
    if (lost && status === '') {
      const words = lost instanceof KctlError ? lost.message : String(lost);
      throw new KctlError('connection', `error reading from error stream: next reader: ${words}`, { cause: lost });
    }
    const failure = commandFailure(status);
    if (failure) throw failure;
  } finally {
    clearTimeout(leave);
    forgetSizes?.();
    stopInput?.();
    socket.close();
  }
}

/** Sends what is read, piece by piece, and says when it is over where the protocol can. @returns what stops it */
function sendInput(stdin: Readable, socket: ChannelSocket): () => void {
  let stopped = false;
  // The end may be told while the last bytes are still on their way: it queues behind them.
  let queue = Promise.resolve();
  const then = (step: () => Promise<void>) => {
    queue = queue.then(() => (stopped ? undefined : step())).catch(() => undefined);
  };
  const onRead = (data: Buffer | string) => {
    const bytes = Buffer.from(data as Buffer);
    stdin.pause();
    for (let at = 0; at < bytes.length; at += largestPiece) {
      then(() => socket.send(channel.stdin, bytes.subarray(at, at + largestPiece)));
    }
    then(async () => void stdin.resume());
  };
  const onEnd = () => {
    if (socket.protocol !== 'v5.channel.k8s.io') return;
    then(() => socket.send(channel.close, Buffer.of(channel.stdin)));
  };
  stdin.on('data', onRead);
  stdin.once('end', onEnd);
  stdin.once('error', onEnd);
  // Who had the input before may have left it paused: listening alone does not start it then.
  stdin.resume();
  return () => {
    stopped = true;
    stdin.off('data', onRead);
    stdin.off('end', onEnd);
    stdin.off('error', onEnd);
    stdin.pause();
  };
}
