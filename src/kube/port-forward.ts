import { Duplex } from 'node:stream';
import { KctlError } from '../lib/errors.ts';
import type { ChannelSocket, Transport } from './cluster.ts';

export interface PodDial {
  namespace: string;
  pod: string;
  /** In the pod. */
  port: number;
  signal?: AbortSignal;
}

const dataChannel = 0;
const errorChannel = 1;

/**
 * One TCP connection to a port of a pod, over one WebSocket (`v4.channel.k8s.io`): channel 0 carries
 * the bytes, channel 1 what the kubelet has to say when it cannot connect, and each begins with the
 * port as two bytes, little-endian. Both directions wait for a slow reader. The protocol cannot close
 * one direction alone: `end()` leaves the connection open until the pod closes it or it is destroyed.
 * @throws ApiStatusError when the server refuses, KctlError `connection` when it cannot be reached
 */
export async function dialPod(transport: Transport, request: PodDial): Promise<Duplex> {
  const { namespace, pod, port, signal } = request;
  const socket = await transport.openChannels({
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward`,
    query: { ports: port },
    protocols: ['v4.channel.k8s.io'],
    ...(signal ? { signal } : {}),
  });
  return new PodConnection(socket, request);
}

class PodConnection extends Duplex {
  readonly #socket: ChannelSocket;
  /** Bytes of the port prefix still to come, by channel. */
  readonly #prefix = [2, 2];
  readonly #target: PodDial;

  constructor(socket: ChannelSocket, target: PodDial) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#target = target;
    socket.onClose((error) => this.#closed(error));
    socket.onMessage((channel, data) => this.#message(channel, data));
  }

  #message(channel: number, data: Buffer): void {
    if (channel !== dataChannel && channel !== errorChannel) return;
    const skip = Math.min(this.#prefix[channel]!, data.length);
    this.#prefix[channel]! -= skip;
    const rest = data.subarray(skip);
    if (rest.length === 0) return;
    if (channel === errorChannel) this.destroy(this.#refused(rest.toString('utf8').trim()));
    else if (!this.push(rest)) this.#socket.pause();
  }

  #refused(reason: string): KctlError {
    const { port, pod } = this.#target;
    return new KctlError('connection', `an error occurred forwarding to port ${port} of pod ${pod}: ${reason}`);
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
    this.#socket.send(dataChannel, chunk).then(() => done(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.close();
    done(error);
  }
}
