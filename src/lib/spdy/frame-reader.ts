import { KctlError } from '../errors.ts';
import { FLAG_FIN, FLAG_UNIDIRECTIONAL, type Frame, frameType, INITIAL_WINDOW_SETTING } from './frames.ts';
import { HeaderUnpacker } from './header-block.ts';

const HEAD = 8;
/** Control frames are held until they are whole; data is passed on as it comes and needs no bound. */
const LONGEST_CONTROL = 64 * 1024;

const bad = (message: string): KctlError => new KctlError('connection', `SPDY: ${message}`);

interface Control {
  flags: number;
  body: Buffer;
  /** The 31 bits at that place of the body. */
  id(at: number): number;
}

/** Turns the bytes of one direction into frames, wherever the network cut them. */
export class FrameReader {
  readonly #unpacker = new HeaderUnpacker();
  #held: Buffer = Buffer.alloc(0);
  /** The data frame whose payload is coming. */
  #data: { stream: number; left: number; fin: boolean } | undefined;

  /** @throws KctlError `connection` for what SPDY/3.1 does not allow; the connection is of no use then */
  *read(bytes: Buffer): Generator<Frame> {
    let input = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    // Nothing is held while frames are out: a caller that stops early ends the connection.
    this.#held = Buffer.alloc(0);
    for (;;) {
      if (this.#data) {
        const { stream, left, fin } = this.#data;
        if (input.length === 0 && left > 0) return;
        const data = input.subarray(0, left);
        input = input.subarray(data.length);
        const isLast = data.length === left;
        this.#data = isLast ? undefined : { stream, left: left - data.length, fin };
        yield { type: 'data', stream, data, fin: fin && isLast };
        continue;
      }
      if (input.length < HEAD) break;
      const length = input.readUIntBE(5, 3);
      const flags = input[4]!;
      if ((input[0]! & 0x80) === 0) {
        const stream = named(input.readUInt32BE(0));
        this.#data = { stream, left: length, fin: (flags & FLAG_FIN) !== 0 };
        input = input.subarray(HEAD);
        continue;
      }
      const version = input.readUInt16BE(0) & 0x7fff;
      if (version !== 3) throw bad(`version ${version} is not served, use 3`);
      if (length > LONGEST_CONTROL) throw bad(`a control frame of ${length} bytes is longer than ${LONGEST_CONTROL}`);
      if (input.length < HEAD + length) break;
      const frame = this.#control(input.readUInt16BE(2), flags, input.subarray(HEAD, HEAD + length));
      input = input.subarray(HEAD + length);
      if (frame) yield frame;
    }
    // A copy: what is held must not keep a whole chunk of the network alive.
    this.#held = Buffer.from(input);
  }

  #control(type: number, flags: number, body: Buffer): Frame | undefined {
    const known = layouts[type];
    // Unknown kinds of control frames are passed over (section 2.2.1).
    if (!known) return undefined;
    if (known.exact ? body.length !== known.size : body.length < known.size) {
      throw bad(`a frame of type ${type} has ${body.length} bytes`);
    }
    const id = (at: number): number => body.readUInt32BE(at) & 0x7fffffff;
    return known.read({ flags, body, id }, this.#unpacker);
  }
}

function named(stream: number): number {
  if (stream === 0) throw bad('a frame names stream 0');
  return stream;
}

interface Layout {
  /** Bytes after the head: all of them, or the least. */
  size: number;
  exact: boolean;
  read(frame: Control, unpacker: HeaderUnpacker): Frame;
}

const withHeaders = (type: 'synReply' | 'headers'): Layout => ({
  size: 4,
  exact: false,
  read: ({ flags, body, id }, unpacker) => ({
    type,
    stream: named(id(0)),
    headers: unpacker.unpack(body.subarray(4)),
    fin: (flags & FLAG_FIN) !== 0,
  }),
});

const layouts: Readonly<Record<number, Layout>> = {
  [frameType.synStream]: {
    size: 10,
    exact: false,
    read: ({ flags, body, id }, unpacker) => ({
      type: 'synStream',
      stream: named(id(0)),
      headers: unpacker.unpack(body.subarray(10)),
      fin: (flags & FLAG_FIN) !== 0,
      unidirectional: (flags & FLAG_UNIDIRECTIONAL) !== 0,
    }),
  },
  [frameType.synReply]: withHeaders('synReply'),
  [frameType.headers]: withHeaders('headers'),
  [frameType.rstStream]: {
    size: 8,
    exact: true,
    read: ({ body, id }) => ({ type: 'rstStream', stream: named(id(0)), status: body.readUInt32BE(4) }),
  },
  [frameType.settings]: { size: 4, exact: false, read: ({ body }) => ({ type: 'settings', ...settings(body) }) },
  [frameType.ping]: { size: 4, exact: true, read: ({ body }) => ({ type: 'ping', id: body.readUInt32BE(0) }) },
  [frameType.goAway]: {
    size: 8,
    exact: true,
    read: ({ body, id }) => ({ type: 'goAway', lastStream: id(0), status: body.readUInt32BE(4) }),
  },
  [frameType.windowUpdate]: {
    size: 8,
    exact: true,
    // Stream 0 stands for the whole session (draft 3.1, section 2.6.8).
    read: ({ id }) => ({ type: 'windowUpdate', stream: id(0), delta: id(4) }),
  },
};

function settings(body: Buffer): { initialWindow: number | undefined } {
  const entries = body.readUInt32BE(0);
  if (body.length !== 4 + 8 * entries) throw bad(`${entries} settings do not fit ${body.length} bytes`);
  let initialWindow: number | undefined;
  for (let at = 4; at < body.length; at += 8) {
    if (body.readUIntBE(at + 1, 3) === INITIAL_WINDOW_SETTING) initialWindow = body.readUInt32BE(at + 4);
  }
  if (initialWindow !== undefined && initialWindow > 2 ** 31 - 1) throw bad('the initial window is too large');
  return { initialWindow };
}
