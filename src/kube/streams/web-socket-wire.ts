import { randomBytes } from 'node:crypto';
import { Duplex } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';

/** RFC 6455, section 5.2. */
const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const FIN = 0x80;
const MASKED = 0x80;
const LONGEST_CONTROL = 125;
const NORMAL = Buffer.from([0x03, 0xe8]);

/** Bytes that may wait in the socket before who writes has to wait. */
const MOST_WAITING = 1024 * 1024;

const broken = (what: string): KctlError => new KctlError('connection', `WebSocket: ${what}`);

/**
 * The client's side of a WebSocket whose binary messages are pieces of one byte stream, after the handshake. Where
 * messages begin and end means nothing here, so that no byte of them is gathered or copied: of what a forward costs
 * with a general library, that was a quarter.
 */
export class WebSocketWire extends Duplex {
  readonly #socket: Duplex;
  readonly #isMasked: boolean;
  /** A head that has not come whole. */
  #held: Buffer = Buffer.alloc(0);
  #opcode = 0;
  /** Bytes of the payload still to come. */
  #left = 0;
  #control: Buffer[] = [];

  /**
   * @param isMasked whether what is sent is masked. A mask keeps bytes that a stranger chose from being taken for
   * requests by what stands between (section 10.3). Within TLS nothing does; then the mask is zeros.
   */
  constructor(socket: Duplex, isMasked: boolean) {
    super({ allowHalfOpen: true, highWaterMark: MOST_WAITING });
    this.#socket = socket;
    this.#isMasked = isMasked;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.destroy(error));
    socket.on('end', () => this.#over());
    socket.on('close', () => {
      this.#over();
      this.destroy();
    });
    // Whoever reads hears of it; after that nobody must be hit by it.
    this.on('error', () => {});
  }

  #over(): void {
    if (!this.readableEnded && !this.destroyed) this.push(null);
  }

  #receive(chunk: Buffer): void {
    let input = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = Buffer.alloc(0);
    while (input.length > 0 && !this.destroyed) {
      if (this.#left > 0) {
        const part = input.length > this.#left ? input.subarray(0, this.#left) : input;
        input = input.subarray(part.length);
        this.#left -= part.length;
        this.#take(part);
        continue;
      }
      const size = this.#head(input);
      if (size === 0) {
        this.#held = Buffer.from(input);
        return;
      }
      input = input.subarray(size);
      if (this.#left === 0) this.#take(input.subarray(0, 0));
    }
  }

  /** Reads the head of a frame. @returns its length; 0 where it has not come whole */
  #head(input: Buffer): number {
    if (input.length < 2) return 0;
    const code = input[0]! & 0x0f;
    const short = input[1]! & 0x7f;
    const size = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (input.length < size) return 0;
    if ((input[0]! & 0x70) !== 0 || (input[1]! & MASKED) !== 0) this.destroy(broken('a frame that was not agreed on'));
    if (code === opcode.text || (code > opcode.binary && code < opcode.close) || code > opcode.pong) {
      this.destroy(broken(`a frame of kind ${code}`));
    }
    if (code >= opcode.close && short > LONGEST_CONTROL) this.destroy(broken('a control frame that is too long'));
    const length = short === 127 ? Number(input.readBigUInt64BE(2)) : short === 126 ? input.readUInt16BE(2) : short;
    this.#opcode = code;
    this.#left = length;
    return size;
  }

  #take(part: Buffer): void {
    if (this.destroyed) return;
    if (this.#opcode < opcode.close) {
      if (part.length > 0 && !this.push(part)) this.#socket.pause();
      return;
    }
    this.#control.push(part);
    if (this.#left > 0) return;
    const payload = Buffer.concat(this.#control);
    this.#control = [];
    if (this.#opcode === opcode.ping) this.#send(opcode.pong, payload);
    if (this.#opcode !== opcode.close) return;
    if (!this.writableEnded) this.end();
    this.#over();
  }

  #send(code: number, payload: Buffer, done?: (error?: Error | null) => void): void {
    const { length } = payload;
    const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
    // All zeros at first, and so is the mask.
    const head = Buffer.alloc(6 + extended);
    head[0] = FIN | code;
    head[1] = MASKED | (extended === 0 ? length : extended === 2 ? 126 : 127);
    if (extended === 2) head.writeUInt16BE(length, 2);
    if (extended === 8) head.writeBigUInt64BE(BigInt(length), 2);
    this.#socket.cork();
    if (this.#isMasked) {
      const mask = randomBytes(4);
      head.set(mask, 2 + extended);
      this.#socket.write(head);
      this.#socket.write(masked(payload, mask), done);
    } else {
      this.#socket.write(head);
      this.#socket.write(payload, done);
    }
    this.#socket.uncork();
  }

  override _read(): void {
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (!this.#socket.writable) done(broken('it is closed'));
    else if (this.#socket.writableLength > MOST_WAITING) this.#send(opcode.binary, chunk, done);
    else {
      this.#send(opcode.binary, chunk);
      done();
    }
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#socket.writable) this.#send(opcode.close, NORMAL);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

function masked(payload: Buffer, mask: Buffer): Buffer {
  const result = Buffer.allocUnsafe(payload.length);
  for (let at = 0; at < payload.length; at++) result[at] = payload[at]! ^ mask[at & 3]!;
  return result;
}
