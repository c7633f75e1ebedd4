import { Duplex } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';
import type { ChannelSocket, Transport } from '../cluster.ts';

const DATA = 0;
const ERROR = 1;

/**
 * How long the pod may stay silent after the client has ended its half. The channels cannot pass that end on, so a
 * pod that waits for it would hold the connection for ever.
 */
const HALF_OPEN_MS = 30_000;

interface ChannelDial {
  path: string;
  port: number;
  signal?: AbortSignal | undefined;
  refused(reason: string): Error;
}

/**
 * One connection over one WebSocket (`v4.channel.k8s.io`): channel 0 carries the bytes, channel 1 what the kubelet
 * has to say when it cannot connect, and each begins with the port as two bytes, little-endian.
 */
export async function dialChannels(transport: Transport, dial: ChannelDial): Promise<Duplex> {
  const { path, port, signal, refused } = dial;
  const socket = await transport.openChannels({
    path,
    query: { ports: port },
    protocols: ['v4.channel.k8s.io'],
    ...(signal ? { signal } : {}),
  });
  return new ChannelConnection(socket, refused);
}

class ChannelConnection extends Duplex {
  readonly #socket: ChannelSocket;
  readonly #refused: (reason: string) => Error;
  /** Bytes of the port prefix still to come, by channel. */
  readonly #prefix = [2, 2];
  #silence: NodeJS.Timeout | undefined;

  constructor(socket: ChannelSocket, refused: (reason: string) => Error) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#refused = refused;
    socket.onClose((error) => this.#closed(error));
    socket.onMessage((channel, data) => this.#message(channel, data));
  }

  #message(channel: number, data: Buffer): void {
    if (channel !== DATA && channel !== ERROR) return;
    const skip = Math.min(this.#prefix[channel]!, data.length);
    this.#prefix[channel]! -= skip;
    const rest = data.subarray(skip);
    if (rest.length === 0) return;
    this.#silence?.refresh();
    if (channel === ERROR) this.destroy(this.#refused(rest.toString('utf8').trim()));
    else if (!this.push(rest)) this.#socket.pause();
  }

  #closed(error: Error | undefined): void {
    if (this.destroyed) return;
    if (error) this.destroy(new KctlError('connection', 'lost connection to pod', { cause: error }));
    else {
      this.push(null);
      if (!this.writableEnded) this.end();
    }
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.send(DATA, chunk).then(() => done(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#silence = setTimeout(() => this.#closed(undefined), HALF_OPEN_MS).unref();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#silence);
    this.#socket.close();
    done(error);
  }
}
