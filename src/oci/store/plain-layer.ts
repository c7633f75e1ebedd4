import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KctlError } from '../../lib/errors.ts';
import { compressionOf, decompress, MAGIC_LENGTH } from '../decompress.ts';
import { damaged } from '../read-layer.ts';

/** What a layer may become when it is uncompressed. */
export interface PlainLimits {
  /** Bytes that are always allowed. */
  free: number;
  /** Beyond those: how many bytes one stored byte may become. Files of zeros reach a thousand, all else some tens. */
  ratio: number;
  /** Bytes that are never exceeded. */
  most: number;
}

export const plainLimits: PlainLimits = { free: 1 << 30, ratio: 250, most: 64 * 2 ** 30 };

/**
 * A layer as a plain tar, whether it is stored with gzip, zstd, bzip2, xz or as it is: its first bytes say. The stream fails
 * with a KctlError `input` where it is cut short, damaged or grows beyond the limits (a bomb).
 * @param name how messages call it
 */
export function plainLayer(stored: Readable, name: string, limits: PlainLimits = plainLimits): Readable {
  const plain = Readable.from(flow(stored, name, limits), { objectMode: false, highWaterMark: 256 * 1024 });
  // Readers get the error; one that has stopped reading must not end the process by it.
  return plain.on('error', () => {});
}

async function* flow(stored: Readable, name: string, limits: PlainLimits): AsyncGenerator<Buffer> {
  try {
    yield* uncompressed(stored, name, limits);
  } catch (error) {
    throw error instanceof KctlError ? error : damaged(name, error);
  } finally {
    stored.destroy();
  }
}

async function* uncompressed(stored: Readable, name: string, limits: PlainLimits): AsyncGenerator<Buffer> {
  const chunks = stored.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  let head = Buffer.alloc(0);
  for (let isOver = false; head.length < MAGIC_LENGTH && !isOver; ) {
    const { value, done } = await chunks.next();
    if (done) isOver = true;
    else head = Buffer.concat([head, value]);
  }
  let bytesIn = head.length;
  async function* whole() {
    yield head;
    for await (const chunk of chunks) {
      bytesIn += chunk.length;
      yield chunk;
    }
  }
  let bytesOut = 0;
  const gauge = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytesOut += chunk.length;
      const allowed = Math.min(limits.most, Math.max(limits.free, bytesIn * limits.ratio));
      if (bytesOut <= allowed) return done(null, chunk);
      done(
        new KctlError(
          'input',
          `${name}: ${bytesIn} bytes become more than ${allowed}: it may be made to fill the disk`,
        ),
      );
    },
  });
  const kind = compressionOf(head);
  if (!kind) {
    yield* whole();
    return;
  }
  const flowing = pipeline(decompress(kind, whole()), gauge);
  // The loop reports what goes wrong; this keeps the same error from counting as unhandled.
  flowing.catch(() => {});
  yield* gauge as AsyncIterable<Buffer>;
  await flowing;
}
