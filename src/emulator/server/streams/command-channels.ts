import { Readable, Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { ChannelSocket } from './channel-socket.ts';
import { allSent, type CommandLink, type CommandStatus, statusText, type WantedStreams } from './command-link.ts';
import { TerminalSizes } from './terminal-sizes.ts';

/**
 * The protocols of remote commands on a WebSocket. Every message begins with the number of its
 * channel: a byte, or a digit before base64. `status` says whether a Status or text tells the end,
 * `halfClose` whether the client can close one channel.
 */
export const channelProtocols = {
  'v5.channel.k8s.io': { base64: false, status: true, halfClose: true },
  'v4.channel.k8s.io': { base64: false, status: true, halfClose: false },
  'v4.base64.channel.k8s.io': { base64: true, status: true, halfClose: false },
  'channel.k8s.io': { base64: false, status: false, halfClose: false },
  'base64.channel.k8s.io': { base64: true, status: false, halfClose: false },
  '': { base64: false, status: false, halfClose: false },
} as const satisfies Record<string, ChannelProtocol>;

export interface ChannelProtocol {
  base64: boolean;
  status: boolean;
  halfClose: boolean;
}

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;
const CLOSE_SIGNAL = 255;
const NORMAL = 1000;
const PROTOCOL_ERROR = 1002;

/** The streams of a remote command in the channels of a WebSocket, with back-pressure in both directions. */
export class CommandChannels implements CommandLink {
  readonly streams: CommandLink['streams'];
  readonly #socket: ChannelSocket;
  readonly #protocol: ChannelProtocol;
  readonly #gone = new AbortController();
  readonly #sizes = new TerminalSizes();
  readonly #stdin: Readable | undefined;
  #isOver = false;
  #isInputOver = false;

  constructor(client: WebSocket, protocol: ChannelProtocol, wanted: WantedStreams) {
    this.#socket = new ChannelSocket(client, protocol.base64, {
      onMessage: (number, data) => this.#receive(number, data),
      onClose: () => this.#leave(),
    });
    this.#protocol = protocol;
    this.#stdin = wanted.stdin ? new Readable({ read: () => this.#socket.resume() }) : undefined;
    this.#stdin?.on('error', () => {});
    this.streams = {
      ...(this.#stdin ? { stdin: this.#stdin } : {}),
      ...(wanted.stdout ? { stdout: this.#writable(channel.stdout) } : {}),
      ...(wanted.stderr ? { stderr: this.#writable(channel.stderr) } : {}),
      ...(wanted.tty ? { resize: this.#sizes } : {}),
    };
    // Tells that the command may begin; some clients wait for it.
    this.#socket.send(wanted.stdout ? channel.stdout : wanted.stderr ? channel.stderr : channel.error, Buffer.alloc(0));
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  finish(status: CommandStatus): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.resume();
    this.#sizes.end();
    const text = statusText(status, this.#protocol.status);
    void allSent([this.streams.stdout, this.streams.stderr]).then(() => {
      if (text) this.#socket.send(channel.error, Buffer.from(text));
      this.#socket.close(NORMAL);
    });
  }

  /** Ends for a reason of the server's own. */
  close(code: number): void {
    this.#isOver = true;
    this.#socket.close(code);
    this.#gone.abort();
  }

  #leave(): void {
    this.#isOver = true;
    this.#sizes.end();
    this.#gone.abort();
    for (const stream of [this.#stdin, this.streams.stdout, this.streams.stderr]) stream?.destroy();
  }

  #receive(number: number, data: Buffer): void {
    if (this.#isOver) return;
    if (this.#protocol.halfClose && number === CLOSE_SIGNAL) this.#closeChannel(data);
    if (number === channel.resize) this.#sizes.push(data);
    if (number !== channel.stdin || data.length === 0) return;
    const stdin = this.#stdin;
    if (stdin && !this.#isInputOver && !stdin.destroyed && !stdin.push(data)) this.#socket.pause();
  }

  #closeChannel(data: Buffer): void {
    const [number] = data;
    if (data.length !== 1 || number === undefined || number > channel.resize) {
      this.close(PROTOCOL_ERROR);
      return;
    }
    if (number === channel.resize) this.#sizes.end();
    if (number !== channel.stdin || this.#isInputOver) return;
    this.#isInputOver = true;
    this.#stdin?.push(null);
  }

  #writable(number: number): Writable {
    const stream = new Writable({
      write: (data: Buffer, _encoding, done) => this.#socket.sendAll(number, data, done),
    });
    // The client's hang-up is told by the signal.
    stream.on('error', () => {});
    return stream;
  }
}
