import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { compressionOf, MAGIC_LENGTH } from './decompress.ts';

const PIECE = 256 * 1024;
const zeros = Buffer.alloc(PIECE);

/**
 * A file from its begin to its end, parts of which need not be read: a tar parser asks for the bytes of entries that
 * nobody wants, and an image is read once for its names alone.
 */
export class TarFile {
  readonly #path: string;
  #skipFrom = 0;
  #skipTo = 0;
  /** Whether offsets in the tar are those in the file. */
  #isPlain = true;

  constructor(path: string) {
    this.#path = path;
  }

  /** From here on these bytes of the tar are zeros in the stream, as far as they are not read yet. */
  skip(from: number, to: number): void {
    this.#skipFrom = from;
    this.#skipTo = to;
  }

  /** Once. As long as the file, also where bytes are skipped. */
  stream(): Readable {
    return Readable.from(this.#flow(), { objectMode: false, highWaterMark: PIECE });
  }

  async *#flow(): AsyncGenerator<Buffer> {
    const file = await open(this.#path);
    try {
      const head = await readAt(file, 0, MAGIC_LENGTH);
      this.#isPlain = compressionOf(head) === undefined;
      const { size } = await file.stat();
      for (let at = 0; ; ) {
        const end = Math.min(this.#skipTo, size);
        const isSkipped = this.#isPlain && at >= this.#skipFrom && at < end;
        const piece = isSkipped ? zeros.subarray(0, Math.min(PIECE, end - at)) : await readAt(file, at, PIECE);
        if (piece.length === 0) return;
        at += piece.length;
        yield piece;
      }
    } finally {
      await file.close();
    }
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  // Its own memory, which is given back at once: pieces of a shared pool would keep the whole of it.
  const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
