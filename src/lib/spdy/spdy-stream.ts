import { Duplex } from 'node:stream';
import type { Headers } from './header-block.ts';

/** So that streams of one connection take turns. */
const LARGEST_PIECE = 64 * 1024;

/** What a stream asks of the connection that it is part of. */
export interface StreamHost {
  /** Bytes that may be sent on the stream now, by the windows of the peer. */
  room(stream: SpdyStream): number;
  /** Sends a piece; `sent` is called once the transport took it, or never when the connection ended. */
  send(stream: SpdyStream, data: Buffer, fin: boolean, sent: () => void): void;
  /** The reader took that many bytes. */
  consumed(stream: SpdyStream, bytes: number): void;
  /** The stream is over; `finished` when both sides had closed it before. */
  closed(stream: SpdyStream, finished: boolean): void;
}

/**
 * One stream as a Duplex. `end()` closes our direction and leaves the other open; `destroy()` resets
 * the stream unless both are closed. A stream that the peer resets closes without an error.
 */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: Headers;
  readonly #host: StreamHost;
  /** Received and not yet taken by the reader. */
  #unread: Buffer[] = [];
  #wanted = false;
  #peerClosed = false;
  #selfClosed = false;
  #unsent: { data: Buffer; done: () => void } | undefined;
  #isSending = false;

  constructor(host: StreamHost, id: number, headers: Headers) {
    super({ allowHalfOpen: true });
    this.#host = host;
    this.id = id;
    this.headers = headers;
  }

  get peerClosed(): boolean {
    return this.#peerClosed;
  }

  /** The peer has taken the stream: tells it as the event `accepted`. */
  accepted(fin: boolean): void {
    this.emit('accepted');
    this.receive(Buffer.alloc(0), fin);
  }

  receive(data: Buffer, fin: boolean): void {
    if (data.length > 0) this.#unread.push(data);
    if (fin) this.#peerClosed = true;
    this.#hand();
  }

  /** Bytes that nobody will read any more. */
  discard(): number {
    const dropped = this.#unread.reduce((sum, { length }) => sum + length, 0);
    this.#unread = [];
    return dropped;
  }

  override _read(): void {
    this.#wanted = true;
    this.#hand();
  }

  #hand(): void {
    while (this.#wanted) {
      const data = this.#unread.shift();
      if (!data) break;
      this.#wanted = this.push(data);
      this.#host.consumed(this, data.length);
    }
    if (this.#peerClosed && this.#unread.length === 0 && !this.readableEnded) this.push(null);
  }

  override _write(data: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#unsent = { data, done };
    this.pump();
  }

  /** Goes on sending what the windows allow. */
  pump(): void {
    const unsent = this.#unsent;
    if (!unsent || this.#isSending || this.destroyed) return;
    const size = Math.min(unsent.data.length, LARGEST_PIECE, this.#host.room(this));
    if (size <= 0 && unsent.data.length > 0) return;
    this.#isSending = true;
    this.#host.send(this, unsent.data.subarray(0, size), false, () => {
      this.#isSending = false;
      unsent.data = unsent.data.subarray(size);
      if (unsent.data.length > 0) this.pump();
      else {
        this.#unsent = undefined;
        unsent.done();
      }
    });
  }

  override _final(done: () => void): void {
    this.#selfClosed = true;
    this.#host.send(this, Buffer.alloc(0), true, () => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#host.closed(this, this.#peerClosed && this.#selfClosed);
    done(error);
  }
}
