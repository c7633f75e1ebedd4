import bitReader from 'unbzip2-stream/lib/bit_iterator.js';
import bzip2 from 'unbzip2-stream/lib/bzip2.js';

/** No block is longer than this when it is compressed: 900 kB and what says how it is read. */
const LONGEST = 925_000;

/**
 * Reads .bz2, block by block: a block of some bytes may become 45 MB, and the whole of what a stream of the library
 * holds at its end would have to be in memory.
 * @throws Error where it is damaged or cut short
 */
export async function* unbzip2(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  // The reader asks for its first piece when it is made.
  const waiting: Buffer[] = [Buffer.alloc(0)];
  let taken = 0;
  const bits = bitReader(() => {
    const next = waiting.shift();
    if (!next) throw new Error('it is cut short');
    return next;
  });
  const out = new Block();
  let size = 0;
  let checksum = 0;
  const step = (): Buffer | undefined => {
    if (size === 0) {
      size = bzip2.header(bits);
      checksum = 0;
      return undefined;
    }
    const length = 100_000 * size;
    const next = decompressed(bits, out.put, length, checksum);
    // The end of one stream; another may follow.
    if (next === null) size = 0;
    else checksum = next;
    return out.take();
  };
  for await (const chunk of source) {
    if (chunk.length === 0) continue;
    waiting.push(chunk);
    taken += chunk.length;
    while (taken - bits.bytesRead > LONGEST) {
      const block = step();
      if (block) yield block;
    }
  }
  while (taken > bits.bytesRead || size > 0) {
    const block = step();
    if (block) yield block;
  }
}

/** The library is in high spirits where a block is damaged. */
function decompressed(
  bits: Parameters<typeof bzip2.decompress>[0],
  put: (byte: number) => void,
  length: number,
  checksum: number,
) {
  try {
    return bzip2.decompress(bits, put, new Int32Array(length), length, checksum);
  } catch (cause) {
    if (!/meow|rawr|eek|crc32/.test((cause as Error).message)) throw cause;
    throw new Error(/crc32/.test((cause as Error).message) ? 'its checksum is wrong' : 'it is damaged', { cause });
  }
}

class Block {
  #bytes = Buffer.allocUnsafe(1 << 20);
  #length = 0;

  readonly put = (byte: number): void => {
    if (this.#length === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, this.#bytes]);
    this.#bytes[this.#length++] = byte;
  };

  /** undefined where there is nothing. */
  take(): Buffer | undefined {
    const block = this.#length === 0 ? undefined : Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return block;
  }
}
