import type { HeaderPacker, Headers } from './header-block.ts';

/** SPDY/3.1 (draft 3.1, section 2): what both sides call frames, flags and reasons. */
export const frameType = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

export const FLAG_FIN = 1;
export const FLAG_UNIDIRECTIONAL = 2;
export const INITIAL_WINDOW_SETTING = 7;
/** Bytes that a side may send on a stream before the other grants more (section 2.6.8). */
export const INITIAL_WINDOW = 64 * 1024;
export const LARGEST_WINDOW = 2 ** 31 - 1;

export const resetStatus = {
  protocolError: 1,
  invalidStream: 2,
  refusedStream: 3,
  cancel: 5,
  internalError: 6,
  flowControlError: 7,
  streamAlreadyClosed: 9,
} as const;
export type ResetStatus = (typeof resetStatus)[keyof typeof resetStatus];

export const goAwayStatus = { ok: 0, protocolError: 1 } as const;
export type GoAwayStatus = (typeof goAwayStatus)[keyof typeof goAwayStatus];

/** A frame as it was read. The payload of one data frame may come as several, the last with its `fin`. */
export type Frame =
  | { type: 'data'; stream: number; data: Buffer; fin: boolean }
  | { type: 'synStream'; stream: number; headers: Headers; fin: boolean; unidirectional: boolean }
  | { type: 'synReply' | 'headers'; stream: number; headers: Headers; fin: boolean }
  | { type: 'rstStream'; stream: number; status: number }
  | { type: 'settings'; initialWindow: number | undefined }
  | { type: 'ping'; id: number }
  | { type: 'goAway'; lastStream: number; status: number }
  | { type: 'windowUpdate'; stream: number; delta: number };

const VERSION = 0x8003;

function control(type: number, flags: number, words: readonly number[], rest: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(8 + 4 * words.length);
  head.writeUInt16BE(VERSION, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(((flags << 24) | (head.length - 8 + rest.length)) >>> 0, 4);
  words.forEach((word, index) => {
    head.writeUInt32BE(word, 8 + 4 * index);
  });
  return rest.length === 0 ? head : Buffer.concat([head, rest]);
}

const finFlag = (fin: boolean): number => (fin ? FLAG_FIN : 0);

/** Encoders of whole frames. `data` takes up to 2^24 - 1 bytes. */
export const encode = {
  data(stream: number, data: Buffer, fin = false): Buffer {
    const frame = Buffer.allocUnsafe(8 + data.length);
    frame.writeUInt32BE(stream, 0);
    frame.writeUInt32BE(((finFlag(fin) << 24) | data.length) >>> 0, 4);
    frame.set(data, 8);
    return frame;
  },
  synStream(packer: HeaderPacker, stream: number, headers: Headers, flags = 0): Buffer {
    // No stream to be associated with, and the lowest of the priorities: two bytes of zeros.
    return control(frameType.synStream, flags, [stream, 0], Buffer.concat([Buffer.alloc(2), packer.pack(headers)]));
  },
  synReply: (packer: HeaderPacker, stream: number, headers: Headers, fin = false): Buffer =>
    control(frameType.synReply, finFlag(fin), [stream], packer.pack(headers)),
  headers: (packer: HeaderPacker, stream: number, headers: Headers, fin = false): Buffer =>
    control(frameType.headers, finFlag(fin), [stream], packer.pack(headers)),
  rstStream: (stream: number, status: ResetStatus): Buffer => control(frameType.rstStream, 0, [stream, status]),
  settings: (initialWindow: number): Buffer =>
    control(frameType.settings, 0, [1, INITIAL_WINDOW_SETTING, initialWindow]),
  ping: (id: number): Buffer => control(frameType.ping, 0, [id]),
  goAway: (lastStream: number, status: GoAwayStatus): Buffer => control(frameType.goAway, 0, [lastStream, status]),
  windowUpdate: (stream: number, delta: number): Buffer => control(frameType.windowUpdate, 0, [stream, delta]),
};
