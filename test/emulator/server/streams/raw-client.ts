import type { Duplex } from 'node:stream';
import { FrameReader } from '../../../../src/lib/spdy/frame-reader.ts';
import { encode, FLAG_FIN, type Frame } from '../../../../src/lib/spdy/frames.ts';
import { HeaderPacker, type Headers } from '../../../../src/lib/spdy/header-block.ts';
import { eventually } from '../../../support/program.ts';

/** A client that sends exactly what a test says and keeps what comes back. */
export class RawClient {
  readonly frames: Frame[] = [];
  readonly packer = new HeaderPacker();
  readonly transport: Duplex;
  isEnded = false;
  readonly #reader = new FrameReader();

  constructor(transport: Duplex) {
    this.transport = transport;
    transport.on('data', (bytes: Buffer) => this.frames.push(...this.#reader.read(bytes)));
    const end = () => {
      this.isEnded = true;
    };
    transport.on('end', end).on('close', end).on('error', end);
  }

  send(...frames: Buffer[]): void {
    this.transport.write(Buffer.concat(frames));
  }

  open(stream: number, headers: Headers = {}, fin = false): void {
    this.send(encode.synStream(this.packer, stream, headers, fin ? FLAG_FIN : 0));
  }

  data(stream: number, data: string | Buffer, fin = false): void {
    this.send(encode.data(stream, Buffer.from(data), fin));
  }

  /** The error and the data stream of a forwarded connection: `first` and the number after the next. */
  openPair(first: number, port: number, request = String(first)): void {
    const common = { port: String(port), requestid: request };
    this.open(first, { streamtype: 'error', ...common }, true);
    this.open(first + 2, { streamtype: 'data', ...common });
  }

  of<T extends Frame['type']>(type: T): Extract<Frame, { type: T }>[] {
    return this.frames.filter((frame): frame is Extract<Frame, { type: T }> => frame.type === type);
  }

  bytes(stream: number): Buffer {
    return Buffer.concat(this.of('data').flatMap((frame) => (frame.stream === stream ? [frame.data] : [])));
  }

  isFinished(stream: number): boolean {
    return this.of('data').some((frame) => frame.stream === stream && frame.fin);
  }

  until(probe: () => boolean, what: string): Promise<unknown> {
    return eventually(probe, what);
  }
}
