import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KctlError } from '../../lib/errors.ts';
import type { SpdyStream } from '../../lib/spdy/spdy-stream.ts';
import type { SocketRequest, Transport } from '../cluster.ts';
import type { RemoteCommand } from './command-contract.ts';
import { commandFailure, longestStatus } from './command-status.ts';
import { spdySession } from './spdy-session.ts';
import { upgradeToSpdy } from './spdy-upgrade.ts';

/** Best first. The first tells the outcome as a Status, the others as text; the last knows no sizes. */
const protocols = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io'];

/** A server says the outcome last; one that does not close after it is left, in ms. */
const farewell = 5_000;

/** Carries one command over SPDY/3.1: each of its streams is a stream of the connection. */
export async function runOverSpdy(
  transport: Transport,
  request: Omit<SocketRequest, 'protocols'>,
  command: RemoteCommand,
): Promise<void> {
  const { socket, protocol } = await upgradeToSpdy(transport, { ...request, protocols });
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => undefined);
  const connection = spdySession(socket, (cause) => {
    lost.reject(new KctlError('connection', 'error reading from error stream: unexpected EOF', { cause }));
  });
  const { stdin, stdout, stderr, tty, sizes, signal } = command;
  let stopInput: (() => void) | undefined;
  let forgetSizes: (() => void) | undefined;
  try {
    const open = (streamtype: string) => connection.open({ streamtype });
    const error = open('error');
    const input = stdin && open('stdin');
    const outputs = [
      ...(stdout ? [copied(open('stdout'), stdout)] : []),
      ...(stderr && !tty ? [copied(open('stderr'), stderr)] : []),
    ];
    if (tty && protocol !== protocols[2]) {
      const resize = open('resize');
      forgetSizes = sizes?.(({ width, height }) =>
        resize.write(`${JSON.stringify({ Width: width, Height: height })}\n`),
      );
    }
    const outcome = read(error);
    stopInput = stdin && input && sendInput(stdin, input);
    const done = Promise.all([outcome, ...outputs]).then(([text]) => text);
    // An outcome without the end of the streams is an outcome after a while.
    const text = await Promise.race([
      done,
      lost.promise.catch((failure) => heardBefore(outcome, failure)),
      late(outcome),
    ]);
    const failure = protocol === protocols[0] ? commandFailure(text) : plainFailure(text);
    if (failure) throw failure;
  } catch (failure) {
    signal?.throwIfAborted();
    throw failure;
  } finally {
    forgetSizes?.();
    stopInput?.();
    connection.close();
  }
}

/** The outcome where it came before the connection went. */
async function heardBefore(outcome: Promise<string>, failure: unknown): Promise<string> {
  const text = await outcome;
  if (text === '') throw failure;
  return text;
}

async function late(outcome: Promise<string>): Promise<string> {
  const text = await outcome;
  await new Promise((resolve) => setTimeout(resolve, farewell).unref());
  return text;
}

function plainFailure(text: string): KctlError | undefined {
  return text === '' ? undefined : new KctlError('api', `error executing remote command: ${text}`);
}

/** Until the stream ends or is reset. */
async function copied(stream: SpdyStream, output: Writable): Promise<void> {
  await pipeline(stream, output, { end: false }).catch((error: NodeJS.ErrnoException) => {
    // A stream that the server reset has said what it had to say.
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}

async function read(stream: SpdyStream): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  await new Promise<void>((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > longestStatus) resolve();
    });
    stream.once('end', resolve);
    stream.once('close', resolve);
  });
  return Buffer.concat(chunks).toString('utf8');
}

function sendInput(stdin: Readable, stream: SpdyStream): () => void {
  stdin.pipe(stream);
  const fail = () => stream.end();
  stdin.once('error', fail);
  return () => {
    stdin.off('error', fail);
    stdin.unpipe(stream);
    stdin.pause();
  };
}
