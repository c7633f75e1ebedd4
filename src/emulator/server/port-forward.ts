import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { badRequest, unavailable } from '../errors.ts';
import type { NodeApi } from '../kubelet/node-api.ts';
import type { Exchange } from './exchange.ts';

const PROTOCOL = 'v4.channel.k8s.io';
/** A pod that sends faster than the client reads is paused from here on. */
const HIGH_WATER_BYTES = 1024 * 1024;

/**
 * Port-forward over WebSocket with the channels of `v4.channel.k8s.io`: port number i of the query
 * has data on channel 2i and errors on 2i+1; the first message on each is the port, little-endian.
 */
export async function portForward(
  exchange: Exchange,
  socket: Duplex,
  head: Buffer,
  pod: { namespace: string; pod: string },
): Promise<void> {
  const node = exchange.context.nodeApi();
  if (!node) throw unavailable('the nodes of this cluster are not running');
  const offered = String(exchange.request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/);
  if (!offered.includes(PROTOCOL)) {
    throw badRequest(`unable to upgrade: none of the protocols ${offered.join(', ')} is served, use ${PROTOCOL}`);
  }
  const ports = exchange.query
    .getAll('ports')
    .flatMap((one) => one.split(','))
    .map(Number);
  if (ports.length === 0 || ports.some((port) => !Number.isInteger(port) || port < 1 || port > 65535)) {
    throw badRequest('query parameter "ports" must name ports between 1 and 65535');
  }
  const server = new WebSocketServer({ noServer: true, handleProtocols: () => PROTOCOL });
  server.handleUpgrade(exchange.request, socket, head, (client) => {
    const stop = () => client.close(1001);
    exchange.context.stopping.addEventListener('abort', stop, { once: true });
    client.on('close', () => exchange.context.stopping.removeEventListener('abort', stop));
    new Forwarding(client, node, pod, ports).start();
  });
}

class Forwarding {
  readonly #client: WebSocket;
  readonly #node: NodeApi;
  readonly #pod: { namespace: string; pod: string };
  readonly #ports: readonly number[];
  readonly #connections: (Promise<Duplex | undefined> | undefined)[];

  constructor(client: WebSocket, node: NodeApi, pod: { namespace: string; pod: string }, ports: readonly number[]) {
    this.#client = client;
    this.#node = node;
    this.#pod = pod;
    this.#ports = ports;
    this.#connections = ports.map(() => undefined);
  }

  start(): void {
    this.#ports.forEach((port, at) => {
      const announced = Buffer.alloc(2);
      announced.writeUInt16LE(port);
      this.#send(2 * at, announced);
      this.#send(2 * at + 1, announced);
      this.#connections[at] = this.#connect(at, port);
    });
    this.#client.on('message', (message: Buffer) => void this.#receive(message));
    this.#client.on('error', () => this.#client.terminate());
    this.#client.on('close', () => {
      for (const connection of this.#connections) void connection?.then((stream) => stream?.destroy());
    });
  }

  async #connect(at: number, port: number): Promise<Duplex | undefined> {
    try {
      const stream = await this.#node.connect(this.#pod.namespace, this.#pod.pod, port);
      stream.on('data', (data: Buffer) => {
        this.#send(2 * at, data);
        if (this.#client.bufferedAmount > HIGH_WATER_BYTES) {
          stream.pause();
          this.#client.send(Buffer.from([2 * at]), () => stream.resume());
        }
      });
      stream.on('end', () => this.#client.close(1000));
      stream.on('error', (error) => this.#fail(at, error));
      return stream;
    } catch (error) {
      this.#fail(at, error as Error);
      return undefined;
    }
  }

  #fail(at: number, error: Error): void {
    this.#send(2 * at + 1, Buffer.from(error.message));
    this.#client.close(1000);
  }

  async #receive(message: Buffer): Promise<void> {
    const channel = message[0];
    if (channel === undefined || channel % 2 === 1) return;
    const stream = await this.#connections[channel / 2];
    if (!stream || stream.destroyed) return;
    // Messages stay in order: later ones wait on the same connection promise.
    if (message.length > 1 && !stream.write(message.subarray(1))) {
      this.#client.pause();
      stream.once('drain', () => this.#client.resume());
    }
  }

  #send(channel: number, data: Buffer): void {
    if (this.#client.readyState !== this.#client.OPEN) return;
    this.#client.send(Buffer.concat([Buffer.from([channel]), data]));
  }
}
