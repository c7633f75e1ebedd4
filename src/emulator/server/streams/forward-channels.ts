import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { PodLink } from './pod-link.ts';

export const CHANNEL_PROTOCOL = 'v4.channel.k8s.io';
/** A pod that sends faster than the client reads is paused from here on. */
const HIGH_WATER_BYTES = 1024 * 1024;

/**
 * Port-forward with the channels of `v4.channel.k8s.io`: port number i of the query has data on
 * channel 2i and errors on 2i+1; the first message on each is the port, little-endian.
 */
export function forwardChannels(client: WebSocket, link: PodLink, ports: readonly number[]): void {
  new Forwarding(client, link, ports).start();
}

class Forwarding {
  readonly #client: WebSocket;
  readonly #link: PodLink;
  readonly #ports: readonly number[];
  readonly #connections: (Promise<Duplex | undefined> | undefined)[];

  constructor(client: WebSocket, link: PodLink, ports: readonly number[]) {
    this.#client = client;
    this.#link = link;
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
      const stream = await this.#link.connect(port);
      stream.on('data', (data: Buffer) => {
        this.#send(2 * at, data);
        if (this.#client.bufferedAmount > HIGH_WATER_BYTES) {
          stream.pause();
          this.#client.send(Buffer.from([2 * at]), () => stream.resume());
        }
      });
      stream.on('end', () => this.#client.close(1000));
      stream.on('close', () => this.#client.close(1000));
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
