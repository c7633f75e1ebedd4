import type { WebSocket } from 'ws';

const LONGEST_PIECE = 64 * 1024;
/** A client that is not read from is asked whether it is there: nothing else tells that it went. */
const ASK_EVERY_MS = 5_000;

interface ChannelEvents {
  /** A message of the client, without what names its channel. */
  onMessage(channel: number, data: Buffer): void;
  /** The connection is over. */
  onClose(): void;
}

/**
 * Numbered channels in the messages of a WebSocket (`channel.k8s.io`): every message begins with the
 * number of its channel, a byte, or with `base64` a digit before text.
 */
export class ChannelSocket {
  readonly #client: WebSocket;
  readonly #isBase64: boolean;
  #asking: NodeJS.Timeout | undefined;

  constructor(client: WebSocket, isBase64: boolean, events: ChannelEvents) {
    this.#client = client;
    this.#isBase64 = isBase64;
    client.on('message', (message: Buffer) => {
      const first = message[0];
      if (first === undefined) return;
      if (isBase64) events.onMessage(first - 0x30, Buffer.from(message.toString('latin1', 1), 'base64'));
      else events.onMessage(first, message.subarray(1));
    });
    client.on('close', () => {
      clearInterval(this.#asking);
      events.onClose();
    });
  }

  /** Reads no further: the client is held up. */
  pause(): void {
    if (this.#client.isPaused) return;
    this.#client.pause();
    this.#asking = setInterval(() => this.#client.ping(), ASK_EVERY_MS).unref();
  }

  resume(): void {
    clearInterval(this.#asking);
    if (this.#client.isPaused) this.#client.resume();
  }

  /** Sends one message; `sent` is called when the network took it, with an error when the client went away. */
  send(channel: number, data: Buffer, sent: (error?: Error) => void = () => {}): void {
    if (this.#client.readyState !== this.#client.OPEN) {
      sent(new Error('the client went away'));
      return;
    }
    const message = this.#isBase64
      ? `${String.fromCharCode(0x30 + channel)}${data.toString('base64')}`
      : Buffer.concat([Buffer.from([channel]), data]);
    this.#client.send(message, sent);
  }

  /** Sends any amount, a piece at a time: the next goes when the network took the one before. */
  sendAll(channel: number, data: Buffer, sent: (error?: Error) => void): void {
    const piece = data.subarray(0, LONGEST_PIECE);
    this.send(channel, piece, (error) => {
      if (error || piece.length === data.length) sent(error);
      else this.sendAll(channel, data.subarray(piece.length), sent);
    });
  }

  /** Says goodbye after everything that was sent. */
  close(code: number): void {
    this.resume();
    this.#client.close(code);
  }
}
