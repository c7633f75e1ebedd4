import { createGunzip, createZstdDecompress } from 'node:zlib';

export type Compression = 'gzip' | 'zstd' | 'bzip2' | 'xz';

/** So many bytes of a file are needed to say how it is compressed. */
export const MAGIC_LENGTH = 6;

/** What compressed files begin with: RFC 1952, RFC 8878, bzip2(1), the .xz file format 2.1.1.1. */
const magics: readonly (readonly [Compression, Buffer])[] = [
  ['gzip', Buffer.from([0x1f, 0x8b])],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['bzip2', Buffer.from('BZh')],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
];

/** How a file is compressed, by its first bytes; undefined for one that is not. */
export function compressionOf(head: Uint8Array): Compression | undefined {
  return magics.find(([, magic]) => magic.equals(head.subarray(0, magic.length)))?.[0];
}

type Bytes = AsyncIterable<Buffer>;

const CHUNK = { chunkSize: 128 * 1024 };

/** What Node lacks is loaded with the first file that needs it. */
const decompressors: Readonly<Record<Compression, (source: Bytes) => Bytes>> = {
  gzip: (source) => through(source, createGunzip(CHUNK)),
  zstd: (source) => through(source, createZstdDecompress(CHUNK)),
  async *bzip2(source) {
    yield* (await import('./unbzip2.ts')).unbzip2(source);
  },
  async *xz(source) {
    yield* (await import('./unxz.ts')).unxz(source);
  },
};

/**
 * The bytes as they were before they were compressed; several streams one after the other are one. It has no limit of
 * its own: see `plainLayer`, which has.
 * @throws Error where it is damaged or cut short, UnknownWay; while it is read
 */
export const decompress = (kind: Compression, source: Bytes): Bytes => decompressors[kind](source);

async function* through(source: Bytes, transform: NodeJS.ReadWriteStream): Bytes {
  const { pipeline } = await import('node:stream/promises');
  const flowing = pipeline(source, transform);
  // The loop reports what goes wrong; this keeps the same error from counting as unhandled.
  flowing.catch(() => {});
  yield* transform as unknown as Bytes;
  await flowing;
}
