import { Duplex } from 'node:stream';
import { KctlError } from '../lib/errors.ts';
import type { ChannelSocket, Transport } from './cluster.ts';
import { usesWebSockets } from './streams/web-sockets.ts';
import { mayTryAnotherWay } from './transport/upgrade-refused.ts';

export interface PodDial {
  namespace: string;
  pod: string;
  /** In the pod. */
  port: number;
  signal?: AbortSignal;
}

const dataChannel = 0;
const errorChannel = 1;

type Way = (transport: Transport, request: PodDial, path: string) => Promise<Duplex>;

/**
 * How ports are reached, best first: SPDY in a WebSocket is what kubectl speaks and what API servers
 * from 1.30 on serve themselves; the channels of old WebSockets go through to kubelets of any age;
 * SPDY alone is what servers know that know no WebSocket.
 */
const overUpgrade: Way = async (transport, request, path) => overSpdy('upgrade', transport, request, path);
const ways: readonly Way[] = [
  async (transport, request, path) => overSpdy('tunnel', transport, request, path),
  overChannels,
  overUpgrade,
];

/** The way that a server was last reached by, tried first. */
const known = new WeakMap<Transport, Way>();

/**
 * One TCP connection to a port of a pod. Both directions wait for a slow reader. Where the server
 * knows only channels, one direction cannot be closed alone: `end()` then leaves the connection open
 * until the pod closes it or it is destroyed.
 * @throws ApiStatusError when the server refuses, KctlError `connection` when it cannot be reached
 */
export async function dialPod(transport: Transport, request: PodDial): Promise<Duplex> {
  const { namespace, pod } = request;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward`;
  const last = known.get(transport);
  const possible = usesWebSockets('PORT_FORWARD') ? ways : [overUpgrade];
  let failure: unknown;
  for (const way of last ? [last, ...possible.filter((each) => each !== last)] : possible) {
    try {
      const connection = await way(transport, request, path);
      known.set(transport, way);
      return connection;
    } catch (error) {
      if (!mayTryAnotherWay(error)) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

async function overSpdy(
  carrier: 'tunnel' | 'upgrade',
  transport: Transport,
  { pod, port, signal }: PodDial,
  path: string,
): Promise<Duplex> {
  const { dialPort, spdyCarriers } = await import('./streams/port-streams.ts');
  const bytes = await spdyCarriers[carrier](transport, { path, ...(signal ? { signal } : {}) });
  return dialPort(bytes, port, (reason) => refusal(port, pod, reason));
}

function refusal(port: number, pod: string, reason: string): KctlError {
  return new KctlError('connection', `an error occurred forwarding to port ${port} of pod ${pod}: ${reason}`);
}

/**
 * Over one WebSocket (`v4.channel.k8s.io`): channel 0 carries the bytes, channel 1 what the kubelet has
 * to say when it cannot connect, and each begins with the port as two bytes, little-endian.
 */
async function overChannels(transport: Transport, request: PodDial, path: string): Promise<Duplex> {
  const { port, signal } = request;
  const socket = await transport.openChannels({
    path,
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
    return refusal(port, pod, reason);
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
