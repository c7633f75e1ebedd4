import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { ChannelSocket } from './channel-socket.ts';
import type { PodLink } from './pod-link.ts';
import { Refusal } from './refusal.ts';

/** The protocols of port-forward that have channels, and whether their messages are base64. */
export const forwardChannelProtocols = {
  'v4.channel.k8s.io': { base64: false },
  'v4.base64.channel.k8s.io': { base64: true },
  '': { base64: false },
} as const;

const NORMAL = 1000;

/**
 * The ports that such a client names in its query, each number or several with commas.
 * @throws Refusal 400 in the words of a kubelet
 */
export function portsOf(query: URLSearchParams): number[] {
  const named = query.getAll('ports');
  if (named.length === 0) throw new Refusal(400, 'query parameter "port" is required');
  return named.flatMap((text) => {
    if (text === '') throw new Refusal(400, 'query parameter "port" cannot be empty');
    return text.split(',').map((one) => {
      const port = Number(one);
      if (!/^\d{1,5}$/.test(one) || port > 0xffff) throw new Refusal(400, `unable to parse "${text}" as a port`);
      if (port < 1) throw new Refusal(400, `port "${text}" must be > 0`);
      return port;
    });
  });
}

/**
 * Port-forward with channels: port number i of the query has data on channel 2i and errors on 2i+1; the
 * first message on each is the port, little-endian. Closes when the pod is done with all of them.
 */
export function forwardChannels(client: WebSocket, link: PodLink, ports: readonly number[], isBase64: boolean): void {
  const connections = new Map<number, Promise<Duplex | undefined>>();
  let open = ports.length;
  const socket = new ChannelSocket(client, isBase64, {
    async onMessage(channel, data) {
      // Later messages wait on the same connection promise, so that they stay in order.
      const stream = await connections.get(channel);
      if (data.length === 0 || !stream?.writable) return;
      if (!stream.write(data)) socket.pause();
    },
    onClose() {
      for (const connection of connections.values()) void connection.then((stream) => stream?.destroy());
    },
  });
  const done = () => {
    open--;
    if (open === 0) socket.close(NORMAL);
  };

  async function connect(channel: number, port: number): Promise<Duplex | undefined> {
    const fail = (error: unknown) => {
      const words = error instanceof Error ? error.message : String(error);
      socket.send(channel + 1, Buffer.from(`error forwarding port ${port} to pod ${link.sandbox}, uid : ${words}`));
    };
    try {
      const stream = await link.connect(port);
      stream.on('data', (data: Buffer) => {
        stream.pause();
        socket.sendAll(channel, data, () => stream.resume());
      });
      stream.on('drain', () => socket.resume());
      stream.on('error', fail);
      // Channels know no half: when the pod has said all, the connection is over.
      stream.once('end', () => stream.destroy());
      stream.once('close', () => {
        socket.resume();
        done();
      });
      return stream;
    } catch (error) {
      fail(error);
      done();
      return undefined;
    }
  }

  ports.forEach((port, at) => {
    const announced = Buffer.alloc(2);
    announced.writeUInt16LE(port);
    socket.send(2 * at, announced);
    socket.send(2 * at + 1, announced);
    connections.set(2 * at, connect(2 * at, port));
  });
}
