import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { KctlError } from '../errors.ts';
import { HEADER_DICTIONARY_ID, headerDictionary } from './dictionary.ts';

/** Lower-case names to values; several values of one name are joined with NUL on the wire and stay so here. */
export type Headers = Readonly<Record<string, string>>;

/** Uncompressed. Streams of Kubernetes carry a handful of short headers. */
const LONGEST_BLOCK = 64 * 1024;
/** How far back deflate may refer (RFC 1951, section 2). */
const WINDOW = 32 * 1024;
/** zlib's header with a preset dictionary, 32 KiB of window and the dictionary's name (RFC 1950, section 2.2). */
const PREAMBLE = Buffer.from([0x78, 0xbb, 0, 0, 0, 0]);
PREAMBLE.writeUInt32BE(HEADER_DICTIONARY_ID, 2);

const bad = (message: string, cause?: unknown): KctlError =>
  new KctlError('connection', `SPDY: ${message}`, cause === undefined ? {} : { cause });

/**
 * One direction of header compression. All blocks of a direction are one zlib stream, flushed to a
 * byte boundary after each; all that one block needs of those before it is the window of their text.
 * So each block is a raw deflate run of its own with that window as its dictionary, which is
 * synchronous: frames keep their order, and a block's size is bounded while it unpacks.
 */
class Context {
  started = false;
  #window: Buffer = headerDictionary;

  get dictionary(): Buffer {
    return this.#window;
  }

  remember(block: Buffer): void {
    this.#window = Buffer.concat([this.#window, block]).subarray(-WINDOW);
  }
}

/** Packs the header blocks that one side sends, in order. */
export class HeaderPacker {
  readonly #context = new Context();

  pack(headers: Headers): Buffer {
    const block = writePairs(headers);
    const packed = deflateRawSync(block, {
      dictionary: this.#context.dictionary,
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    this.#context.remember(block);
    if (this.#context.started) return packed;
    this.#context.started = true;
    return Buffer.concat([PREAMBLE, packed]);
  }
}

/** Unpacks the header blocks that the other side sends, in order: one missed makes the rest unreadable. */
export class HeaderUnpacker {
  readonly #context = new Context();

  /** @throws KctlError `connection` for what is not a block of this stream, or is longer than 64 KiB */
  unpack(packed: Buffer): Headers {
    const body = this.#context.started ? packed : withoutPreamble(packed);
    this.#context.started = true;
    let block: Buffer;
    try {
      block = inflateRawSync(body, {
        dictionary: this.#context.dictionary,
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: LONGEST_BLOCK,
      });
    } catch (error) {
      throw bad('a header block cannot be unpacked', error);
    }
    this.#context.remember(block);
    return readPairs(block);
  }
}

function withoutPreamble(packed: Buffer): Buffer {
  const isZlib = packed.length >= 6 && (packed[0]! & 0x0f) === 8 && packed.readUInt16BE(0) % 31 === 0;
  if (!isZlib) throw bad('the first header block does not begin as zlib does');
  if ((packed[1]! & 0x20) === 0 || packed.readUInt32BE(2) !== HEADER_DICTIONARY_ID) {
    throw bad('headers are not packed with the dictionary of SPDY/3');
  }
  return packed.subarray(6);
}

function writePairs(headers: Headers): Buffer {
  const pairs = Object.entries(headers);
  const parts: Buffer[] = [count(pairs.length)];
  for (const [name, value] of pairs) {
    for (const text of [Buffer.from(name.toLowerCase()), Buffer.from(value)]) parts.push(count(text.length), text);
  }
  return Buffer.concat(parts);
}

function count(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function readPairs(block: Buffer): Headers {
  let at = 0;
  const number = (): number => {
    if (at + 4 > block.length) throw bad('a header block ends early');
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    if (at + length > block.length) throw bad('a header block ends early');
    at += length;
    return block.toString('utf8', at - length, at);
  };
  // No prototype: a header may be named as it likes.
  const headers: Record<string, string> = Object.create(null);
  for (let pairs = number(); pairs > 0; pairs--) {
    const name = text();
    if (name === '' || name !== name.toLowerCase()) throw bad('a header name is empty or not in lower case');
    if (name in headers) throw bad(`the header ${JSON.stringify(name)} is there twice`);
    headers[name] = text();
  }
  if (at !== block.length) throw bad('a header block goes on after its last pair');
  return headers;
}
