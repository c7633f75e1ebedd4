import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { compressionOf, MAGIC_LENGTH } from '../decompress.ts';
import { plainLayer } from '../store/plain-layer.ts';

/**
 * A layer as images have them (image-spec layer.md): plain, gzip and zstd pass as they are, bzip2 and xz, which
 * registries and runtimes do not read, become gzip. The same bytes give the same bytes.
 * @param name how messages call it
 * @throws KctlError `input` while it is read, for what is damaged or a bomb
 */
export async function* asStored(content: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Buffer> {
  const chunks = content[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < MAGIC_LENGTH) {
    const { value, done } = await chunks.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  async function* whole() {
    if (head.length > 0) yield head;
    yield* { [Symbol.asyncIterator]: () => chunks } as AsyncIterable<Buffer>;
  }
  const kind = compressionOf(head);
  if (kind !== 'bzip2' && kind !== 'xz') {
    yield* whole();
    return;
  }
  const gzip = createGzip({ chunkSize: 64 * 1024 });
  const flowing = pipeline(plainLayer(Readable.from(whole(), { objectMode: false }), name), gzip);
  // The loop reports what goes wrong; this keeps the same error from counting as unhandled.
  flowing.catch(() => {});
  let before = 0;
  for await (const chunk of gzip as AsyncIterable<Buffer>) {
    // The tenth byte names the system that compressed: unknown (RFC 1952).
    if (before <= 9 && before + chunk.length > 9) chunk[9 - before] = 255;
    before += chunk.length;
    yield chunk;
  }
  await flowing;
}
