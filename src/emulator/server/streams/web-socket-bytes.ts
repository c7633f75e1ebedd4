import { Duplex } from 'node:stream';
import WebSocket from 'ws';

/** Bytes that may wait in the socket before who writes has to wait. */
const MOST_WAITING = 1024 * 1024;

/**
 * The binary messages of a WebSocket as one byte stream. Unlike the library's own stream it does not wait for each
 * message to be sent before the next one: what fills a link is several on their way.
 */
export class WebSocketBytes extends Duplex {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super({ allowHalfOpen: true, highWaterMark: MOST_WAITING });
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      if (!this.push(data)) socket.pause();
    });
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => {
      if (!this.readableEnded) this.push(null);
      this.destroy();
    });
    // It is paused until somebody is here to read.
    socket.resume();
  }

  override _read(): void {
    if (this.#socket.isPaused) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#socket.readyState !== WebSocket.OPEN) done(new Error('the WebSocket is closed'));
    else if (this.#socket.bufferedAmount > MOST_WAITING) this.#socket.send(chunk, done);
    else {
      this.#socket.send(chunk);
      done();
    }
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.close(1000);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.terminate();
    done(error);
  }
}
